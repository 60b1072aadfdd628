import { CENTRE, type Clock, covers, type Place, type Role } from '#libs/model';
import type { Doc, Documents } from '#libs/store';

import {
  checkPassword,
  hashPassword,
  type PasswordCheck,
  type PasswordCost,
  PASSWORD_COST,
  type PasswordFault,
  passwordFault,
} from './password.ts';

const USER_KIND = 'user';
const CENTRE_PLACE: Place = { province: CENTRE };
const ROLES: readonly Role[] = ['analyst', 'locality', 'manager', 'admin'];
const NAME_CHARS_MAX = 200;
const ADMINS_LOOKED_AT = 1000;

/** A person who may sign in, without the password. Times in ms. */
export interface User {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly scope: Place;
  readonly mustChangePassword: boolean;
  readonly disabled: boolean;
  readonly created: number;
  readonly lastSignIn: number | null;
}

interface StoredUser extends User {
  readonly hash: string;
}

export interface NewUser {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly scope: Place;
  readonly password: string;
  readonly mustChangePassword: boolean;
}

export type UserRefused = {
  readonly reason: 'bad_user_name' | 'bad_name' | 'bad_role' | 'bad_scope' | 'user_exists';
};
export type PasswordRefused = {
  readonly reason: 'password_refused';
  readonly fault: PasswordFault | 'same_as_before';
};
/** Nobody would be left who can let others in. */
export type LastAdmin = { readonly reason: 'last_admin' };
export type UserUnknown = { readonly reason: 'user_unknown' };

/** How a user's name is written in the documents; `undefined` when it cannot be one. */
export function userId(user: string): string | undefined {
  const id = user.normalize('NFC').trim().toLowerCase();
  return /^[a-z0-9][a-z0-9._-]{0,63}$/.test(id) ? id : undefined;
}

function validScope(role: Role, scope: Place): boolean {
  if (!/^\d{2}$/.test(scope.province)) return false;
  if (scope.commune !== undefined && !/^\d{5}$/.test(scope.commune)) return false;
  return !(role === 'locality' && scope.province === CENTRE);
}

function runsTheCentre({ role, scope, disabled }: User): boolean {
  return role === 'admin' && scope.province === CENTRE && !disabled;
}

function publicUser({ hash: _hash, ...user }: StoredUser): User {
  return user;
}

/** The people who may sign in. */
export class Users {
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly #cost: PasswordCost;
  #dummy: Promise<string> | undefined;

  constructor(documents: Documents, clock: Clock, cost: PasswordCost = PASSWORD_COST) {
    this.#documents = documents;
    this.#clock = clock;
    this.#cost = cost;
  }

  async get(user: string): Promise<User | undefined> {
    const doc = await this.#doc(user);
    return doc === undefined ? undefined : publicUser(doc.body);
  }

