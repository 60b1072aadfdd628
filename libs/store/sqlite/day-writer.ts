import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import type { Event, FieldValue } from '#libs/model';

import { isEmpty, messageWords } from '../query/matches.ts';
import { packCodes, packTimes, unpackColumn } from './columns.ts';
import { DayIds } from './day-ids.ts';
import { IdBlock, idKeys, unpackIds } from './event-id.ts';
import { lineValue, shapedLine, unshapedLine, type LineValue } from './event-line.ts';
import {
  BLOCK_EVENTS,
  CHUNK_EVENTS,
  CODE_BEYOND,
  HAS_WORD,
  openDayToWrite,
  SHAPE_BEYOND,
  SHAPE_SLOT,
  SLOTS_MAX,
  TIME_SLOT,
  TOKEN_END,
} from './layout.ts';
import { DayVocabulary, type DayField, type ShapeNode } from './vocabulary.ts';

const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** A new block or chunk begins with nothing remembered of the one before. */
const NEVER = -1;

export interface DayCounts {
  readonly written: number;
  /** Left out: the day held an event of that id. */
  readonly repeats: number;
  /** Left out because they were read from the spool again after a stop. */
  readonly replayed: number;
}

/** An event and the spool position after the batch that brought it. */
export interface Arrival {
  readonly event: Event;
  readonly position: number;
}

interface Statements {
  readonly fts: StatementSync;
  readonly blk: StatementSync;
  readonly ids: StatementSync;
  readonly col: StatementSync;
  readonly chunk: StatementSync;
  readonly field: StatementSync;
  readonly shape: StatementSync;
  readonly value: StatementSync;
  readonly meta: StatementSync;
}

/**
 * Writes one day's file. `write` is one transaction; when it throws, this object is not to be used
 * again: what it remembers may be ahead of the file, and a new one reads the file afresh.
 */
export class DayWriter {
  readonly #db: DatabaseSync;
  readonly #start: number;
  readonly #statements: Statements;
  readonly #vocabulary = new DayVocabulary();
  readonly #ids: DayIds;
  #rows = 0;
  #position = NEVER;
  #unshaped = 0;
  /**
   * Replayed batches are told from repeats by the position that the file had when it was opened.
   */
  readonly #replayTo: number;
  #blockLines: string[] = [];
  readonly #blockIds = new IdBlock(BLOCK_EVENTS);
  #times = new Int32Array(CHUNK_EVENTS);
  #shapes = new Uint16Array(CHUNK_EVENTS);
  /** By column number; absent until an event of the chunk has the field. */
  #codes: (Uint16Array | undefined)[] = Array.from({ length: SLOTS_MAX });
  #values: LineValue[] = [];
  #tokens = '';

  constructor(file: string, start: number, cacheKib: number, runKeys?: number) {
    this.#db = openDayToWrite(file, cacheKib);
    this.#start = start;
    this.#statements = prepare(this.#db);
    this.#ids = new DayIds(this.#db, runKeys);
    this.#load();
    this.#replayTo = this.#position;
  }

  /** Last spool position that the file contains. */
  get position(): number {
    return this.#position;
  }

