import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { Event } from '#libs/model';

import type { SectionKind, SectionText } from './block-section.ts';
import { BlockText } from './block-text.ts';
import { BlockTokens } from './block-tokens.ts';
import { ChunkColumns, type PackedChunk } from './chunk-columns.ts';
import { DayIds } from './day-ids.ts';
import { EventEncoder } from './event-encoder.ts';
import { eachKey, IdBlock, unpackIds } from './event-id.ts';
import { BLOCK_EVENTS, CHUNK_EVENTS, openDayToWrite, SHAPE_BEYOND, SLOTS_MAX } from './layout.ts';
import { SegmentWriter } from './token-segments.ts';
import { DayVocabulary } from './vocabulary.ts';

/** Bytes and tokens that wait for their transaction, about, before it is time for one. */
const WAITING_BYTES_MAX = 16_777_216;
const WAITING_TOKENS_MAX = 2_097_152;
/** A new file has nothing of the spool. */
const NEVER = -1;

/** What became of the events of a transaction. */
export interface DayCounts {
  written: number;
  /** Left out: the day held an event of that id. */
  repeats: number;
  /** Left out because they were read from the spool again after a stop. */
  replayed: number;
}

const NOTHING_TAKEN: Readonly<DayCounts> = { written: 0, repeats: 0, replayed: 0 };

/** A block of events as it is kept. */
interface PackedBlock {
  readonly id: number;
  readonly text: Uint8Array;
  readonly ids: Uint8Array;
}

interface Statements {
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
 * Writes one day's file. Events are taken apart as they come; `commit` brings what came into the
 * file in one transaction. When it throws, all of it waits for the next `commit`.
 */
export class DayWriter {
  readonly #db: DatabaseSync;
  readonly #start: number;
  readonly #statements: Statements;
  readonly #segments: SegmentWriter;
  readonly #vocabulary = new DayVocabulary();
  readonly #text = new BlockText();
  readonly #tokens = new BlockTokens();
  readonly #columns = new ChunkColumns();
  readonly #encoder: EventEncoder;
  readonly #ids: DayIds;
  readonly #blockIds = new IdBlock(BLOCK_EVENTS);
  #rows = 0;
  /** Last spool position that the file contains, and that of the last event taken. */
  #position = NEVER;
  #reached = NEVER;
  #unshaped = 0;
  /** Of the events taken since the last transaction. */
  #counts: DayCounts = { ...NOTHING_TAKEN };
  /** Whole blocks and chunks that wait for their transaction. */
  #blocks: PackedBlock[] = [];
  #chunks: PackedChunk[] = [];
  #waitingBytes = 0;
  /**
   * Replayed batches are told from repeats by the position that the file had when it was opened.
   */
  #replayTo: number;

