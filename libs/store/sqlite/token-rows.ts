import type { StatementSync } from 'node:sqlite';

import { noBits, setBit, type Bits } from './bits.ts';
import type { Chunk, DayReader } from './day-reader.ts';
import { CHUNK_EVENTS } from './layout.ts';

/** Rows up to this number are fetched at once, and then all are known. */
const WHOLE_MAX = 8_192;
/**
 * Chunks fetched at once when there are more; reached by doubling while chunks are asked for one
 * after another.
 */
const WINDOW_CHUNKS_MAX = 64;

const NEWEST = `SELECT rowid FROM fts WHERE fts MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ${WHOLE_MAX}`;
const BETWEEN = 'SELECT rowid FROM fts WHERE fts MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid';

/**
 * The rows of a day that an expression of the token index finds, fetched as chunks are asked for.
 */
export class TokenRows {
  readonly #day: DayReader;
  readonly #expression: string;
  /** Ascending; they are all there are from row `#from` to row `#to`. */
  #rows: Float64Array | undefined;
  #from = 0;
  #to = -1;
  #windowChunks = 1;

  constructor(day: DayReader, expression: string) {
    this.#day = day;
    this.#expression = expression;
  }

  bits(chunk: Chunk): Bits {
    const first = chunk.id * CHUNK_EVENTS;
    const last = first + chunk.n - 1;
    const rows = this.#rowsWith(first, last);
    const bits = noBits();
    for (let at = lowerBound(rows, first); at < rows.length; at++) {
      const row = rows[at] ?? Infinity;
      if (row > last) break;
      setBit(bits, row - first);
    }
    return bits;
  }

  #rowsWith(first: number, last: number): Float64Array {
    if (this.#rows === undefined) {
      const newest = this.#fetch(NEWEST, this.#day.events);
      this.#rows = newest.toReversed();
      this.#from = newest.length < WHOLE_MAX ? 0 : (newest.at(-1) ?? 0);
      this.#to = this.#day.events - 1;
    }
    if (first >= this.#from && last <= this.#to) return this.#rows;
    const from = Math.max(0, first - (this.#windowChunks - 1) * CHUNK_EVENTS);
    this.#windowChunks = Math.min(this.#windowChunks * 2, WINDOW_CHUNKS_MAX);
    this.#rows = this.#fetch(BETWEEN, from, last);
    this.#from = from;
    this.#to = last;
    return this.#rows;
  }

  #fetch(sql: string, ...bounds: number[]): Float64Array {
    const statement: StatementSync = this.#day.sql(sql);
    statement.setReturnArrays(true);
    const rows = statement.all(this.#expression, ...bounds) as unknown as [number][];
    return Float64Array.from(rows, ([row]) => row);
  }
}

function lowerBound(rows: Float64Array, wanted: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
