import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';

import type { Event, FieldValue } from '#libs/model';

import { unpackColumn, type Column } from './columns.ts';
import { dayFile, dayStart, type Day } from './days.ts';
import { unpackId } from './event-id.ts';
import { readLine, type ShapeNames } from './event-line.ts';
import {
  BLOCK_EVENTS,
  CHUNK_EVENTS,
  openDayToRead,
  SHAPE_SLOT,
  SLOTS_MAX,
  TIME_SLOT,
  WORD_SLOT,
} from './layout.ts';
import type { Recent } from './recent.ts';

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
  readonly names: ShapeNames;
  /** Names whose field is there and not empty. */
  readonly present: ReadonlySet<string>;
}

/** The lines of a block, where each begins, and the ids of its events. */
export interface Block {
  readonly text: string;
  readonly starts: Uint32Array;
  readonly ids: Uint8Array;
}

/** What readers of all days share: the columns and blocks read last, within bounds. */
export interface ReadCaches {
  readonly columns: Recent<string, Column>;
  readonly blocks: Recent<string, Block>;
}

const CACHE_KIB = 4_096;

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
  readonly #names = new Map<number, string>();
  readonly #shapes: (DayShape | undefined)[] = [];
  readonly #values = new Map<number, FieldValue[]>();
  readonly #commonWords = new Map<string, number>();
  #events = 0;
  #unshaped = 0;
  #hasTokenTable = false;
  #lastBlock: { readonly id: number; readonly block: Block } | undefined;
  /** The columns of one chunk at a time, by their number: most questions go chunk by chunk. */
  #chunkAt: { readonly chunk: Chunk; readonly columns: (Column | undefined)[] } | undefined;

  constructor(folder: string, day: Day, caches: ReadCaches) {
    this.day = day;
    this.start = dayStart(day);
    this.#caches = caches;
    this.#db = openDayToRead(dayFile(folder, day), CACHE_KIB);
  }

  get events(): number {
    return this.#events;
  }

  /**
   * Events whose names are not known here; what is asked of unknown fields is looked up in them.
   */
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
    const fresh = this.sql('SELECT id, n, low, high FROM chunk WHERE id >= ? ORDER BY id').all(
      open,
    );
    this.#chunks.splice(open, 1, ...(fresh as unknown as Chunk[]));
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

  /** Number of a field in tokens; undefined when no token of the day has it. */
  fieldNumber(name: string): number | undefined {
    return this.#fields.get(name);
  }

  /** Shapes by their number; 0 stands for events whose names are not known here. */
  get shapes(): readonly (DayShape | undefined)[] {
    return this.#shapes;
  }

  /** Values of a column by their code; 0 is an absent field. */
  values(slot: number): readonly FieldValue[] {
    let values = this.#values.get(slot);
    if (values === undefined) this.#values.set(slot, (values = [null]));
    const more = this.sql('SELECT code, v FROM value WHERE slot = ? AND code >= ? ORDER BY code');
    for (const { code, v } of more.all(slot, values.length)) {
      values[Number(code)] = JSON.parse(String(v)) as FieldValue;
    }
    return values;
  }

  /**
   * The words of messages that have columns, with their column numbers. In a chunk that has the
   * column of a word, the column tells all and the token index nothing.
   */
  commonWords(): ReadonlyMap<string, number> {
    const more = this.sql('SELECT slot, v FROM value WHERE slot >= ? ORDER BY slot');
    for (const { slot, v } of more.all(WORD_SLOT + this.#commonWords.size)) {
      this.#commonWords.set(JSON.parse(String(v)) as string, Number(slot));
    }
    return this.#commonWords;
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
    const chunk = this.#chunks[Math.floor(row / CHUNK_EVENTS)];
    if (chunk === undefined) throw new Error(`day ${this.day} has no row ${row}`);
    const place = row % CHUNK_EVENTS;
    const time = this.start + (this.times(chunk)[place] ?? 0);
    const shape = this.codes(chunk, SHAPE_SLOT)?.[place] ?? 0;
    const index = row % BLOCK_EVENTS;
    const { text, starts, ids } = this.#block(Math.floor(row / BLOCK_EVENTS), index);
    const line = text.slice(starts[index], (starts[index + 1] ?? 0) - 1);
    return readLine(line, unpackId(ids, index), time, this.#shapes[shape]?.names);
  }

  /** Makes the table `tokens(term)` of all tokens of the day, for this connection. */
  openTokens(): void {
    if (this.#hasTokenTable) return;
    this.#db.exec("CREATE VIRTUAL TABLE temp.tokens USING fts5vocab('main', 'fts', 'row')");
    this.#hasTokenTable = true;
  }

  close(): void {
    this.#db.close();
  }

  #column(chunk: Chunk, slot: number): Column | undefined {
    if (this.#chunkAt?.chunk !== chunk) this.#chunkAt = { chunk, columns: [] };
    const { columns } = this.#chunkAt;
    const column = (columns[slot] ??= this.#cachedColumn(chunk, slot));
    return column.length === 0 ? undefined : column;
  }

  /** An empty column stands for a field that no row of the chunk has. */
  #cachedColumn(chunk: Chunk, slot: number): Column {
    const key = `${this.day} ${chunk.id} ${slot} ${chunk.n}`;
    const known = this.#caches.columns.get(key);
    if (known !== undefined) return known;
    const row = this.sql('SELECT z FROM col WHERE id = ?').get(chunk.id * SLOTS_MAX + slot);
    const z = row?.['z'] as Uint8Array | undefined;
    const column = z === undefined ? new Uint8Array(0) : cutTo(unpackColumn(z), chunk.n);
    this.#caches.columns.set(key, column, column.byteLength);
    return column;
  }

  /** A block that has line `index`; the last of a day may have grown since it was read. */
  #block(id: number, index: number): Block {
    const last = this.#lastBlock;
    if (last?.id === id && index < last.block.starts.length - 1) return last.block;
    const key = `${this.day} ${id}`;
    let block = this.#caches.blocks.get(key);
    if (block === undefined || index >= block.starts.length - 1) {
      const row = this.sql(
        'SELECT blk.z AS lines, ids.z AS ids FROM blk JOIN ids USING (id) WHERE id = ?',
      ).get(id);
      const text = zstdDecompressSync(row?.['lines'] as Uint8Array).toString('utf8');
      block = { text, starts: lineStarts(text), ids: row?.['ids'] as Uint8Array };
      this.#caches.blocks.set(key, block, text.length * 2);
    }
    this.#lastBlock = { id, block };
    return block;
  }

  #loadNames(): void {
    const fields = this.sql('SELECT id, name FROM field WHERE id > ? ORDER BY id');
    for (const { id, name } of fields.all(this.#fields.size)) {
      this.#fields.set(String(name), Number(id));
      this.#names.set(Number(id), String(name));
    }
    const shapes = this.sql('SELECT id, fields FROM shape WHERE id >= ? ORDER BY id');
    for (const { id, fields } of shapes.all(Math.max(this.#shapes.length, 1))) {
      const numbers = JSON.parse(String(fields)) as number[];
      const nameOf = (number: number) => this.#names.get(Math.abs(number)) ?? '';
      this.#shapes[Number(id)] = {
        names: numbers.map(nameOf),
        present: new Set(numbers.filter((number) => number > 0).map(nameOf)),
      };
    }
  }
}

/** Where each line begins, and one past the end of the last. */
function lineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  starts.push(text.length + 1);
  return Uint32Array.from(starts);
}

/**
 * The last chunk may have grown since its row was read; its columns are cut to the rows that were
 * known.
 */
function cutTo(column: Column, n: number): Column {
  return column.length > n ? column.slice(0, n) : column;
}
