import { CENTRE, type Clock, type Place } from '#libs/model';
import type { Documents, Write } from '#libs/store';

import {
  ACCOUNT_LIMITS,
  ADDRESS_LIMITS,
  type AttemptLimit,
  type AttemptLimits,
  createAttemptLimit,
} from './attempt-limit.ts';
import { Keys } from './keys.ts';
import { PASSWORD_COST, type PasswordCost, passwordFault } from './password.ts';
import { SESSION_LIMITS, type SessionLimits, Sessions, type SignedIn } from './sessions.ts';
import { newToken, tokenHash } from './token.ts';
import { type PasswordRefused, type User, userId, type UserUnknown, Users } from './users.ts';

const LINK_KIND = 'one-time-link';
const CENTRE_PLACE: Place = { province: CENTRE };
/** A one-time link is good for 30 minutes. */
const LINK_LIFE_MS = 1_800_000;
/** Passwords checked at once (19 MiB and a core each), and how many may wait for that. */
const CHECKS_MAX = 2;
const WAITING_MAX = 100;
/** Links past their time that a new one takes with it. */
const LINKS_SWEPT = 100;
export const FIRST_ADMIN = 'admin';

export interface AuthNeeds {
  readonly documents: Documents;
  readonly clock: Clock;
  /** The ingest key that the environment gives. */
  readonly fixedIngestKey?: string | undefined;
  readonly session?: Partial<SessionLimits>;
  readonly limits?: {
    readonly account?: AttemptLimits;
    readonly address?: AttemptLimits;
    readonly cost?: PasswordCost;
  };
}

/**
 * Why somebody was not let in. The same answer for a wrong password, a user that is not there and a
 * disabled one.
 */
export type SignInRefused =
  | { readonly reason: 'wrong_user_or_password' }
  /** `until` (ms) is when trying again makes sense; `by` says what was tried too often. */
  | { readonly reason: 'locked_out'; readonly until: number; readonly by: 'account' | 'address' }
  | { readonly reason: 'busy' };

export type LinkRefused = { readonly reason: 'link_unknown' | 'link_expired' };

/** How the first administrator came to be, or did not have to. */
export type FirstAdmin =
  | { readonly kind: 'exists' }
  | { readonly kind: 'created' }
  | { readonly kind: 'link'; readonly token: string; readonly expires: number };

interface StoredLink {
  readonly user: string;
  readonly expires: number;
}

/** Who is there and how they came in: users, their sessions, and keys of programs. */
/** What the name of a program begins with. */
const KEY_USER = 'key:';

export class Auth {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly keys: Keys;
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly #accounts: AttemptLimit;
  readonly #addresses: AttemptLimit;
  readonly #waiting: (() => void)[] = [];
  #checking = 0;

  constructor({ documents, clock, fixedIngestKey, session, limits }: AuthNeeds) {
    this.#documents = documents;
    this.#clock = clock;
    this.users = new Users(documents, clock, limits?.cost ?? PASSWORD_COST);
    this.sessions = new Sessions(documents, clock, this.users, { ...SESSION_LIMITS, ...session });
    this.keys = new Keys(documents, clock, fixedIngestKey);
    this.#accounts = createAttemptLimit(clock, limits?.account ?? ACCOUNT_LIMITS);
    this.#addresses = createAttemptLimit(clock, limits?.address ?? ADDRESS_LIMITS);
  }

  /** Whether a session, or an API key `key:ID`, is still good; for a websocket that is open. */
  isAlive(session: string): boolean {
    return session.startsWith(KEY_USER)
      ? this.keys.isAlive(session.slice(KEY_USER.length))
      : this.sessions.isAlive(session);
  }

  /** Lets somebody in who knows the password, and who did not try too often. */
  async signIn(
    user: string,
    password: string,
    from: { readonly address: string; readonly agent: string },
  ): Promise<(SignedIn & { readonly token: string }) | SignInRefused> {
    const account = userId(user) ?? 'not a user name';
    const locked = this.#lockedOut(account, from.address);
    if (locked !== undefined) return locked;
    if (this.#waiting.length >= WAITING_MAX) return { reason: 'busy' };
    this.#accounts.attempt(account);
    this.#addresses.attempt(from.address);
    const found = await this.#inTurn(() => this.users.check(user, password));
    if (found === undefined) return { reason: 'wrong_user_or_password' };
    this.#accounts.clear(account);
    this.#addresses.takeBack(from.address);
    return this.sessions.begin(found, from);
  }

  #lockedOut(account: string, address: string): SignInRefused | undefined {
    const byAddress = this.#addresses.lockedUntil(address);
    if (byAddress !== undefined) return { reason: 'locked_out', until: byAddress, by: 'address' };
    const byAccount = this.#accounts.lockedUntil(account);
    if (byAccount !== undefined) return { reason: 'locked_out', until: byAccount, by: 'account' };
    return undefined;
  }

