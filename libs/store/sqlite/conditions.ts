import type { FieldValue } from '#libs/model';

import { eachBit, intersect, isEmpty, noBits, setBit, unite, without, type Bits } from './bits.ts';
import type { Chunk, DayReader } from './day-reader.ts';
import { eachKey, idKey, unpackId } from './event-id.ts';
import { BLOCK_EVENTS, CHUNK_EVENTS, CODE_BEYOND, SHAPE_BEYOND, SHAPE_SLOT } from './layout.ts';

/** Work that gives way to other requests at each yield and ends with its answer. */
export type Work<T> = Generator<void, T>;

/** A query's condition made ready for one day. */
export interface Condition {
  /** What it costs to look, for the order of the parts of an AND. */
  readonly cost: number;
  /** 1 for each block that may hold such an event; all of them when it is absent. */
  readonly blocks?: Uint8Array;
  /** The rows of `within` that meet it. Gives way after each block whose texts it reads. */
  evaluate(chunk: Chunk, within: Bits): Work<Bits>;
}

/** Runs a condition until `left` says that the time is up; undefined then. */
export function* evaluate(
  condition: Condition,
  chunk: Chunk,
  within: Bits,
  left: () => number,
): Work<Bits | undefined> {
  const steps = condition.evaluate(chunk, within);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (left() <= 0) return undefined;
    yield;
  }
}

const COLUMN_COST = 1;
const PRESENCE_COST = 2;
/** Costs of reading texts: of some blocks, and of all. */
const SOME_BLOCKS_COST = 10;
const ALL_BLOCKS_COST = 1_000_000;

const BLOCKS_PER_CHUNK = CHUNK_EVENTS / BLOCK_EVENTS;
const WORDS_PER_BLOCK = BLOCK_EVENTS / 32;

export const EVERYTHING: Condition = {
  cost: 0,
  // oxlint-disable-next-line require-yield
  *evaluate(_, within) {
    return within;
  },
};

export const NOTHING: Condition = {
  cost: 0,
  blocks: new Uint8Array(0),
  // oxlint-disable-next-line require-yield
  *evaluate() {
    return noBits();
  },
};

/**
 * Rows whose column has one of the codes; `beyond` is asked of those without room in the column.
 */
export function columnCondition(
  day: DayReader,
  slot: number,
  passing: Uint8Array,
  beyond: Condition,
): Condition {
  const first = passing.indexOf(1);
  if (first === -1 && beyond === NOTHING) return NOTHING;
  const only = first !== -1 && first === passing.lastIndexOf(1) ? first : undefined;
  const may = (codes: Uint8Array | Uint16Array) =>
    only === undefined ? first !== -1 : codes.includes(only);
  return {
    cost: COLUMN_COST,
    *evaluate(chunk, within) {
      const codes = day.codes(chunk, slot);
      if (codes === undefined) return noBits();
      const bits = may(codes) ? intersect(within, codesIn(codes, passing)) : noBits();
      if (!(codes instanceof Uint16Array) || !codes.includes(CODE_BEYOND)) return bits;
      const outside = intersect(within, codeBits(codes, CODE_BEYOND));
      return isEmpty(outside) ? bits : unite(bits, yield* beyond.evaluate(chunk, outside));
    },
  };
}

function codesIn(codes: Uint8Array | Uint16Array, passing: Uint8Array): Bits {
  const bits = noBits();
  const n = codes.length;
  for (let base = 0; base < n; base += 32) {
    let word = 0;
    const end = Math.min(32, n - base);
    for (let bit = 0; bit < end; bit++) {
      if (passing[codes[base + bit] as number] === 1) word |= 1 << bit;
    }
    bits[base >> 5] = word;
  }
  return bits;
}

function codeBits(codes: Uint8Array | Uint16Array, wanted: number): Bits {
  const bits = noBits();
  codes.forEach((code, row) => {
    if (code === wanted) setBit(bits, row);
  });
  return bits;
}

/** Rows that have the field, by their shape; those without a shape are read. */
export function presenceCondition(
  day: DayReader,
  field: string,
  test: (value: FieldValue | undefined) => boolean,
): Condition {
  const having = shapesWith(day, [field]);
  const unshaped = textsCondition(day, [], undefined, (row) => test(day.textOf(row, field)));
  return {
    cost: PRESENCE_COST,
    *evaluate(chunk, within) {
      const shapes = day.codes(chunk, SHAPE_SLOT);
      if (shapes === undefined) return noBits();
      const bits = intersect(within, codesIn(shapes, having));
      if (day.unshaped === 0) return bits;
      const open = intersect(within, codeBits(shapes, SHAPE_BEYOND));
      return isEmpty(open) ? bits : unite(bits, yield* unshaped.evaluate(chunk, open));
    },
  };
}

/**
 * Rows whose texts pass: of these blocks, or of all when undefined. Only events that have one of
 * the
 * fields are read.
 */
