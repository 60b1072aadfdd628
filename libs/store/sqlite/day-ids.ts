import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { IdFilter } from './id-filter.ts';
import { IdSet } from './id-set.ts';

/** Keys kept in memory before they go to the file as one sorted run. */
const RUN_KEYS = 1 << 20;

/** A run lies in parts by the first ten bits of its keys; the filter of a run is its last row. */
const PARTS = 1_024;
const ROWS_PER_RUN = 4_096;
const FILTER_ROW = ROWS_PER_RUN - 1;

/**
 * The keys of all ids of a day: the newest in memory, older ones as sorted runs in the file with a
 * filter of 1.5 bytes a key before them.
 */
export class DayIds {
  readonly #runKeys: number;
  readonly #read: StatementSync;
  readonly #write: StatementSync;
  readonly #filters: IdFilter[] = [];
  #newest = new IdSet();
  /** Filter of the run that the open transaction holds. */
  #written: IdFilter | undefined;

  constructor(db: DatabaseSync, runKeys: number = RUN_KEYS) {
    this.#runKeys = runKeys;
    this.#read = db.prepare('SELECT z FROM idrun WHERE id = ?');
    this.#write = db.prepare('INSERT INTO idrun VALUES (?, ?)');
    for (let run = 0; ; run++) {
      const kept = this.#bytes(run * ROWS_PER_RUN + FILTER_ROW);
      if (kept === undefined) break;
      this.#filters.push(new IdFilter(new Uint32Array(kept.slice().buffer)));
    }
  }

  /** False when it was there before. */
  add(anyHigh: number, low: number): boolean {
    const high = anyHigh === 0 ? 1 : anyHigh;
    for (const [run, filter] of this.#filters.entries()) {
      if (filter.mayHave(high, low) && this.#isInRun(run, high, low)) return false;
    }
    return this.#newest.add(high, low);
  }

  /**
   * Writes the newest keys as a run once they are enough, inside the transaction of their events;
   * true when it did, so that all keys so far lie in runs once that is committed.
   */
  writeRun(): boolean {
    this.#written = undefined;
    if (this.#newest.size < this.#runKeys) return false;
    const keys = this.#newest.keys();
    const run = this.#filters.length;
    const filter = new IdFilter(keys.length);
    const halves = new Uint32Array(keys.buffer);
    for (let at = 0; at < halves.length; at += 2) filter.add(halves[at + 1] ?? 0, halves[at] ?? 0);
    keys.sort();
    let start = 0;
    for (let part = 0; part < PARTS; part++) {
      const end =
        part + 1 === PARTS ? keys.length : firstFrom(keys, BigInt(part + 1) << 54n, start);
      if (end > start) this.#write.run(run * ROWS_PER_RUN + part, bytesOf(keys.slice(start, end)));
      start = end;
    }
    this.#write.run(run * ROWS_PER_RUN + FILTER_ROW, bytesOf(filter.words));
    this.#written = filter;
    return true;
  }

  /** After the transaction: keys that were written as a run are remembered no longer. */
  settle(): void {
    if (this.#written === undefined) return;
    this.#filters.push(this.#written);
    this.#written = undefined;
    this.#newest = new IdSet();
  }

  #isInRun(run: number, high: number, low: number): boolean {
    const part = this.#bytes(run * ROWS_PER_RUN + (high >>> 22));
    if (part === undefined) return false;
    const keys = new BigUint64Array(part.slice().buffer);
    const key = (BigInt(high) << 32n) | BigInt(low);
    return keys[firstFrom(keys, key, 0)] === key;
  }

  #bytes(id: number): Uint8Array | undefined {
    return this.#read.get(id)?.['z'] as Uint8Array | undefined;
  }
}

function bytesOf(numbers: Uint32Array | BigUint64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** Index of the first key that is not below `wanted`. */
function firstFrom(keys: BigUint64Array, wanted: bigint, from: number): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? 0n) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