  constructor(file: string, start: number, cacheKib: number, runKeys?: number) {
    this.#db = openDayToWrite(file, cacheKib);
    this.#start = start;
    this.#statements = prepare(this.#db);
    this.#segments = new SegmentWriter(this.#db);
    this.#ids = new DayIds(this.#db, runKeys);
    const parts = { vocabulary: this.#vocabulary, text: this.#text, tokens: this.#tokens };
    this.#encoder = new EventEncoder({ ...parts, columns: this.#columns }, start);
    this.#load();
    this.#replayTo = this.#position;
  }

  /** Events that wait for a transaction. */
  get waiting(): number {
    return this.#counts.written;
  }

  /** Whether a transaction would bring anything new into the file. */
  get hasNews(): boolean {
    return this.waiting > 0 || this.#counts.repeats > 0 || this.#reached > this.#position;
  }

  /** Whether so much waits that it should not be more. */
  get isFull(): boolean {
    const { length } = this.#tokens.pairs;
    return this.#waitingBytes > WAITING_BYTES_MAX || length > WAITING_TOKENS_MAX;
  }

  /** Takes an event of a batch after which the spool stands at `position`. */
  take(event: Event, position: number): void {
    if (position > this.#reached) this.#reached = position;
    this.#blockIds.offer(event.id);
    if (!this.#ids.add(this.#blockIds.high, this.#blockIds.low)) {
      if (position <= this.#replayTo) this.#counts.replayed++;
      else this.#counts.repeats++;
      return;
    }
    const row = this.#rows % CHUNK_EVENTS;
    if (row % BLOCK_EVENTS === 0) this.#tokens.begin(this.#rows / BLOCK_EVENTS);
    this.#blockIds.take(event.id);
    const shape = this.#encoder.take(event, row);
    this.#columns.setRow(row, event.time - this.#start, shape);
    if (shape === SHAPE_BEYOND) this.#unshaped++;
    this.#rows++;
    this.#counts.written++;
    if (this.#rows % BLOCK_EVENTS === 0) this.#endBlock();
    if (this.#rows % CHUNK_EVENTS === 0) this.#endChunk();
  }

  /** The batch that ends at `position` is offered again: what it brought already is no repeat. */
  expectAgain(position: number): void {
    this.#replayTo = Math.max(this.#replayTo, position);
  }

  /** Counts repeats that another file of the day had counted. */
  addRepeats(repeats: number): void {
    this.#counts.repeats += repeats;
  }

  /** Brings all that was taken into the file, which then reaches up to `position` of the spool. */
  commit(position: number): Readonly<DayCounts> {
    const reached = Math.max(this.#position, this.#reached, position);
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      if (this.#ids.writeRun()) this.#statements.meta.run('ids_in_runs', this.#rows);
      for (const block of this.#blocks) this.#writeBlock(block);
      for (const chunk of this.#chunks) this.#writeChunk(chunk);
      this.#writeTail();
      this.#segments.add('block', this.#tokens.pairs);
      this.#segments.add('code', this.#vocabulary.dictionaries.pairs);
      this.#writeVocabulary();
      this.#writeMeta(reached, this.#counts.repeats);
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
    this.#ids.settle();
    this.#tokens.pairs.clear();
    this.#vocabulary.settle();
    this.#blocks = [];
    this.#chunks = [];
    this.#waitingBytes = 0;
    this.#position = reached;
    const counts = this.#counts;
    this.#counts = { ...NOTHING_TAKEN };
    return counts;
  }

  close(): void {
    this.#db.close();
  }

  #endBlock(): void {
    const block = this.#packBlock();
    this.#blocks.push(block);
    this.#waitingBytes += block.text.length + block.ids.length;
    this.#text.clear();
    this.#blockIds.clear();
  }

  #packBlock(): PackedBlock {
    const id = Math.floor((this.#rows - 1) / BLOCK_EVENTS);
    const n = this.#rows - id * BLOCK_EVENTS;
    return { id, text: this.#text.pack(n), ids: new Uint8Array(this.#blockIds.pack()) };
  }

  #endChunk(): void {
    this.#chunks.push(this.#packChunk());
    this.#columns.clear();
  }

  #packChunk(): PackedChunk {
    const id = Math.floor((this.#rows - 1) / CHUNK_EVENTS);
    return this.#columns.pack(id, this.#rows - id * CHUNK_EVENTS);
  }

  #writeBlock({ id, text, ids }: PackedBlock): void {
    this.#statements.blk.run(id, text);
    this.#statements.ids.run(id, ids);
  }

  #writeChunk({ id, n, low, high, columns }: PackedChunk): void {
    for (const [slot, bytes] of columns) this.#statements.col.run(id * SLOTS_MAX + slot, bytes);
    this.#statements.chunk.run(id, n, this.#start + low, this.#start + high);
  }

  #writeTail(): void {
    if (this.#counts.written === 0) return;
    if (this.#rows % BLOCK_EVENTS !== 0) this.#writeBlock(this.#packBlock());
    if (this.#rows % CHUNK_EVENTS !== 0) this.#writeChunk(this.#packChunk());
  }

  #writeVocabulary(): void {
    const { fields, shapes } = this.#vocabulary.additions;
    for (const { id, name } of fields) this.#statements.field.run(id, name);
    for (const { id, fields: list } of shapes) this.#statements.shape.run(id, list);
    for (const { slot, code, v } of this.#vocabulary.dictionaries.rows()) {
      this.#statements.value.run(slot, code, v);
    }
  }

  #writeMeta(position: number, repeats: number): void {
    this.#statements.meta.run('events', this.#rows);
    this.#statements.meta.run('position', position);
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
    this.#reached = this.#position;
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
      eachKey(z as Uint8Array, (high, low, index) => {
        if (index >= skipped) this.#ids.add(high, low);
      });
    }
  }

  #loadTailBlock(): void {
    if (this.#rows % BLOCK_EVENTS === 0) return;
    const block = Math.floor(this.#rows / BLOCK_EVENTS);
    this.#tokens.begin(block);
    this.#text.restore(this.#blob('blk', block), (id, kind) => this.#sectionOf(id, kind));
    for (const id of unpackIds(this.#blob('ids', block))) {
      this.#blockIds.offer(id);
      this.#blockIds.take(id);
    }
  }

  #sectionOf(id: number, kind: SectionKind): SectionText {
    const field = this.#vocabulary.fieldOf(id);
    const section = field?.short?.kind === kind ? field.short : field?.plain;
    if (section === undefined) throw new Error(`day file lacks field ${id}`);
    return section;
  }

  #loadTailChunk(): void {
    if (this.#rows % CHUNK_EVENTS === 0) return;
    const id = Math.floor(this.#rows / CHUNK_EVENTS) * SLOTS_MAX;
    const columns = this.#all<{ id: number; z: Uint8Array }>(
      `SELECT id, z FROM col WHERE id BETWEEN ${id} AND ${id + SLOTS_MAX - 1}`,
    );
    for (const { id: at, z } of columns) this.#columns.restore(at - id, z);
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
