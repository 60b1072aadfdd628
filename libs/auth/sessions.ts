import { CENTRE, type Clock, type Place, type Principal } from '#libs/model';
import type { Doc, Documents } from '#libs/store';

import { newToken, tokenHash } from './token.ts';
import type { User, Users } from './users.ts';

const SESSION_KIND = 'session';
const CENTRE_PLACE: Place = { province: CENTRE };

export interface SessionLimits {
  /** A session ends after this long, ms. */
  readonly lifeMs: number;
  /** … or when unused for this long, ms. */
  readonly idleMs: number;
  /** Sessions of one user; the oldest ends when one more begins. */
  readonly perUserMax: number;
}

export const SESSION_LIMITS: SessionLimits = {
  lifeMs: 12 * 3_600_000,
  idleMs: 3_600_000,
  perUserMax: 20,
};

/** How often use of a session is written down, ms. */
const SEEN_EVERY_MS = 60_000;
const LISTED_MAX = 1000;
const AGENT_CHARS_MAX = 300;
const KNOWN_MAX = 20_000;

/** A session as its user sees it in a list; `id` is no secret. Times in ms. */
export interface Session {
  readonly id: string;
  readonly user: string;
  readonly created: number;
  readonly seen: number;
  readonly expires: number;
  readonly address: string;
  readonly agent: string;
}

/** Who is there: the session and the principal it stands for. */
export interface SignedIn {
  readonly session: Session;
  readonly principal: Principal;
  readonly mustChangePassword: boolean;
}

export type SessionRefused = {
  readonly reason: 'session_unknown' | 'session_expired' | 'session_idle' | 'user_gone';
};

export function principalOf(user: User): Principal {
  return { user: user.user, name: user.name, role: user.role, scope: user.scope };
}

/** Sessions of people; the token goes to the browser alone, its hash is the session's id here. */
export class Sessions {
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly #users: Users;
  readonly #limits: SessionLimits;
  /** When sessions that were seen by this process end, for checks that cannot wait. */
  readonly #known = new Map<string, number>();

  constructor(documents: Documents, clock: Clock, users: Users, limits: SessionLimits) {
    this.#documents = documents;
    this.#clock = clock;
    this.#users = users;
    this.#limits = limits;
  }

  /** Begins a session; the token is shown to nobody again. */
  async begin(
    user: User,
    from: { readonly address: string; readonly agent: string },
  ): Promise<SignedIn & { readonly token: string }> {
    const token = newToken();
    const now = this.#clock.now();
    const session: Session = {
      id: tokenHash(token),
      user: user.user,
      created: now,
      seen: now,
      expires: now + this.#limits.lifeMs,
      address: from.address,
      agent: from.agent.slice(0, AGENT_CHARS_MAX),
    };
    const others = await this.list(user.user);
    const over = others.slice(this.#limits.perUserMax - 1);
    for (const old of over) await this.end(old.id);
    await this.#write(session, 'absent');
    this.#remember(session);
    return {
      token,
      session,
      principal: principalOf(user),
      mustChangePassword: user.mustChangePassword,
    };
  }

  /** Who the token belongs to now; role and scope are those of this moment. */
  async authenticate(token: string): Promise<SignedIn | SessionRefused> {
    const id = tokenHash(token);
    const doc = await this.#documents.get<Session>(SESSION_KIND, id);
    if (doc === undefined) {
      this.#known.delete(id);
      return { reason: 'session_unknown' };
    }
    const over = this.#over(doc.body);
    if (over !== undefined) {
      await this.end(id);
      return { reason: over };
    }
    const user = await this.#users.get(doc.body.user);
    if (user === undefined || user.disabled) {
      await this.end(id);
      return { reason: 'user_gone' };
    }
    const session = await this.#seen(doc);
    this.#remember(session);
    return {
      session,
      principal: principalOf(user),
      mustChangePassword: user.mustChangePassword,
    };
  }

  #over(session: Session): 'session_expired' | 'session_idle' | undefined {
    const now = this.#clock.now();
    if (now >= session.expires) return 'session_expired';
    return now - session.seen >= this.#limits.idleMs ? 'session_idle' : undefined;
  }

  async #seen(doc: Doc<Session>): Promise<Session> {
    const seen = this.#clock.now();
    if (seen - doc.body.seen < SEEN_EVERY_MS) return doc.body;
    const session = { ...doc.body, seen };
    await this.#write(session, doc.version);
    return session;
  }

  /** Whether a session that this process has seen is still good; for a websocket that is open. */
  isAlive(id: string): boolean {
    const ends = this.#known.get(id);
    return ends !== undefined && this.#clock.now() < ends;
  }

  /** Sessions of a user that have not ended, newest first. */
  async list(user: string): Promise<readonly Session[]> {
    const page = await this.#documents.list<Session>(SESSION_KIND, {
      scope: CENTRE_PLACE,
      keys: { user },
      limit: LISTED_MAX,
    });
    return page.rows.map((doc) => doc.body).filter((session) => this.#over(session) === undefined);
  }

  async end(id: string): Promise<void> {
    this.#known.delete(id);
    await this.#documents.write([
      { kind: SESSION_KIND, id, expect: 'any', body: null, place: CENTRE_PLACE, order: 0 },
    ]);
  }

  /** Ends every session of a user but one, as after a change of password. */
  async endOthers(user: string, but?: string): Promise<number> {
    const page = await this.#documents.list<Session>(SESSION_KIND, {
      scope: CENTRE_PLACE,
      keys: { user },
      limit: LISTED_MAX,
    });
    const ending = page.rows.filter((doc) => doc.id !== but);
    for (const doc of ending) await this.end(doc.id);
    return ending.length;
  }

  /** Removes sessions that are past their life; for a job now and then. Resolves to how many. */
  async sweep(): Promise<number> {
    for (let swept = 0; ;) {
      const page = await this.#documents.list<Session>(SESSION_KIND, {
        scope: CENTRE_PLACE,
        to: this.#clock.now() - this.#limits.lifeMs,
        limit: LISTED_MAX,
      });
      for (const doc of page.rows) await this.end(doc.id);
      swept += page.rows.length;
      if (page.rows.length < LISTED_MAX) return swept;
    }
  }

  #remember(session: Session): void {
    this.#known.delete(session.id);
    this.#known.set(session.id, Math.min(session.expires, session.seen + this.#limits.idleMs));
    if (this.#known.size <= KNOWN_MAX) return;
    const oldest = this.#known.keys().next();
    if (oldest.done !== true) this.#known.delete(oldest.value);
  }

  async #write(session: Session, expect: number | 'absent'): Promise<void> {
    await this.#documents.write([
      {
        kind: SESSION_KIND,
        id: session.id,
        expect,
        body: session,
        place: CENTRE_PLACE,
        order: session.created,
        keys: { user: session.user },
      },
    ]);
  }
}
