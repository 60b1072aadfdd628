import type { Entry } from './timeline.ts';

/** What few entries have beside time and event. */
interface Payload {
  readonly value: Entry['value'];
  readonly commune: Entry['commune'];
  readonly extras: Entry['extras'];
}

/** The columns of a nursery, key by key, for a snapshot. */
export interface Nursed {
  readonly keys: readonly string[];
  readonly counts: readonly number[];
  readonly times: readonly number[];
  readonly events: readonly string[];
  readonly payloads: readonly (Payload | undefined)[];
}

/**
 * What became of an entry: `grown` has all entries of the key, which leaves the nursery with them.
 */
export type Nursing =
  | { readonly kind: 'kept'; readonly fresh: boolean }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'grown'; readonly entries: readonly Entry[] };

const KEPT_NEW: Nursing = { kind: 'kept', fresh: true };
const KEPT: Nursing = { kind: 'kept', fresh: false };
const REPEAT: Nursing = { kind: 'repeat' };
const NOWHERE = -1;
const PLACES_FIRST = 64;

/**
 * Keys with fewer matches than any window needs: nothing can hold for them, so all their matches
 * lie together in a few columns. Most keys of a brute force over many accounts, or of ordinary
 * mistakes, never leave it.
 */
export class Nursery {
  readonly #grownAt: number;
  /** Place of the first entry of each key; the others hang on it. */
  readonly #first = new Map<string, number>();
  #times = new Float64Array(PLACES_FIRST);
  #next = new Int32Array(PLACES_FIRST);
  readonly #events: string[] = [];
  readonly #payloads: (Payload | undefined)[] = [];
  #free = NOWHERE;

  /** Keys leave with their `grownAt`-th entry. */
  constructor(grownAt: number) {
    this.#grownAt = grownAt;
  }

  get size(): number {
    return this.#first.size;
  }

  has(key: string): boolean {
    return this.#first.has(key);
  }

  add(key: string, entry: Entry): Nursing {
    const first = this.#first.get(key);
    if (first === undefined) {
      this.#first.set(key, this.#place(entry, NOWHERE));
      return KEPT_NEW;
    }
    let count = 1;
    for (let at = first; at !== NOWHERE; at = this.#next[at] as number) {
      if (this.#events[at] === entry.event && this.#times[at] === entry.time) return REPEAT;
      count += 1;
    }
    if (count < this.#grownAt) {
      // Placing may replace the column that is written to: first the one, then the other.
      const place = this.#place(entry, this.#next[first] as number);
      this.#next[first] = place;
      return KEPT;
    }
    const entries = [...this.#entries(first), entry].toSorted((a, b) => a.time - b.time);
    this.#leave(key, first);
    return { kind: 'grown', entries };
  }

  /** The entries of a key, in no order. */
  entriesOf(key: string): readonly Entry[] {
    const first = this.#first.get(key);
    return first === undefined ? [] : this.#entries(first);
  }

  /** The keys, the one that came first first. */
  keys(): Iterable<string> {
    return this.#first.keys();
  }

  #place(entry: Entry, next: number): number {
    let at = this.#free;
    if (at === NOWHERE) at = this.#events.length;
    else this.#free = this.#next[at] as number;
    if (at >= this.#times.length) this.#widen();
    const { value, commune, extras } = entry;
    const plain = value === undefined && commune === undefined && extras === undefined;
    this.#times[at] = entry.time;
    this.#events[at] = entry.event;
    this.#payloads[at] = plain ? undefined : { value, commune, extras };
    this.#next[at] = next;
    return at;
  }

  #widen(): void {
    const size = Math.ceil(this.#times.length * 1.5);
    const times = new Float64Array(size);
    const next = new Int32Array(size);
    times.set(this.#times);
    next.set(this.#next);
    this.#times = times;
    this.#next = next;
  }

  #entries(first: number): Entry[] {
    const entries: Entry[] = [];
    for (let at = first; at !== NOWHERE; at = this.#next[at] as number) {
      const event = this.#events[at] as string;
      const { value, commune, extras } = this.#payloads[at] ?? NO_PAYLOAD;
      const time = this.#times[at] as number;
      entries.push({ time, event, ident: event, member: 0, value, commune, extras });
    }
    return entries;
  }

  #leave(key: string, first: number): void {
    this.#first.delete(key);
    let last = first;
    for (let at = first; at !== NOWHERE; at = this.#next[at] as number) {
      this.#events[at] = '';
      this.#payloads[at] = undefined;
      last = at;
    }
    this.#next[last] = this.#free;
    this.#free = first;
  }

  /**
   * Drops entries of a key up to `horizon`; the time of the oldest that stays, undefined when none
   * does.
   */
  prune(key: string, horizon: number): number | undefined {
    const first = this.#first.get(key);
    if (first === undefined) return undefined;
    const entries = this.#entries(first);
    const staying = entries.filter(({ time }) => time > horizon);
    if (staying.length < entries.length) {
      this.#leave(key, first);
      for (const entry of staying) this.add(key, entry);
    }
    return staying.length === 0 ? undefined : Math.min(...staying.map(({ time }) => time));
  }

  /** Takes entries of a key up to `horizon` out. */
  takeOut(key: string, horizon: number): readonly Entry[] {
    const first = this.#first.get(key);
    if (first === undefined) return [];
    const entries = this.#entries(first);
    const gone = entries.filter(({ time }) => time <= horizon);
    if (gone.length === 0) return [];
    this.#leave(key, first);
    for (const entry of entries) if (entry.time > horizon) this.add(key, entry);
    return gone;
  }

  /** Drops the key that came first and says what it held; undefined when there is none. */
  dropOldest(): { readonly key: string; readonly time: number } | undefined {
    for (const [key, first] of this.#first) {
      const time = this.#times[first] as number;
      this.#leave(key, first);
      return { key, time };
    }
    return undefined;
  }

  save(): Nursed {
    const nursed = {
      keys: [...this.#first.keys()],
      counts: [] as number[],
      times: [] as number[],
      events: [] as string[],
      payloads: [] as (Payload | undefined)[],
    };
    for (const first of this.#first.values()) {
      let count = 0;
      for (let at = first; at !== NOWHERE; at = this.#next[at] as number) {
        nursed.times.push(this.#times[at] as number);
        nursed.events.push(this.#events[at] as string);
        nursed.payloads.push(this.#payloads[at]);
        count += 1;
      }
      nursed.counts.push(count);
    }
    return nursed;
  }
}

const NO_PAYLOAD: Payload = { value: undefined, commune: undefined, extras: undefined };

/** The entries that `save` wrote, key by key. */
export function* nursedEntries(nursed: Nursed): Generator<readonly [string, readonly Entry[]]> {
  let at = 0;
  for (const [i, key] of nursed.keys.entries()) {
    const entries: Entry[] = [];
    for (const end = at + (nursed.counts[i] as number); at < end; at += 1) {
      const event = nursed.events[at] as string;
      const { value, commune, extras } = nursed.payloads[at] ?? NO_PAYLOAD;
      const time = nursed.times[at] as number;
      entries.push({ time, event, ident: event, member: 0, value, commune, extras });
    }
    yield [key, entries];
  }
}
