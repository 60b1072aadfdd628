import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { packPart, readPart } from './token-part.ts';
import { TokenPairs } from './token-pairs.ts';

/** What the values of a segment's pairs are: blocks that have a token, or codes of a column. */
export type SegmentKind = 'block' | 'code';
/** Of a segment that is not whole yet. */
const UNFINISHED = 'unfinished';

export interface Segment {
  readonly id: number;
  readonly kind: string;
  readonly pairs: number;
  /** Bits of a hash that are kept, from the highest. */
  readonly hashBits: number;
  /** Its pairs lie in 2 ** partBits rows by the highest bits of their hashes. */
  readonly partBits: number;
}

/** Pairs of one row: three rows fill a page. */
const PART_PAIRS = 1_024;
const PART_BITS_MAX = 20;
const PARTS_PER_SEGMENT = 2 ** PART_BITS_MAX;
const HASH_BITS = 32;
/** So many segments of about one size become one. */
const MERGE_WAYS = 8;
/** Segments of this size or below are of the lowest level; each level is eight times the last. */
const LEVEL_PAIRS = 4_096;
/** Larger segments are merged when their day is sealed: what is written fast makes large ones. */
const MERGED_PAIRS_MAX = 32_768;
/** Steps of a merge of a whole day hold about so many pairs in memory. */
const STEP_PAIRS = 262_144;
/** Bits of a sealed hash beyond those that tell its pairs apart: one wrong yes in sixteen. */
const SPARE_BITS = 4;

export const SEGMENT_SCHEMA = `
  CREATE TABLE seg(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, pairs INTEGER NOT NULL,
    hash_bits INTEGER NOT NULL, part_bits INTEGER NOT NULL);
  CREATE TABLE part(id INTEGER PRIMARY KEY, z BLOB NOT NULL);
`;
const LIST = `SELECT id, kind, pairs, hash_bits AS hashBits, part_bits AS partBits FROM seg`;

function partBitsFor(pairs: number): number {
  return Math.min(PART_BITS_MAX, Math.max(0, Math.ceil(Math.log2(pairs / PART_PAIRS))));
}