  async #inTurn<T>(check: () => Promise<T>): Promise<T> {
    if (this.#checking < CHECKS_MAX) this.#checking += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await check();
    } finally {
      // The turn goes straight to who waits; nobody who comes now takes it away.
      const next = this.#waiting.shift();
      if (next === undefined) this.#checking -= 1;
      else next();
    }
  }

  /** Changes one's own password; every other session of the user ends. */
  async changePassword(
    who: SignedIn,
    current: string,
    next: string,
  ): Promise<User | UserUnknown | PasswordRefused | SignInRefused> {
    const { user } = who.principal;
    const locked = this.#lockedOut(user, who.session.address);
    if (locked !== undefined) return locked;
    this.#accounts.attempt(user);
    const found = await this.#inTurn(() => this.users.check(user, current));
    if (found === undefined) return { reason: 'wrong_user_or_password' };
    this.#accounts.clear(user);
    const changed = await this.users.setPassword(user, next, { mustChange: false });
    if (!('reason' in changed)) await this.sessions.endOthers(user, who.session.id);
    return changed;
  }

  /**
   * Sees to it that there is an administrator: with the password given, or else by a link that sets
   * one. Does nothing when the user `admin` exists.
   */
  async ensureFirstAdmin(password: string | undefined): Promise<FirstAdmin> {
    if ((await this.users.get(FIRST_ADMIN)) !== undefined) return { kind: 'exists' };
    if (password !== undefined) {
      await this.users.add({ ...ADMIN, password, mustChangePassword: false });
      return { kind: 'created' };
    }
    const link = await this.issueLink(FIRST_ADMIN);
    return { kind: 'link', ...link };
  }

  /** A link that sets the password of a user once; earlier ones stay good until they end. */
  async issueLink(user: string): Promise<{ readonly token: string; readonly expires: number }> {
    const token = newToken();
    const expires = this.#clock.now() + LINK_LIFE_MS;
    const body: StoredLink = { user: userId(user) ?? user, expires };
    const over = await this.#documents.list<StoredLink>(LINK_KIND, {
      scope: CENTRE_PLACE,
      to: this.#clock.now(),
      limit: LINKS_SWEPT,
    });
    await this.#documents.write([
      linkWrite(tokenHash(token), body, 'absent'),
      ...over.rows.map(({ id, version }) => linkWrite(id, null, version)),
    ]);
    return { token, expires };
  }

  /**
   * Sets the password by a one-time link; the first administrator is made by it. The link is used
   * up by success alone.
   */
  async redeemLink(
    token: string,
    password: string,
  ): Promise<User | LinkRefused | PasswordRefused | UserUnknown> {
    const id = tokenHash(token);
    const doc = await this.#documents.get<StoredLink>(LINK_KIND, id);
    if (doc === undefined) return { reason: 'link_unknown' };
    const { user, expires } = doc.body;
    if (expires <= this.#clock.now()) return { reason: 'link_expired' };
    const fault = passwordFault(password, user);
    if (fault !== undefined) return { reason: 'password_refused', fault };
    // Taken away before it is used, so that it works once even when two use it at the same time.
    const [taken] = await this.#documents.write([linkWrite(id, null, doc.version)]);
    if (taken?.done !== true) return { reason: 'link_unknown' };
    const set = await this.#setByLink(user, password);
    if ('reason' in set) {
      await this.#documents.write([linkWrite(id, doc.body, 'absent')]);
      return set.reason === 'password_refused' ? set : { reason: 'user_unknown' };
    }
    await this.sessions.endOthers(user);
    this.#accounts.clear(user);
    return set;
  }

  async #setByLink(user: string, password: string) {
    const known = await this.users.get(user);
    if (known !== undefined || user !== FIRST_ADMIN) {
      return this.users.setPassword(user, password, { mustChange: false });
    }
    return this.users.add({ ...ADMIN, password, mustChangePassword: false }, true);
  }
}

const ADMIN = {
  user: FIRST_ADMIN,
  name: 'Quản trị hệ thống',
  role: 'admin' as const,
  scope: CENTRE_PLACE,
};

function linkWrite(id: string, body: StoredLink | null, expect: number | 'absent'): Write {
  const order = body?.expires ?? 0;
  return { kind: LINK_KIND, id, expect, body, place: CENTRE_PLACE, order };
}
