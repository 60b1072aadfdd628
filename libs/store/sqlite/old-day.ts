import { DatabaseSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';

import { newFields, type Event, type FieldValue } from '#libs/model';

import { unpackIds } from './event-id.ts';

/** The format before this one, which is read once, to be written anew. */
export const OLD_FORMAT = 3;

const BLOCK_EVENTS = 128;
const CHUNK_EVENTS = 4_096;
const SLOTS = 256;
const TIME_SLOT = 0;
const SHAPE_SLOT = 1;
const BEYOND = 0;
const HEAD_BYTES = 3;
const STORED = 0x80;
const CONSTANT = 0;
const WORDS = 2;

type LineValue = FieldValue | Readonly<Record<string, never>>;

export interface OldFacts {
  /** Undefined while the file holds nothing: a process ended before it had made its tables. */
  readonly format: number | undefined;
  readonly events: number;
  readonly position: number;
  readonly repeats: number;
}

/** A day's file of `OLD_FORMAT`. */
export class OldDay {
  readonly facts: OldFacts;
  readonly #db: DatabaseSync;
  readonly #start: number;
  readonly #shapes = new Map<number, string[]>();

  constructor(file: string, start: number) {
    this.#db = new DatabaseSync(file);
    this.#start = start;
    const made = this.#db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get();
    const rows = made === undefined ? [] : this.#db.prepare('SELECT k, v FROM meta').all();
    const meta = new Map(rows.map(({ k, v }) => [String(k), Number(v)]));
    this.facts = {
      format: meta.get('format'),
      events: meta.get('events') ?? 0,
      position: meta.get('position') ?? -1,
      repeats: meta.get('repeats') ?? 0,
    };
  }

  /** All events, in the order in which they came. */
  *events(): Generator<Event> {
    this.#loadShapes();
    const blocks = this.#db.prepare(
      'SELECT id, blk.z AS lines, ids.z AS ids FROM blk JOIN ids USING (id) ORDER BY id',
    );
    let chunk = -1;
    let times: Int32Array = new Int32Array(0);
    let shapes: Int32Array = new Int32Array(0);
    for (const { id, lines, ids } of blocks.iterate()) {
      const first = Number(id) * BLOCK_EVENTS;
      if (Math.floor(first / CHUNK_EVENTS) !== chunk) {
        chunk = Math.floor(first / CHUNK_EVENTS);
        times = this.#times(chunk);
        shapes = this.#column(chunk, SHAPE_SLOT);
      }
      const names = unpackIds(ids as Uint8Array);
      const texts = zstdDecompressSync(lines as Uint8Array)
        .toString('utf8')
        .split('\n');
      for (const [index, line] of texts.entries()) {
        const place = (first + index) % CHUNK_EVENTS;
        const time = this.#start + (times[place] ?? 0);
        yield this.#eventOf(line, names[index] ?? '', time, shapes[place] ?? BEYOND);
      }
    }
  }

  close(): void {
    this.#db.close();
  }

  #eventOf(line: string, id: string, time: number, shape: number): Event {
    const [delay, held] = JSON.parse(line) as [number, LineValue[] | Record<string, FieldValue>];
    const fields = newFields();
    const names = this.#shapes.get(shape);
    if (names === undefined) {
      for (const [name, value] of Object.entries(held)) fields[name] = value as FieldValue;
    } else {
      const values = held as LineValue[];
      for (const [index, name] of names.entries()) {
        const value = values[index] ?? null;
        // An object stood for an original that was the same as the message.
        const same = value !== null && typeof value === 'object' && !Array.isArray(value);
        fields[name] = (same ? (values[names.indexOf('message')] ?? null) : value) as FieldValue;
      }
    }
    return { id, time, received: time + delay, fields };
  }

  #loadShapes(): void {
    const fields = this.#db.prepare('SELECT id, name FROM field').all();
    const names = new Map(fields.map(({ id, name }) => [Number(id), String(name)]));
    for (const { id, fields: list } of this.#db.prepare('SELECT id, fields FROM shape').all()) {
      const numbers = JSON.parse(String(list)) as number[];
      const shape = numbers.map((number) => names.get(Math.abs(number)) ?? '');
      this.#shapes.set(Number(id), shape);
    }
  }

  #times(chunk: number): Int32Array {
    let time = 0;
    return this.#column(chunk, TIME_SLOT).map((step) => (time += step));
  }

  /** Codes, or the steps from one time to the next. */
  #column(chunk: number, slot: number): Int32Array {
    const z = this.#db.prepare('SELECT z FROM col WHERE id = ?').get(chunk * SLOTS + slot)?.['z'];
    if (!(z instanceof Uint8Array)) throw new Error(`chunk ${chunk} lacks column ${slot}`);
    const n = (z[1] ?? 0) | ((z[2] ?? 0) << 8);
    const kind = (z[0] ?? 0) & ~STORED;
    const tail = z.subarray(HEAD_BYTES);
    const body = ((z[0] ?? 0) & STORED) === 0 ? zstdDecompressSync(tail) : tail;
    const at = (row: number) => body[row] ?? 0;
    return Int32Array.from({ length: n }, (_, row) => {
      if (kind === CONSTANT) return at(0) | (at(1) << 8);
      if (kind === WORDS) return at(row * 2) | (at(row * 2 + 1) << 8);
      if (slot !== TIME_SLOT) return at(row);
      return at(row) | (at(n + row) << 8) | (at(2 * n + row) << 16) | (at(3 * n + row) << 24);
    });
  }
}
