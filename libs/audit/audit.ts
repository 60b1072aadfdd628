import { CENTRE, type Clock, type Place, sha256 } from '#libs/model';
import type { Doc, Documents, Write } from '#libs/store';

export const RECORD_KIND = 'record';
export const HEAD_KIND = 'record-head';
const CENTRE_PLACE: Place = { province: CENTRE };
/** The hash before the first entry. */
const START = '0'.repeat(64);
const SEQ_DIGITS = 12;
/** Entries written in one go, and entries that may wait for it. */
const BATCH_MAX = 500;
const WAITING_MAX = 100_000;
const PAGE = 1000;
const HEAD_TRIES_MAX = 5;

/** What somebody did, to what, where; `facts` hold no secrets. */
export interface Entry {
  readonly who: string;
  /** A stable word: `acknowledge`, `session.begin`, `events.export`, `events.unmask` … */
  readonly what: string;
  readonly target: string;
  readonly place: Place;
  readonly facts: Readonly<Record<string, string>>;
}

/** An entry as it is kept: numbered without gaps, timed, and bound to the one before it. */
export interface RecordEntry extends Entry {
  readonly chain: string;
  readonly seq: number;
  /** ms since the epoch. */
  readonly at: number;
  readonly previous: string;
  readonly hash: string;
}

/** The newest entry of a chain. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** `whole` with the number of entries, or the first link that does not hold and why. */
export type Verification =
  | { readonly whole: true; readonly entries: number; readonly head: string }
  | {
      readonly whole: false;
      readonly seq: number;
      readonly reason: 'missing' | 'changed' | 'unlinked' | 'not_the_head';
    };

/** The text that is hashed: every part, in a fixed order, so that no two entries share one. */
function canonical(entry: Omit<RecordEntry, 'hash'>): string {
  const facts = Object.keys(entry.facts)
    .toSorted()
    .map((key) => [key, entry.facts[key]]);
  const { chain, seq, at, who, what, target, place, previous } = entry;
  const where = [place.province, place.commune ?? null];
  return JSON.stringify([chain, seq, at, who, what, target, where, facts, previous]);
}

function idOf(chain: string, seq: number): string {
  return `${chain}:${String(seq).padStart(SEQ_DIGITS, '0')}`;
}

/** The newest entry of a chain, and the version of the document that says so. */
interface Known extends Head {
  readonly version: number | 'absent';
}

interface Waiting {
  readonly entry: Entry;
  readonly resolve: (entry: RecordEntry) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The append-only record of what people did: one hash chain per writing process (`chain`), so that
 * a changed, removed or inserted entry shows.
 */
export class Audit {
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly #chain: string;
  readonly #waiting: Waiting[] = [];
  #head: Known | undefined;
  #lastOrder = 0;
  #writing = false;

  /** `chain` names the writing process, over its restarts too. */
  constructor(documents: Documents, clock: Clock, chain = 'main') {
    this.#documents = documents;
    this.#clock = clock;
    this.#chain = chain;
  }

  get chain(): string {
    return this.#chain;
  }

  /** The id of a chain's entry. */
  idOf(chain: string, seq: number): string {
    return idOf(chain, seq);
  }