  /** Writes arrivals, in order of time, that reach up to `position` of the spool. */
  write(arrivals: readonly Arrival[], position: number): DayCounts {
    let repeats = 0;
    let replayed = 0;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const { event, position: from } of arrivals) {
        this.#blockIds.offer(event.id);
        if (this.#ids.add(this.#blockIds.high, this.#blockIds.low)) this.#add(event);
        else if (from <= this.#replayTo) replayed++;
        else repeats++;
      }
      this.#position = Math.max(this.#position, position);
      if (this.#ids.settle()) this.#statements.meta.run('ids_in_runs', this.#rows);
      this.#writeTail();
      this.#writeVocabulary();
      this.#writeMeta(repeats);
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
    return { written: arrivals.length - repeats - replayed, repeats, replayed };
  }

  close(): void {
    this.#db.close();
  }

  #add(event: Event): void {
    const row = this.#rows % CHUNK_EVENTS;
    this.#values.length = 0;
    this.#tokens = '';
    const shape = this.#encode(event, row);
    this.#times[row] = event.time - this.#start;
    this.#shapes[row] = shape;
    this.#blockLines.push(
      shape === SHAPE_BEYOND ? unshapedLine(event) : shapedLine(event, this.#values),
    );
    this.#blockIds.take(event.id);
    if (shape === SHAPE_BEYOND) this.#unshaped++;
    if (this.#tokens !== '') this.#statements.fts.run(this.#rows, this.#tokens);
    this.#rows++;
    if (this.#rows % BLOCK_EVENTS === 0) this.#endBlock();
    if (this.#rows % CHUNK_EVENTS === 0) this.#endChunk();
  }

  /** Gathers values, tokens and codes of an event; gives its shape. */
  #encode(event: Event, row: number): number {
    let at: ShapeNode | undefined = this.#vocabulary.root;
    for (const name in event.fields) {
      const value = event.fields[name] ?? null;
      const empty = typeof value !== 'string' && isEmpty(value);
      at = at && this.#vocabulary.step(at, name, empty);
      const field = at === undefined ? this.#vocabulary.field(name) : at.field;
      this.#values.push(lineValue(name, value, event));
      if (field !== undefined && !empty) this.#index(field, value, row);
    }
    return at === undefined ? SHAPE_BEYOND : this.#vocabulary.shapeOf(at);
  }

  #index(field: DayField, value: FieldValue, row: number): void {
    if (field.slot >= 0) {
      const code = this.#vocabulary.codeOf(field.slot, value);
      this.#codesOf(field.slot)[row] = code;
      if (code !== CODE_BEYOND) return;
    } else if (field.name === 'message') {
      this.#indexWords(messageWords(value), row);
      return;
    } else if (field.indexing === 'read') return;
    if (!Array.isArray(value)) {
      this.#tokens += field.token(value as string | number | boolean);
      return;
    }
    for (const one of value) {
      if (one !== null) this.#tokens += field.token(one);
    }
  }

  #indexWords(words: readonly string[], row: number): void {
    const common = this.#vocabulary.words;
    common.watch(words);
    for (const word of words) {
      const slot = common.slotOf(word);
      if (slot === undefined) this.#tokens += TOKEN_END + word;
      else this.#codesOf(slot)[row] = HAS_WORD;
    }
  }

  #codesOf(slot: number): Uint16Array {
    return (this.#codes[slot] ??= new Uint16Array(CHUNK_EVENTS));
  }

  #endBlock(): void {
    this.#writeBlock();
    this.#blockLines = [];
    this.#blockIds.clear();
  }

  #writeBlock(): void {
    const block = Math.floor((this.#rows - 1) / BLOCK_EVENTS);
    this.#statements.blk.run(block, zstdCompressSync(this.#blockLines.join('\n'), LEVEL));
    this.#statements.ids.run(block, this.#blockIds.pack());
  }

  #endChunk(): void {
    this.#writeChunk();
    this.#codes = Array.from({ length: SLOTS_MAX });
    this.#vocabulary.settleWords();
  }

