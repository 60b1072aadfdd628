import type { CodeColumns } from './event-encoder.ts';
import { packCodes, packTimes, unpackColumn } from './columns.ts';
import { CHUNK_EVENTS, SHAPE_SLOT, SLOTS_MAX, TIME_SLOT } from './layout.ts';

/** A chunk's columns as they are kept: by column number, with the span of its times. */
export interface PackedChunk {
  readonly id: number;
  readonly n: number;
  /** Ms since the start of the day. */
  readonly low: number;
  readonly high: number;
  readonly columns: readonly (readonly [slot: number, bytes: Uint8Array])[];
}

/** The columns of the chunk at hand as they are gathered. */
export class ChunkColumns implements CodeColumns {
  readonly #times = new Int32Array(CHUNK_EVENTS);
  readonly #shapes = new Uint16Array(CHUNK_EVENTS);
  /** By column number. */
  readonly #codes: (Uint16Array | undefined)[] = Array.from({ length: SLOTS_MAX });
  /** Columns that an event of the chunk has. */
  #used: number[] = [];
  readonly #isUsed = new Uint8Array(SLOTS_MAX);

  set(slot: number, row: number, code: number): void {
    let codes = this.#codes[slot];
    if (codes === undefined) this.#codes[slot] = codes = new Uint16Array(CHUNK_EVENTS);
    if (this.#isUsed[slot] === 0) {
      this.#isUsed[slot] = 1;
      this.#used.push(slot);
    }
    codes[row] = code;
  }

  setRow(row: number, time: number, shape: number): void {
    this.#times[row] = time;
    this.#shapes[row] = shape;
  }

  /** The first `n` rows of chunk `id`. */
  pack(id: number, n: number): PackedChunk {
    let low = Infinity;
    let high = -Infinity;
    for (let row = 0; row < n; row++) {
      const time = this.#times[row] ?? 0;
      if (time < low) low = time;
      if (time > high) high = time;
    }
    const columns: [number, Uint8Array][] = [
      [TIME_SLOT, packTimes(this.#times, n)],
      [SHAPE_SLOT, packCodes(this.#shapes, n)],
    ];
    for (const slot of this.#used) {
      const codes = this.#codes[slot];
      if (codes !== undefined) columns.push([slot, packCodes(codes, n)]);
    }
    return { id, n, low, high, columns };
  }

  clear(): void {
    for (const slot of this.#used) this.#codes[slot]?.fill(0);
    this.#isUsed.fill(0);
    this.#used = [];
  }

  /** Takes up a column where an earlier writer left it. */
  restore(slot: number, packed: Uint8Array): void {
    const column = unpackColumn(packed);
    if (slot === TIME_SLOT) this.#times.set(column);
    else if (slot === SHAPE_SLOT) this.#shapes.set(column);
    else column.forEach((code, row) => this.set(slot, row, code));
  }
}