  /**
   * Resolves once the entry would survive a crash; rejects when that is not certain: it may or may
   * not be there.
   */
  append(entry: Entry): Promise<RecordEntry> {
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(new Error(`more than ${WAITING_MAX} record entries wait`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      try {
        const entries = await this.#write(batch.map(({ entry }) => entry));
        for (const [at, entry] of entries.entries()) batch[at]?.resolve(entry);
      } catch (error) {
        this.#head = undefined;
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = false;
  }

  async #write(fresh: readonly Entry[]): Promise<readonly RecordEntry[]> {
    for (let tries = 1; ; tries += 1) {
      const known = (this.#head ??= await this.#readHead());
      let head: Head = known;
      const entries: RecordEntry[] = [];
      for (const entry of fresh) {
        const body = {
          ...entry,
          chain: this.#chain,
          seq: head.seq + 1,
          at: this.#clock.now(),
          previous: head.hash,
        };
        const hash = sha256(canonical(body));
        entries.push({ ...body, hash });
        head = { seq: body.seq, hash };
      }
      const own = entries.map((entry) => this.#entryWrite(entry));
      const writes = [...own, this.#headWrite(head, known.version)];
      const results = await this.#documents.write(writes);
      const last = results.at(-1);
      if (last?.done === true && results.every((result) => result.done)) {
        this.#head = { ...head, version: last.version };
        return entries;
      }
      // Another process used this chain, or a crash left entries that the head does not know.
      this.#head = undefined;
      if (tries >= HEAD_TRIES_MAX) throw new Error('the record is written by another process too');
    }
  }

  #entryWrite(entry: RecordEntry): Write {
    this.#lastOrder = Math.max(entry.at, this.#lastOrder + 1);
    return {
      kind: RECORD_KIND,
      id: idOf(this.#chain, entry.seq),
      expect: 'absent',
      body: entry,
      place: entry.place,
      order: this.#lastOrder,
      keys: { chain: this.#chain, who: entry.who, what: entry.what, target: entry.target },
    };
  }

  /** Over the head that is known alone: another process must not be told a head of its chain. */
  #headWrite(head: Head, version: Known['version']): Write {
    return {
      kind: HEAD_KIND,
      id: this.#chain,
      expect: version,
      body: head,
      place: CENTRE_PLACE,
      order: head.seq,
    };
  }

  /** The stored head, moved on over entries that a crash left beyond it. */
  async #readHead(): Promise<Known> {
    const stored = await this.#documents.get<Head>(HEAD_KIND, this.#chain);
    let head: Head = stored?.body ?? { seq: 0, hash: START };
    for (;;) {
      const next: Doc<RecordEntry> | undefined = await this.#documents.get<RecordEntry>(
        RECORD_KIND,
        idOf(this.#chain, head.seq + 1),
      );
      if (next === undefined) return { ...head, version: stored?.version ?? 'absent' };
      this.#lastOrder = Math.max(this.#lastOrder, next.order);
      head = { seq: next.body.seq, hash: next.body.hash };
    }
  }

  /** Newest first, within a scope; `keys` may name `who`, `what`, `target`. */
  async list(request: {
    readonly scope: Place;
    readonly limit: number;
    readonly cursor?: string;
    readonly from?: number;
    readonly to?: number;
    readonly keys?: Readonly<Record<string, string>>;
  }) {
    const page = await this.#documents.list<RecordEntry>(RECORD_KIND, request);
    return { ...page, rows: page.rows.map((doc) => doc.body) };
  }

  /** Reads the whole chain and says whether it is whole, or where it first breaks. */
  async verify(chain = this.#chain): Promise<Verification> {
    const stored = await this.#documents.get<Head>(HEAD_KIND, chain);
    const links = new Map<number, { readonly previous: string; readonly hash: string }>();
    const changed = new Set<number>();
    let cursor: string | undefined;
    do {
      const page = await this.#documents.list<RecordEntry>(RECORD_KIND, {
        scope: CENTRE_PLACE,
        keys: { chain },
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { id, body } of page.rows) {
        const { hash, ...rest } = body;
        const seq = Number(id.slice(chain.length + 1));
        if (seq !== body.seq || sha256(canonical(rest)) !== hash) changed.add(seq);
        links.set(seq, { previous: body.previous, hash });
      }
      cursor = page.next;
    } while (cursor !== undefined);
    return firstBreak(links, changed, stored?.body);
  }
}

function firstBreak(
  links: ReadonlyMap<number, { readonly previous: string; readonly hash: string }>,
  changed: ReadonlySet<number>,
  head: Head | undefined,
): Verification {
  let previous = START;
  const last = [...links.keys()].reduce((max, seq) => Math.max(max, seq), head?.seq ?? 0);
  for (let seq = 1; seq <= last; seq += 1) {
    const link = links.get(seq);
    if (link === undefined) return { whole: false, seq, reason: 'missing' };
    if (changed.has(seq)) return { whole: false, seq, reason: 'changed' };
    if (link.previous !== previous) return { whole: false, seq, reason: 'unlinked' };
    previous = link.hash;
    // A chain written anew from some entry on is in itself whole, but not the one the head knows.
    if (seq === head?.seq && link.hash !== head.hash) {
      return { whole: false, seq, reason: 'not_the_head' };
    }
  }
  return { whole: true, entries: last, head: previous };
}