  #writeChunk(): void {
    const chunk = Math.floor((this.#rows - 1) / CHUNK_EVENTS);
    const n = this.#rows - chunk * CHUNK_EVENTS;
    const { col } = this.#statements;
    const id = chunk * SLOTS_MAX;
    let low = Infinity;
    let high = -Infinity;
    for (let row = 0; row < n; row++) {
      const time = this.#times[row] ?? 0;
      if (time < low) low = time;
      if (time > high) high = time;
    }
    col.run(id + TIME_SLOT, packTimes(this.#times, n));
    col.run(id + SHAPE_SLOT, packCodes(this.#shapes, n));
    this.#codes.forEach((codes, slot) => {
      if (codes !== undefined) col.run(id + slot, packCodes(codes, n));
    });
    this.#statements.chunk.run(chunk, n, this.#start + low, this.#start + high);
  }

  #writeTail(): void {
    if (this.#blockLines.length > 0) this.#writeBlock();
    if (this.#rows % CHUNK_EVENTS !== 0) this.#writeChunk();
  }

  #writeVocabulary(): void {
    const { fields, shapes, values } = this.#vocabulary.takeAdditions();
    for (const { id, name } of fields) this.#statements.field.run(id, name);
    for (const { id, fields: list } of shapes) this.#statements.shape.run(id, list);
    for (const { slot, code, v } of values) this.#statements.value.run(slot, code, v);
  }

  #writeMeta(repeats: number): void {
    this.#statements.meta.run('events', this.#rows);
    this.#statements.meta.run('position', this.#position);
    this.#statements.meta.run('unshaped', this.#unshaped);
    if (repeats > 0) {
      this.#db
        .prepare("INSERT INTO meta VALUES ('repeats', ?1) ON CONFLICT(k) DO UPDATE SET v = v + ?1")
        .run(repeats);
    }
  }

  #load(): void {
    const meta = new Map(
      this.#db
        .prepare('SELECT k, v FROM meta')
        .all()
        .map((row) => [String(row['k']), Number(row['v'])]),
    );
    this.#rows = meta.get('events') ?? 0;
    this.#position = meta.get('position') ?? NEVER;
    this.#unshaped = meta.get('unshaped') ?? 0;
    this.#vocabulary.load({
      fields: this.#all('SELECT id, name FROM field ORDER BY id'),
      shapes: this.#all('SELECT id, fields FROM shape'),
      values: this.#all('SELECT slot, code, v FROM value ORDER BY slot, code'),
    });
    this.#loadIds(meta.get('ids_in_runs') ?? 0);
    this.#loadTailBlock();
    this.#loadTailChunk();
  }

  /** The first `inRuns` rows have their keys in runs; the others are remembered. */
  #loadIds(inRuns: number): void {
    const first = Math.floor(inRuns / BLOCK_EVENTS);
    const blocks = this.#db.prepare('SELECT id, z FROM ids WHERE id >= ?').iterate(first);
    for (const { id, z } of blocks) {
      const skipped = Math.max(0, inRuns - Number(id) * BLOCK_EVENTS);
      for (const { high, low } of idKeys(z as Uint8Array).slice(skipped)) this.#ids.add(high, low);
    }
  }

  #loadTailBlock(): void {
    if (this.#rows % BLOCK_EVENTS === 0) return;
    const block = Math.floor(this.#rows / BLOCK_EVENTS);
    const lines = zstdDecompressSync(this.#blob('blk', block));
    this.#blockLines = Buffer.from(lines).toString('utf8').split('\n');
    for (const id of unpackIds(this.#blob('ids', block))) {
      this.#blockIds.offer(id);
      this.#blockIds.take(id);
    }
  }

  #loadTailChunk(): void {
    const n = this.#rows % CHUNK_EVENTS;
    if (n === 0) return;
    const id = Math.floor(this.#rows / CHUNK_EVENTS) * SLOTS_MAX;
    const columns = this.#all<{ id: number; z: Uint8Array }>(
      `SELECT id, z FROM col WHERE id BETWEEN ${id} AND ${id + SLOTS_MAX - 1}`,
    );
    for (const { id: at, z } of columns) {
      const slot = at - id;
      const column = unpackColumn(z);
      if (slot === TIME_SLOT) this.#times.set(column);
      else if (slot === SHAPE_SLOT) this.#shapes.set(column);
      else {
        const codes = new Uint16Array(CHUNK_EVENTS);
        codes.set(column);
        this.#codes[slot] = codes;
      }
    }
  }

  #blob(table: 'blk' | 'ids', id: number): Uint8Array {
    const row = this.#db.prepare(`SELECT z FROM ${table} WHERE id = ?`).get(id);
    if (!(row?.['z'] instanceof Uint8Array)) throw new Error(`day file lacks ${table} ${id}`);
    return row['z'];
  }

  #all<T>(sql: string): T[] {
    return this.#db.prepare(sql).all() as T[];
  }
}

function prepare(db: DatabaseSync): Statements {
  return {
    fts: db.prepare('INSERT INTO fts(rowid, t) VALUES (?, ?)'),
    blk: db.prepare('INSERT OR REPLACE INTO blk VALUES (?, ?)'),
    ids: db.prepare('INSERT OR REPLACE INTO ids VALUES (?, ?)'),
    col: db.prepare('INSERT OR REPLACE INTO col VALUES (?, ?)'),
    chunk: db.prepare('INSERT OR REPLACE INTO chunk VALUES (?, ?, ?, ?)'),
    field: db.prepare('INSERT INTO field VALUES (?, ?)'),
    shape: db.prepare('INSERT INTO shape VALUES (?, ?)'),
    value: db.prepare('INSERT INTO value VALUES (?, ?, ?)'),
    meta: db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)'),
  };
}