/** Writes segments inside the transactions of their day's file. */
export class SegmentWriter {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #insertPart: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeParts: StatementSync;
  readonly #list: StatementSync;
  readonly #part: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insert = db.prepare('INSERT OR REPLACE INTO seg VALUES (?, ?, ?, ?, ?)');
    this.#insertPart = db.prepare('INSERT INTO part VALUES (?, ?)');
    this.#remove = db.prepare('DELETE FROM seg WHERE id = ?');
    this.#removeParts = db.prepare('DELETE FROM part WHERE id BETWEEN ? AND ?');
    this.#list = db.prepare(`${LIST} ORDER BY id`);
    this.#part = db.prepare('SELECT z FROM part WHERE id = ?');
  }

  #segments(): Segment[] {
    return this.#list.all().map((row) => ({
      id: Number(row['id']),
      kind: String(row['kind']),
      pairs: Number(row['pairs']),
      hashBits: Number(row['hashBits']),
      partBits: Number(row['partBits']),
    }));
  }

  /** Adds pairs, which it settles, and merges small segments into larger ones. */
  add(kind: SegmentKind, pairs: TokenPairs): void {
    if (pairs.length === 0) return;
    pairs.settle();
    this.#write(kind, pairs, HASH_BITS);
    for (let level = LEVEL_PAIRS; level <= MERGED_PAIRS_MAX; level *= MERGE_WAYS) {
      this.#mergeLevel(kind, level);
    }
  }

  #mergeLevel(kind: SegmentKind, level: number): void {
    const segments = this.#segments().filter((each) => each.kind === kind);
    const first = segments.findLastIndex(({ pairs }) => pairs > level) + 1;
    const small = segments.slice(first);
    if (small.length < MERGE_WAYS) return;
    const merged = this.#readShare(small, 0, 1);
    const hashBits = bitsKept(small);
    shorten(merged, hashBits);
    merged.settle();
    for (const segment of small) this.#removeSegment(segment);
    this.#write(kind, merged, hashBits);
  }

  /**
   * Merges all segments of a kind into one, a range of hashes in each step and transaction. When
   * the day's writer merged some of them meanwhile, all stays as that left it.
   */
  *mergeAll(kind: SegmentKind): Generator<void> {
    for (const stale of this.#segments()) if (stale.kind === UNFINISHED) this.#drop(stale);
    const segments = this.#segments().filter((each) => each.kind === kind);
    const total = segments.reduce((sum, { pairs }) => sum + pairs, 0);
    const hashBits = Math.min(bitsKept(segments), Math.ceil(Math.log2(total)) + SPARE_BITS);
    if (total === 0 || (segments.length === 1 && segments[0]?.hashBits === hashBits)) return;
    const partBits = partBitsFor(total);
    const made = { id: this.#nextId(), kind: UNFINISHED, pairs: total, hashBits, partBits };
    this.#record(made);
    const stepBits = Math.max(0, Math.min(partBits, Math.ceil(Math.log2(total / STEP_PAIRS))));
    const parts = 2 ** (partBits - stepBits);
    let pairs = 0;
    for (let step = 0; step < 2 ** stepBits; step++) {
      const share = this.#readShare(segments, step / 2 ** stepBits, (step + 1) / 2 ** stepBits);
      shorten(share, hashBits);
      share.settle();
      this.#alone(() => this.#writeParts(made, share, step * parts, (step + 1) * parts));
      pairs += share.length;
      yield;
    }
    this.#alone(() => {
      const there = new Set(this.#segments().map(({ id }) => id));
      if (!segments.every(({ id }) => there.has(id))) this.#removeSegment(made);
      else {
        for (const segment of segments) this.#removeSegment(segment);
        this.#record({ ...made, kind, pairs });
      }
    });
  }

  #drop(segment: Segment): void {
    this.#alone(() => this.#removeSegment(segment));
  }

  #alone(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #removeSegment({ id }: Segment): void {
    this.#remove.run(id);
    this.#removeParts.run(id * PARTS_PER_SEGMENT, (id + 1) * PARTS_PER_SEGMENT - 1);
  }

  /** The pairs of all segments whose hashes lie in a share of the whole range. */
  #readShare(segments: readonly Segment[], from: number, to: number): TokenPairs {
    const range = new TokenPairs();
    const [low, high] = [from * 2 ** HASH_BITS, to * 2 ** HASH_BITS];
    for (const segment of segments) {
      const parts = 2 ** segment.partBits;
      const first = Math.floor(from * parts);
      const end = Math.max(first + 1, Math.ceil(to * parts));
      const scale = 2 ** (HASH_BITS - segment.hashBits);
      this.#read(segment, first, end, (kept, value) => {
        const hash = kept * scale;
        if (hash >= low && hash < high) range.push(hash, value);
      });
    }
    return range;
  }

  #read(
    segment: Segment,
    from: number,
    to: number,
    use: (hash: number, value: number) => void,
  ): void {
    for (let part = from; part < to; part++) {
      const z = this.#part.get(segment.id * PARTS_PER_SEGMENT + part)?.['z'];
      if (z instanceof Uint8Array) readPart(z, floorOf(segment, part), use);
    }
  }

  #write(kind: SegmentKind, pairs: TokenPairs, hashBits: number): void {
    const partBits = Math.min(hashBits, partBitsFor(pairs.length));
    const id = this.#nextId();
    const made = { id, kind, pairs: pairs.length, hashBits, partBits };
    this.#writeParts(made, pairs, 0, 2 ** partBits);
    this.#record(made);
  }

  #record({ id, kind, pairs, hashBits, partBits }: Segment): void {
    this.#insert.run(id, kind, pairs, hashBits, partBits);
  }

  /** Parts `first` to `end` of a segment, out of settled pairs that belong to them. */
  #writeParts(segment: Segment, pairs: TokenPairs, first: number, end: number): void {
    let from = 0;
    for (let part = first; part < end; part++) {
      const ceiling = floorOf(segment, part + 1);
      let to = from;
      while (to < pairs.length && (pairs.hashes[to] ?? 0) < ceiling) to++;
      if (to > from) {
        const packed = packPart(pairs, from, to, floorOf(segment, part));
        this.#insertPart.run(segment.id * PARTS_PER_SEGMENT + part, packed);
      }
      from = to;
    }
  }

  #nextId(): number {
    return (this.#segments().at(-1)?.id ?? 0) + 1;
  }
}

/** Bits that the hashes of all these segments have. */
function bitsKept(segments: readonly Segment[]): number {
  return Math.min(HASH_BITS, ...segments.map(({ hashBits }) => hashBits));
}

/** Lowers hashes to their highest bits. */
function shorten(pairs: TokenPairs, hashBits: number): void {
  const drop = HASH_BITS - hashBits;
  for (let at = 0; at < pairs.length; at++) pairs.hashes[at] = (pairs.hashes[at] ?? 0) >>> drop;
}

/** The least hash of a part, as the segment keeps hashes. */
function floorOf({ hashBits, partBits }: Segment, part: number): number {
  return part * 2 ** (hashBits - partBits);
}

/** How a reader's connection gives its statements. */
type Sql = (text: string) => StatementSync;

/**
 * Where a token's hash leads in all segments of a kind, ascending and each once; of what it gives,
 * one in many is of another token. Every look sees one state of the file.
 */
export function lookUp(sql: Sql, kind: SegmentKind, hash: number): Uint32Array {
  sql('BEGIN').run();
  try {
    const found = new Set<number>();
    for (const row of sql(`${LIST} WHERE kind = ?`).all(kind)) {
      lookInto(sql, row as unknown as Segment, hash, found);
    }
    return Uint32Array.from(found).toSorted();
  } finally {
    sql('COMMIT').run();
  }
}

function lookInto(sql: Sql, segment: Segment, hash: number, found: Set<number>): void {
  const { id, hashBits, partBits } = segment;
  const part = partBits === 0 ? 0 : hash >>> (HASH_BITS - partBits);
  const wanted = hash >>> (HASH_BITS - hashBits);
  const z = sql('SELECT z FROM part WHERE id = ?').get(id * PARTS_PER_SEGMENT + part)?.['z'];
  if (!(z instanceof Uint8Array)) return;
  readPart(z, floorOf(segment, part), (each, value) => {
    if (each === wanted) found.add(value);
    return each > wanted;
  });
}