export function textsCondition(
  day: DayReader,
  fields: readonly string[],
  candidates: Uint32Array | undefined,
  test: (row: number) => boolean,
): Condition {
  if (candidates?.length === 0) return NOTHING;
  const blocks = candidates === undefined ? undefined : blockSet(day, candidates);
  const having = shapesWith(day, fields);
  having[SHAPE_BEYOND] = 1;
  return {
    cost: candidates === undefined ? ALL_BLOCKS_COST : SOME_BLOCKS_COST + candidates.length,
    ...(blocks === undefined ? {} : { blocks }),
    *evaluate(chunk, asked) {
      const bits = noBits();
      if (blocks !== undefined && !hasBlocks(chunk, blocks)) return bits;
      const shapes = day.codes(chunk, SHAPE_SLOT);
      const within = shapes === undefined ? asked : intersect(asked, codesIn(shapes, having));
      for (let index = BLOCKS_PER_CHUNK - 1; index >= 0; index--) {
        if (blocks !== undefined && blocks[chunk.id * BLOCKS_PER_CHUNK + index] !== 1) continue;
        const from = index * WORDS_PER_BLOCK;
        const rows = noBits();
        rows.set(within.subarray(from, from + WORDS_PER_BLOCK), from);
        if (isEmpty(rows)) continue;
        eachBit(rows, (row) => {
          if (test(chunk.id * CHUNK_EVENTS + row)) setBit(bits, row);
        });
        yield;
      }
      return bits;
    },
  };
}

/** Whether any block of a chunk is among these. */
function hasBlocks(chunk: Chunk, blocks: Uint8Array): boolean {
  const first = chunk.id * BLOCKS_PER_CHUNK;
  const at = blocks.indexOf(1, first);
  return at !== -1 && at < first + BLOCKS_PER_CHUNK;
}

/** 1 for each shape that has one of the fields. */
function shapesWith(day: DayReader, fields: readonly string[]): Uint8Array {
  return Uint8Array.from(day.shapes, (shape) =>
    fields.some((field) => shape?.present.has(field)) ? 1 : 0,
  );
}

function blockSet(day: DayReader, candidates: Uint32Array): Uint8Array {
  const blocks = new Uint8Array(Math.ceil(day.events / BLOCK_EVENTS));
  for (const block of candidates) if (block < blocks.length) blocks[block] = 1;
  return blocks;
}

/** Rows with one of these ids. */
export function idsCondition(day: DayReader, ids: readonly string[]): Condition {
  const wanted = new Set(ids);
  const highs = new Set(ids.map((id) => idKey(id).high));
  return {
    cost: COLUMN_COST,
    // oxlint-disable-next-line require-yield
    *evaluate(chunk, within) {
      const bits = noBits();
      const first = chunk.id * BLOCKS_PER_CHUNK;
      const last = first + Math.ceil(chunk.n / BLOCK_EVENTS) - 1;
      const blocks = day.sql('SELECT id, z FROM ids WHERE id BETWEEN ? AND ?').all(first, last);
      for (const { id, z } of blocks) {
        const start = (Number(id) - first) * BLOCK_EVENTS;
        const packed = z as Uint8Array;
        eachKey(packed, (high, _, index) => {
          if (!highs.has(high) || start + index >= chunk.n) return;
          // Two of a million ids may share a key: the id itself is asked.
          if (wanted.has(unpackId(packed, index))) setBit(bits, start + index);
        });
      }
      return intersect(bits, within);
    },
  };
}

export function notCondition(part: Condition): Condition {
  return {
    cost: part.cost,
    *evaluate(chunk, within) {
      return without(within, yield* part.evaluate(chunk, within));
    },
  };
}

/** All parts hold; the cheapest is asked first, and the others only where something is left. */
export function andCondition(parts: readonly Condition[]): Condition {
  const asked = parts.toSorted((a, b) => a.cost - b.cost);
  const [only] = asked;
  if (only === undefined) return EVERYTHING;
  if (asked.length === 1) return only;
  if (asked.includes(NOTHING)) return NOTHING;
  const blocks = commonBlocks(asked);
  return {
    cost: only.cost,
    ...(blocks === undefined ? {} : { blocks }),
    *evaluate(chunk, within) {
      let bits = blocks === undefined ? within : inBlocks(chunk, within, blocks);
      for (const part of asked) {
        if (isEmpty(bits)) break;
        bits = yield* part.evaluate(chunk, bits);
      }
      return bits;
    },
  };
}

/** Blocks that every part may find something in. */
function commonBlocks(parts: readonly Condition[]): Uint8Array | undefined {
  return parts
    .flatMap(({ blocks }) => blocks ?? [])
    .reduce<Uint8Array | undefined>(
      (common, blocks) => common?.map((may, block) => may & (blocks[block] ?? 0)) ?? blocks,
      undefined,
    );
}

function inBlocks(chunk: Chunk, within: Bits, blocks: Uint8Array): Bits {
  const bits = within.slice();
  for (let index = 0; index < BLOCKS_PER_CHUNK; index++) {
    if (blocks[chunk.id * BLOCKS_PER_CHUNK + index] === 1) continue;
    bits.fill(0, index * WORDS_PER_BLOCK, (index + 1) * WORDS_PER_BLOCK);
  }
  return bits;
}

/** One part holds; the cheapest is asked first, and the others only of what it left out. */
export function orCondition(parts: readonly Condition[]): Condition {
  const asked = parts.filter((part) => part !== NOTHING).toSorted((a, b) => a.cost - b.cost);
  const [only] = asked;
  if (only === undefined) return NOTHING;
  if (asked.length === 1) return only;
  return {
    cost: asked.at(-1)?.cost ?? 0,
    *evaluate(chunk, within) {
      let bits = noBits();
      for (const part of asked) {
        const rest = without(within, bits);
        if (isEmpty(rest)) break;
        bits = unite(bits, yield* part.evaluate(chunk, rest));
      }
      return bits;
    },
  };
}
