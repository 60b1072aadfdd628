import { randomBytes } from 'node:crypto';

import { CENTRE, type Clock, covers, type Place, type Principal } from '#libs/model';
import type { Doc, Documents } from '#libs/store';

import { newToken, sameHash, tokenHash } from './token.ts';

const KEY_KIND = 'key';
const CENTRE_PLACE: Place = { province: CENTRE };

export type KeyKind = 'ingest' | 'api';

/** A key of a sender or program, without its secret. Times in ms. */
export interface Key {
  readonly id: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly place: Place;
  /** The log source that sends with it. */
  readonly source?: string;
  readonly created: number;
  readonly by: string;
  readonly expires?: number;
  readonly revoked?: number;
  readonly lastUsed?: number;
}

interface StoredKey extends Key {
  readonly hash: string;
}

export interface NewKey {
  readonly kind: KeyKind;
  readonly name: string;
  readonly place: Place;
  readonly source?: string;
  readonly expires?: number;
  readonly by: string;
}

/** What a key allows a sender: whose data it is. */
export interface IngestGrant {
  readonly key: string;
  readonly place: Place;
  readonly source?: string;
}

export type KeyRefused = {
  readonly reason: 'key_unknown' | 'key_revoked' | 'key_expired' | 'key_wrong_kind';
};

/** Id of the key that the environment gives (`THAPCANH_INGEST_KEY`). */
const FIXED_KEY_ID = 'env';
const PREFIX: Readonly<Record<KeyKind, string>> = { ingest: 'tci', api: 'tca' };
const ID_BYTES = 6;
/** Keys that are read at once. */
const PAGE = 1_000;
const TOKEN_CHARS_MAX = 200;

export interface KeyLimits {
  /** A key is read again after this long, so that one revoked elsewhere stops soon; ms. */
  readonly freshMs: number;
  readonly cachedMax: number;
  /** How often use of a key is written down, ms. */
  readonly usedEveryMs: number;
  /** A key without a source counts as sending this long after it was used, ms. */
  readonly sourcelessMs: number;
}

const KEY_LIMITS: KeyLimits = {
  freshMs: 10_000,
  cachedMax: 20_000,
  usedEveryMs: 60_000,
  sourcelessMs: 3_600_000,
};

interface Cached {
  readonly key: StoredKey | undefined;
  readonly until: number;
}

function publicKey({ hash: _hash, ...key }: StoredKey): Key {
  return key;
}

/** Keys of senders and programs: `tci_ID_SECRET` for ingest, `tca_ID_SECRET` for the API. */
export class Keys {
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly #limits: KeyLimits;
  readonly #fixedHash: string | undefined;
  readonly #cache = new Map<string, Cached>();
  readonly #used = new Map<string, number>();
  /** When keys that name no source were last used, and where. */
  readonly #sourceless = new Map<string, { readonly place: Place; readonly at: number }>();

  /** `fixed` is an ingest key for the centre that stands in no document. */
  constructor(
    documents: Documents,
    clock: Clock,
    fixed: string | undefined,
    limits: KeyLimits = KEY_LIMITS,
  ) {
    this.#documents = documents;
    this.#clock = clock;
    this.#limits = limits;
    this.#fixedHash = fixed === undefined ? undefined : tokenHash(fixed);
  }

  /** Makes a key; its text is shown this once. */
  async create(fresh: NewKey): Promise<{ readonly key: Key; readonly text: string }> {
    const id = randomBytes(ID_BYTES).toString('hex');
    const secret = newToken();
    const stored: StoredKey = {
      id,
      kind: fresh.kind,
      name: fresh.name,
      place: fresh.place,
      created: this.#clock.now(),
      by: fresh.by,
      hash: tokenHash(secret),
      ...(fresh.source === undefined ? {} : { source: fresh.source }),
      ...(fresh.expires === undefined ? {} : { expires: fresh.expires }),
    };
    await this.#write(stored, 'absent');
    this.#cache.delete(id);
    return { key: publicKey(stored), text: `${PREFIX[fresh.kind]}_${id}_${secret}` };
  }

  /** Ends a key of this scope for ever. Other processes follow within `freshMs`. */
  async revoke(
    id: string,
    scope: Place = CENTRE_PLACE,
  ): Promise<Key | { readonly reason: 'key_unknown' }> {
    const known = await this.#documents.get<StoredKey>(KEY_KIND, id);
    if (known === undefined || !covers(scope, known.body.place)) return { reason: 'key_unknown' };
    const revoked = this.#clock.now();
    const changed = await this.#update(id, (key) => ({ revoked, ...key }));
    this.#cache.delete(id);
    return changed === undefined ? { reason: 'key_unknown' } : publicKey(changed);
  }

  /** Keys of a place and below, newest first. */
  async list(scope: Place, limit: number, cursor?: string) {
    const page = await this.#documents.list<StoredKey>(KEY_KIND, {
      scope,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return { ...page, rows: page.rows.map((doc) => publicKey(doc.body)) };
  }

