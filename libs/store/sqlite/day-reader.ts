import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { newFields, type Event, type FieldValue, type Scalar } from '#libs/model';

import { Block } from './block.ts';
import { AFTER_RECEIPT, AFTER_TIME, AS_MESSAGE, UNSHAPED_SECTION } from './block-section.ts';
import { codeAt, unpackColumn, type Column } from './columns.ts';
import { dayFile, dayStart, type Day } from './days.ts';
import { hasId, unpackId } from './event-id.ts';
import {
  BLOCK_EVENTS,
  CHUNK_EVENTS,
  CODE_BEYOND,
  DICTIONARY_OF_SLOT,
  EMPTY,
  FORMS,
  LIST_OF_ONE,
  openDayToRead,
  SHAPE_SLOT,
  SLOT_OF_FIELD,
  SLOTS_MAX,
  TIME_SLOT,
} from './layout.ts';
import type { Recent } from './recent.ts';
import { lookUp, type SegmentKind } from './token-segments.ts';

/**
 * Rows `first` to `first + n - 1` of a day, with their earliest and latest time in ms since the
 * epoch.
 */
export interface Chunk {
  readonly id: number;
  readonly n: number;
  readonly low: number;
  readonly high: number;
}

export interface DayShape {
  readonly names: readonly string[];
  /** Whether a name stands for a list of one, of which the text alone is kept. */
  readonly lists: readonly boolean[];
  /** Names whose field is there and not empty. */
  readonly present: ReadonlySet<string>;
}

/** What readers of all days share: what was read last, within bounds in bytes. */
export interface ReadCaches {
  readonly columns: Recent<string, Column>;
  readonly blocks: Recent<string, Block>;
  readonly values: Recent<string, FieldValue[]>;
}

/** Columns of one chunk by their number, unpacked and as they are kept. */
interface ChunkColumns {
  readonly chunk: Chunk;
  readonly columns: (Column | undefined)[];
  /** Once an event was asked for; a field that no row of the chunk has is left out. */
  packed: readonly Uint8Array[] | undefined;
}

const CACHE_KIB = 2_048;
/** Single values of columns that are remembered for one day. */
const SINGLE_VALUES_MAX = 8_192;
/** What one value of a column takes in memory, about. */
const VALUE_BYTES = 64;

function sizeOf(values: readonly FieldValue[]): number {
  return values.length * VALUE_BYTES;
}

/**
 * Reads one day's file, from a connection of its own. Everything it gives is as of the last
 * `refresh`.
 */
export class DayReader {
  readonly day: Day;
  readonly start: number;
  readonly #db: DatabaseSync;
  readonly #caches: ReadCaches;
  readonly #statements = new Map<string, StatementSync>();
  readonly #chunks: Chunk[] = [];
  readonly #fields = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #shapes: (DayShape | undefined)[] = [];
  readonly #singles = new Map<number, FieldValue>();
  /** By dictionary: the first codes of the rows of its values that were read, ascending. */
  readonly #rowStarts: number[][] = [];
  #events = 0;
  #unshaped = 0;
  #lastBlock: { readonly id: number; readonly block: Block } | undefined;
  /** The ids of one block at a time. */
  #lastIds: { readonly block: number; readonly ids: Uint8Array } | undefined;
  /** The columns of one chunk at a time, by their number: most questions go chunk by chunk. */
  #chunkAt: ChunkColumns | undefined;

  constructor(folder: string, day: Day, caches: ReadCaches) {
    this.day = day;
    this.start = dayStart(day);
    this.#caches = caches;
    this.#db = openDayToRead(dayFile(folder, day), CACHE_KIB);
  }

  get events(): number {
    return this.#events;
  }

  /** Events whose names are not known here; their fields stand in records of their own. */
  get unshaped(): number {
    return this.#unshaped;
  }