  async #doc(user: string): Promise<Doc<StoredUser> | undefined> {
    const id = userId(user);
    return id === undefined ? undefined : this.#documents.get<StoredUser>(USER_KIND, id);
  }

  /** Newest first, those whose own scope lies in this one. */
  async list(limit: number, cursor?: string, scope: Place = CENTRE_PLACE) {
    const page = await this.#documents.list<StoredUser>(USER_KIND, {
      scope,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return { ...page, rows: page.rows.map((doc) => publicUser(doc.body)) };
  }

  /**
   * `chosen: false` for a password that was not chosen by its user (made here, or given at the
   * start).
   */
  async add(fresh: NewUser, chosen = false): Promise<User | UserRefused | PasswordRefused> {
    const id = userId(fresh.user);
    if (id === undefined) return { reason: 'bad_user_name' };
    const name = fresh.name.trim();
    if (name === '' || name.length > NAME_CHARS_MAX) return { reason: 'bad_name' };
    if (!ROLES.includes(fresh.role)) return { reason: 'bad_role' };
    if (!validScope(fresh.role, fresh.scope)) return { reason: 'bad_scope' };
    const fault = chosen ? passwordFault(fresh.password, id) : undefined;
    if (fault !== undefined) return { reason: 'password_refused', fault };
    const stored: StoredUser = {
      user: id,
      name,
      role: fresh.role,
      scope: fresh.scope,
      mustChangePassword: fresh.mustChangePassword,
      disabled: false,
      created: this.#clock.now(),
      lastSignIn: null,
      hash: await hashPassword(fresh.password, this.#cost),
    };
    const done = await this.#write(stored, 'absent');
    return done ? publicUser(stored) : { reason: 'user_exists' };
  }

  /**
   * Changes what an administrator of this scope may change; each part only when given. The last
   * administrator of the centre stays one.
   */
  async change(
    user: string,
    parts: Partial<Pick<User, 'name' | 'role' | 'scope' | 'disabled'>>,
    scope: Place = CENTRE_PLACE,
  ): Promise<User | UserRefused | UserUnknown | LastAdmin> {
    const known = await this.#doc(user);
    if (known === undefined || !covers(scope, known.body.scope)) return { reason: 'user_unknown' };
    const next = { ...known.body, ...parts };
    if (runsTheCentre(known.body) && !runsTheCentre(next) && !(await this.#hasAnother(user))) {
      return { reason: 'last_admin' };
    }
    const changed = await this.#update(user, (stored) => ({ ...stored, ...parts }));
    if (changed === undefined) return { reason: 'user_unknown' };
    return 'reason' in changed ? changed : publicUser(changed);
  }

  async #hasAnother(user: string): Promise<boolean> {
    const admins = await this.#documents.list<StoredUser>(USER_KIND, {
      scope: CENTRE_PLACE,
      keys: { role: 'admin' },
      limit: ADMINS_LOOKED_AT,
    });
    return admins.rows.some(({ id, body }) => id !== userId(user) && runsTheCentre(body));
  }

  /** Sets a new password; the caller has made sure that the one who asks may. */
  async setPassword(
    user: string,
    password: string,
    options: { readonly mustChange: boolean },
  ): Promise<User | UserUnknown | PasswordRefused> {
    const doc = await this.#doc(user);
    if (doc === undefined) return { reason: 'user_unknown' };
    const fault = passwordFault(password, doc.body.user);
    if (fault !== undefined) return { reason: 'password_refused', fault };
    if ((await checkPassword(password, doc.body.hash, this.#cost)) !== 'wrong') {
      return { reason: 'password_refused', fault: 'same_as_before' };
    }
    const hash = await hashPassword(password, this.#cost);
    const mustChangePassword = options.mustChange;
    const changed = await this.#update(user, (stored) => ({ ...stored, hash, mustChangePassword }));
    if (changed === undefined || 'reason' in changed) return { reason: 'user_unknown' };
    return publicUser(changed);
  }

  /**
   * The user when the password is right and the user is not disabled. Takes as long for a user that
   * does not exist, so that nobody learns who does.
   */
  async check(user: string, password: string): Promise<User | undefined> {
    const doc = await this.#doc(user);
    this.#dummy ??= hashPassword('nobody has this password', this.#cost);
    const result: PasswordCheck = await checkPassword(
      password,
      doc?.body.hash ?? (await this.#dummy),
      this.#cost,
    );
    if (doc === undefined || result === 'wrong' || doc.body.disabled) return undefined;
    const hash = result === 'outdated' ? await hashPassword(password, this.#cost) : doc.body.hash;
    const lastSignIn = this.#clock.now();
    // Two sign-ins at once may both write; the loser's time is not worth a retry.
    await this.#write({ ...doc.body, hash, lastSignIn }, doc.version);
    return publicUser({ ...doc.body, lastSignIn });
  }

  async #update(
    user: string,
    change: (stored: StoredUser) => StoredUser,
  ): Promise<StoredUser | UserRefused | undefined> {
    for (;;) {
      const doc = await this.#doc(user);
      if (doc === undefined) return undefined;
      const next = change(doc.body);
      if (!ROLES.includes(next.role)) return { reason: 'bad_role' };
      if (!validScope(next.role, next.scope)) return { reason: 'bad_scope' };
      if (next.name.trim() === '' || next.name.length > NAME_CHARS_MAX)
        return { reason: 'bad_name' };
      if (await this.#write(next, doc.version)) return next;
    }
  }

  async #write(stored: StoredUser, expect: number | 'absent'): Promise<boolean> {
    const [result] = await this.#documents.write([
      {
        kind: USER_KIND,
        id: stored.user,
        expect,
        body: stored,
        place: stored.scope,
        order: stored.created,
        keys: { role: stored.role },
      },
    ]);
    return result?.done === true;
  }
}