  /** Whose data the sender with this key brings. Costs a hash once the key is known. */
  async authenticateIngest(text: string): Promise<IngestGrant | KeyRefused> {
    if (text.length > TOKEN_CHARS_MAX) return { reason: 'key_unknown' };
    if (this.#fixedHash !== undefined && sameHash(tokenHash(text), this.#fixedHash)) {
      return this.#grant({ key: FIXED_KEY_ID, place: CENTRE_PLACE });
    }
    const found = await this.#find(text, 'ingest');
    if ('reason' in found) return found;
    const { id, place, source } = found;
    return this.#grant(source === undefined ? { key: id, place } : { key: id, place, source });
  }

  #grant(grant: IngestGrant): IngestGrant {
    if (grant.source !== undefined) return grant;
    this.#sourceless.delete(grant.key);
    this.#sourceless.set(grant.key, { place: grant.place, at: this.#clock.now() });
    if (this.#sourceless.size > this.#limits.cachedMax) {
      const oldest = this.#sourceless.keys().next();
      if (oldest.done !== true) this.#sourceless.delete(oldest.value);
    }
    return grant;
  }

  /**
   * Where keys of a scope that name no source bring data now, and when the last did (ms): the
   * register knows nothing of what they send. Known since the start of this process, or of what
   * was noted before it once that is recalled.
   */
  sourceless(scope: Place): readonly { readonly place: Place; readonly at: number }[] {
    const since = this.#clock.now() - this.#limits.sourcelessMs;
    return [...this.#sourceless.values()].filter(
      ({ place, at }) => at >= since && covers(scope, place),
    );
  }

  /** Reads when keys that name no source were last used before this process began. */
  async recall(): Promise<void> {
    let cursor: string | undefined;
    do {
      // oxlint-disable-next-line no-await-in-loop -- page after page
      const page = await this.list(CENTRE_PLACE, PAGE, cursor);
      for (const { id, kind, place, source, lastUsed, revoked } of page.rows) {
        const names = kind !== 'ingest' || source !== undefined || revoked !== undefined;
        if (names || lastUsed === undefined || this.#sourceless.has(id)) continue;
        if (this.#sourceless.size < this.#limits.cachedMax) {
          this.#sourceless.set(id, { place, at: lastUsed });
        }
      }
      cursor = page.next;
    } while (cursor !== undefined);
  }

  /** The program behind an API key: it works as an analyst of its place. */
  async principalOf(text: string): Promise<Principal | KeyRefused> {
    if (text.length > TOKEN_CHARS_MAX) return { reason: 'key_unknown' };
    const found = await this.#find(text, 'api');
    if ('reason' in found) return found;
    const role = found.place.province === CENTRE ? 'analyst' : 'locality';
    return { user: `key:${found.id}`, name: found.name, role, scope: found.place };
  }

  /**
   * Whether an API key that this process let in is still good; for a websocket that is open. What
   * another process ended is known within `freshMs` of the next asking.
   */
  isAlive(id: string): boolean {
    const known = this.#cache.get(id);
    // What cannot be read now is asked for again the next time.
    this.#cached(id).catch(() => undefined);
    if (known === undefined) return true;
    const { key } = known;
    if (key === undefined || key.revoked !== undefined) return false;
    return key.expires === undefined || this.#clock.now() < key.expires;
  }

  async #find(text: string, kind: KeyKind): Promise<StoredKey | KeyRefused> {
    const [, prefix, id = '', secret = ''] = /^(tc[ia])_([0-9a-f]{12})_(.+)$/.exec(text) ?? [];
    const key = id === '' ? undefined : await this.#cached(id);
    if (key === undefined || !sameHash(tokenHash(secret), key.hash))
      return { reason: 'key_unknown' };
    if (key.kind !== kind || PREFIX[kind] !== prefix) return { reason: 'key_wrong_kind' };
    if (key.revoked !== undefined) return { reason: 'key_revoked' };
    const now = this.#clock.now();
    if (key.expires !== undefined && key.expires <= now) return { reason: 'key_expired' };
    if (now - (this.#used.get(id) ?? key.lastUsed ?? 0) >= this.#limits.usedEveryMs) {
      this.#used.set(id, now);
      await this.#update(id, (stored) => ({ ...stored, lastUsed: now }));
    }
    return key;
  }

  async #cached(id: string): Promise<StoredKey | undefined> {
    const now = this.#clock.now();
    const cached = this.#cache.get(id);
    if (cached !== undefined && cached.until > now) return cached.key;
    const doc = await this.#documents.get<StoredKey>(KEY_KIND, id);
    this.#cache.delete(id);
    this.#cache.set(id, { key: doc?.body, until: now + this.#limits.freshMs });
    if (this.#cache.size > this.#limits.cachedMax) {
      const oldest = this.#cache.keys().next();
      if (oldest.done !== true) this.#cache.delete(oldest.value);
    }
    return doc?.body;
  }

  async #update(id: string, change: (key: StoredKey) => StoredKey): Promise<StoredKey | undefined> {
    for (;;) {
      const doc: Doc<StoredKey> | undefined = await this.#documents.get<StoredKey>(KEY_KIND, id);
      if (doc === undefined) return undefined;
      const next = change(doc.body);
      if (await this.#write(next, doc.version)) return next;
    }
  }

  async #write(key: StoredKey, expect: number | 'absent'): Promise<boolean> {
    const [result] = await this.#documents.write([
      {
        kind: KEY_KIND,
        id: key.id,
        expect,
        body: key,
        place: key.place,
        order: key.created,
        keys: { kind: key.kind },
      },
    ]);
    return result?.done === true;
  }
}