  get chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  /** Takes notice of what was written since. */
  refresh(): void {
    const events = Number(this.sql("SELECT v FROM meta WHERE k = 'events'").get()?.['v'] ?? 0);
    if (events === this.#events) return;
    const last = this.#chunks.length - 1;
    const open = last >= 0 && this.#chunks[last]?.n !== CHUNK_EVENTS ? last : last + 1;
    const rows = this.sql('SELECT id, n, low, high FROM chunk WHERE id >= ? ORDER BY id').all(open);
    const fresh = rows.map(({ id, n, low, high }) => ({
      id: Number(id),
      n: Number(n),
      low: Number(low),
      high: Number(high),
    }));
    this.#chunks.splice(open, 1, ...fresh);
    // A commit between the two reads shows more rows than the count; columns are cut to the chunk's
    // own count.
    this.#events = this.#chunks.reduce((sum, { n }) => sum + n, 0);
    this.#unshaped = Number(this.sql("SELECT v FROM meta WHERE k = 'unshaped'").get()?.['v'] ?? 0);
    this.#loadNames();
  }

  /** A cached prepared statement. */
  sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** Number of a field; undefined when no event of a known shape has it. */
  fieldNumber(name: string): number | undefined {
    return this.#fields.get(name);
  }

  /** Shapes by their number; 0 stands for events whose names are not known here. */
  get shapes(): readonly (DayShape | undefined)[] {
    return this.#shapes;
  }

  /** Where a token's hash leads: blocks that may have it, or codes that may stand for it. */
  lookUp(kind: SegmentKind, hash: number): Uint32Array {
    return lookUp((text) => this.sql(text), kind, hash);
  }

  /** All values of a column by their code; 0 is an absent field. */
  values(slot: number): readonly FieldValue[] {
    const dictionary = DICTIONARY_OF_SLOT[slot] ?? slot;
    const key = `${this.day} ${dictionary}`;
    const values = this.#caches.values.get(key) ?? [null];
    const known = values.length;
    const more = this.sql('SELECT v FROM value WHERE slot = ? AND code >= ? ORDER BY code');
    for (const { v } of more.all(dictionary, known)) {
      for (const value of JSON.parse(String(v)) as FieldValue[]) values.push(value);
    }
    if (values.length > known || known === 1) {
      this.#caches.values.set(key, values, sizeOf(values));
    }
    return values;
  }

  /** One value of a column. */
  value(slot: number, code: number): FieldValue {
    const dictionary = DICTIONARY_OF_SLOT[slot] ?? slot;
    const key = dictionary * (CODE_BEYOND + 1) + code;
    const known = this.#singles.get(key);
    if (known !== undefined) return known;
    const value = this.#rowValue(dictionary, code);
    if (this.#singles.size >= SINGLE_VALUES_MAX) this.#singles.clear();
    this.#singles.set(key, value);
    return value;
  }

  /** The codes of a chunk's rows; undefined when none of them has the field. */
  codes(chunk: Chunk, slot: number): Uint8Array | Uint16Array | undefined {
    return this.#column(chunk, slot) as Uint8Array | Uint16Array | undefined;
  }

  /** Times of a chunk's rows in ms since the start of the day. */
  times(chunk: Chunk): Int32Array {
    const times = this.#column(chunk, TIME_SLOT);
    if (times === undefined)
      throw new Error(`day ${this.day} lacks the times of chunk ${chunk.id}`);
    return times as Int32Array;
  }

  /** The event of a row. */
  event(row: number): Event {
    const chunk = this.#chunkOf(row);
    const place = row % CHUNK_EVENTS;
    const time = this.start + (this.times(chunk)[place] ?? 0);
    const number = Math.floor(row / BLOCK_EVENTS);
    const block = this.block(number, row % BLOCK_EVENTS);
    const received = time + block.delay(row % BLOCK_EVENTS);
    const fields = newFields();
    const shape = this.#shapes[this.codes(chunk, SHAPE_SLOT)?.[place] ?? 0];
    if (shape === undefined) {
      const record = block.find(UNSHAPED_SECTION, row % BLOCK_EVENTS)?.value;
      for (const [name, value] of Object.entries(record ?? {})) fields[name] = value as FieldValue;
    } else {
      for (const [index, name] of shape.names.entries()) {
        const value = this.#valueOf(row, chunk, block, name);
        fields[name] = shape.lists[index] === true ? [value as Scalar] : value;
      }
    }
    return { id: this.#id(number, row % BLOCK_EVENTS), time, received, fields };
  }

  /**
   * What a row holds for a field beside its column, a list of one text as that text: undefined when
   * nothing, and when its column
   * says it.
   */
  textOf(row: number, name: string): FieldValue | undefined {
    const index = row % BLOCK_EVENTS;
    const block = this.block(Math.floor(row / BLOCK_EVENTS), index);
    const field = this.#fields.get(name);
    const found = field === undefined ? undefined : block.find(field, index);
    if (found === undefined) {
      const record = block.find(UNSHAPED_SECTION, index)?.value as Record<
        string,
        FieldValue
      > | null;
      return record !== null && record !== undefined && Object.hasOwn(record, name)
        ? record[name]
        : undefined;
    }
    if (found.kind === AS_MESSAGE) return this.textOf(row, 'message');
    if (found.kind !== AFTER_TIME && found.kind !== AFTER_RECEIPT) return found.value as FieldValue;
    const time = this.times(this.#chunkOf(row))[row % CHUNK_EVENTS] ?? 0;
    const receipt = found.kind === AFTER_RECEIPT ? block.delay(index) : 0;
    return new Date(this.start + time + receipt + Number(found.value)).toISOString();
  }

  /** A block that has row `index`; the last of a day may have grown since it was read. */
  block(id: number, index: number): Block {
    const last = this.#lastBlock;
    if (last?.id === id && index < last.block.rows) return last.block;
    const key = `${this.day} ${id}`;
    let block = this.#caches.blocks.get(key);
    if (block === undefined || index >= block.rows) {
      block = new Block(this.#blob('blk', id));
      this.#caches.blocks.set(key, block, block.size);
    }
    this.#lastBlock = { id, block };
    return block;
  }

  close(): void {
    this.#db.close();
  }

  /** A value out of its row of the file: rows are kept parsed, they hold values met together. */
  #rowValue(dictionary: number, code: number): FieldValue {
    const starts = (this.#rowStarts[dictionary] ??= []);
    const before = starts.findLastIndex((start) => start <= code);
    const start = starts[before];
    if (start !== undefined) {
      const values = this.#caches.values.get(`${this.day} ${dictionary} ${start}`);
      if (values !== undefined && code - start < values.length) return values[code - start] ?? null;
    }
    const row = this.sql(
      'SELECT code, v FROM value WHERE slot = ? AND code <= ? ORDER BY code DESC LIMIT 1',
    ).get(dictionary, code);
    if (row === undefined) return null;
    const first = Number(row['code']);
    const values = JSON.parse(String(row['v'])) as FieldValue[];
    if (first !== start) starts.splice(before + 1, 0, first);
    this.#caches.values.set(`${this.day} ${dictionary} ${first}`, values, sizeOf(values));
    return values[code - first] ?? null;
  }

  #chunkOf(row: number): Chunk {
    const chunk = this.#chunks[Math.floor(row / CHUNK_EVENTS)];
    if (chunk === undefined) throw new Error(`day ${this.day} has no row ${row}`);
    return chunk;
  }

  #valueOf(row: number, chunk: Chunk, block: Block, name: string): FieldValue {
    const slot = SLOT_OF_FIELD.get(name);
    const code = slot === undefined ? 0 : this.#codeAt(chunk, slot, row % CHUNK_EVENTS);
    if (slot !== undefined && code !== 0 && code !== CODE_BEYOND) return this.value(slot, code);
    return this.textOf(row, name) ?? null;
  }

  #id(block: number, index: number): string {
    if (this.#lastIds?.block !== block || !hasId(this.#lastIds.ids, index)) {
      this.#lastIds = { block, ids: this.#blob('ids', block) };
    }
    return unpackId(this.#lastIds.ids, index);
  }

  /** One code, without unpacking a column that nobody counts on. */
  #codeAt(chunk: Chunk, slot: number, row: number): number {
    const at = this.#at(chunk);
    const column = at.columns[slot];
    if (column !== undefined) return column[row] ?? 0;
    const z = (at.packed ??= this.#allPacked(chunk))[slot];
    return z === undefined ? 0 : codeAt(z, row);
  }

  /** All columns of a chunk as they are kept: an event has values in most of them. */
  #allPacked(chunk: Chunk): Uint8Array[] {
    const packed: Uint8Array[] = [];
    const first = chunk.id * SLOTS_MAX;
    const rows = this.sql('SELECT id, z FROM col WHERE id BETWEEN ? AND ?');
    for (const { id, z } of rows.iterate(first, first + SLOTS_MAX - 1)) {
      packed[Number(id) - first] = z as Uint8Array;
    }
    return packed;
  }

  #at(chunk: Chunk): ChunkColumns {
    if (this.#chunkAt?.chunk === chunk) return this.#chunkAt;
    return (this.#chunkAt = { chunk, columns: [], packed: undefined });
  }

  #column(chunk: Chunk, slot: number): Column | undefined {
    const { columns } = this.#at(chunk);
    const column = (columns[slot] ??= this.#cachedColumn(chunk, slot));
    return column.length === 0 ? undefined : column;
  }

  /** An empty column stands for a field that no row of the chunk has. */
  #cachedColumn(chunk: Chunk, slot: number): Column {
    const key = this.#columnKey(chunk, slot);
    const known = this.#caches.columns.get(key);
    if (known !== undefined) return known;
    const z = this.#packed(chunk, slot);
    // The last chunk may have grown since its row was read: the column is cut to the rows known.
    const column = z === null ? new Uint8Array(0) : unpackColumn(z, chunk.n);
    this.#caches.columns.set(key, column, column.byteLength);
    return column;
  }

  #columnKey(chunk: Chunk, slot: number): string {
    return `${this.day} ${chunk.id} ${slot} ${chunk.n}`;
  }

  #packed(chunk: Chunk, slot: number): Uint8Array | null {
    const row = this.sql('SELECT z FROM col WHERE id = ?').get(chunk.id * SLOTS_MAX + slot);
    return (row?.['z'] ?? null) as Uint8Array | null;
  }

  #blob(table: 'blk' | 'ids', id: number): Uint8Array {
    const z = this.sql(`SELECT z FROM ${table} WHERE id = ?`).get(id)?.['z'];
    if (!(z instanceof Uint8Array)) throw new Error(`day ${this.day} lacks ${table} ${id}`);
    return z;
  }

  #loadNames(): void {
    const fields = this.sql('SELECT id, name FROM field WHERE id > ? ORDER BY id');
    for (const { id, name } of fields.all(this.#fields.size)) {
      this.#fields.set(String(name), Number(id));
      this.#names[Number(id)] = String(name);
    }
    const shapes = this.sql('SELECT id, fields FROM shape WHERE id >= ? ORDER BY id');
    for (const { id, fields: list } of shapes.all(Math.max(this.#shapes.length, 1))) {
      const numbers = JSON.parse(String(list)) as number[];
      const nameOf = (number: number) => this.#names[Math.floor(number / FORMS)] ?? '';
      this.#shapes[Number(id)] = {
        names: numbers.map(nameOf),
        lists: numbers.map((number) => number % FORMS === LIST_OF_ONE),
        present: new Set(numbers.filter((number) => number % FORMS !== EMPTY).map(nameOf)),
      };
    }
  }
}
