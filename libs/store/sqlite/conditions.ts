import type { FieldValue } from '#libs/model';

import {
  exactly,
  firstBits,
  hasBit,
  intersect,
  invert,
  isEmpty,
  noBits,
  setBit,
  unite,
  type Bits,
  type Hits,
} from './bits.ts';
import type { Chunk, DayReader } from './day-reader.ts';
import { idKeys, type IdKey } from './event-id.ts';
import { BLOCK_EVENTS, CHUNK_EVENTS, CODE_BEYOND, HAS_WORD, SHAPE_SLOT } from './layout.ts';
import { TokenRows } from './token-rows.ts';

/** A query's condition made ready for one day. */
export interface Condition {
  /** What it costs to look, for the order of the parts of an AND. */
  readonly cost: number;
  /**
   * Set when an expression of the token index answers it exactly, so that neighbors can be asked as
   * one.
   */
  readonly expression?: string;
  evaluate(chunk: Chunk): Hits;
}

export const EVERYTHING: Condition = {
  cost: 0,
  evaluate: (chunk) => exactly(firstBits(chunk.n)),
};

export const NOTHING: Condition = { cost: 0, evaluate: () => exactly(noBits()) };

/** Rows that a token expression finds; `exact` says that each of them meets the condition. */
export function tokensCondition(day: DayReader, expression: string, exact: boolean): Condition {
  const rows = new TokenRows(day, expression);
  const evaluate = (chunk: Chunk): Hits => {
    const bits = rows.bits(chunk);
    return exact ? exactly(bits) : { sure: noBits(), possible: bits };
  };
  return exact ? { cost: 2, expression, evaluate } : { cost: 2, evaluate };
}

/** Rows whose column value passes `test`; values beyond the column's room are left to `beyond`. */
export function columnCondition(
  day: DayReader,
  slot: number,
  test: (value: FieldValue) => boolean,
  beyond: Condition,
): Condition {
  const passing = Uint8Array.from(day.values(slot), (value, code) =>
    code > 0 && test(value) ? 1 : 0,
  );
  const some = passing.includes(1);
  return {
    cost: 3,
    evaluate(chunk) {
      const codes = day.codes(chunk, slot);
      if (codes === undefined) return exactly(noBits());
      const bits = some ? codesIn(codes, passing) : noBits();
      if (!(codes instanceof Uint16Array) || !codes.includes(CODE_BEYOND)) return exactly(bits);
      const rest = beyond.evaluate(chunk);
      const outside = codeBits(codes, CODE_BEYOND);
      return {
        sure: unite(bits, intersect(rest.sure, outside)),
        possible: unite(bits, intersect(rest.possible, outside)),
      };
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

function codeBits(codes: Uint16Array, wanted: number): Bits {
  const bits = noBits();
  codes.forEach((code, row) => {
    if (code === wanted) setBit(bits, row);
  });
  return bits;
}

/** Rows whose message has a common word; chunks without its column are left to `tokens`. */
export function wordCondition(day: DayReader, slot: number, tokens: Condition): Condition {
  const passing = Uint8Array.from({ length: HAS_WORD + 1 }, (_, code) => code);
  return {
    cost: 3,
    evaluate(chunk) {
      const codes = day.codes(chunk, slot);
      return codes === undefined ? tokens.evaluate(chunk) : exactly(codesIn(codes, passing));
    },
  };
}

/**
 * Rows that have the field, by their shape; with `exact` false they only may meet the condition.
 */
export function presenceCondition(day: DayReader, field: string, exact: boolean): Condition {
  const having = Uint8Array.from(day.shapes, (shape) => (shape?.present.has(field) ? 1 : 0));
  const open = having.slice();
  open[0] = 1;
  return {
    cost: 4,
    evaluate(chunk) {
      const shapes = day.codes(chunk, SHAPE_SLOT);
      if (shapes === undefined) return exactly(noBits());
      const possible = codesIn(shapes, open);
      return { sure: exact ? codesIn(shapes, having) : noBits(), possible };
    },
  };
}

/** Rows with one of these ids. */
export function idsCondition(day: DayReader, keys: readonly IdKey[]): Condition {
  const wanted = new Map(keys.map(({ high, low }) => [high, low]));
  const lows = new Set(keys.map(({ low }) => low));
  return {
    cost: 1,
    evaluate(chunk) {
      const bits = noBits();
      const first = (chunk.id * CHUNK_EVENTS) / BLOCK_EVENTS;
      const last = first + Math.ceil(chunk.n / BLOCK_EVENTS) - 1;
      const blocks = day.sql('SELECT id, z FROM ids WHERE id BETWEEN ? AND ?').all(first, last);
      for (const { id, z } of blocks) {
        const start = (Number(id) - first) * BLOCK_EVENTS;
        idKeys(z as Uint8Array).forEach(({ high, low }, index) => {
          const known = wanted.has(high) && lows.has(low);
          if (known && start + index < chunk.n) setBit(bits, start + index);
        });
      }
      // Two of a million ids may share a key: the event itself is asked.
      return { sure: noBits(), possible: bits };
    },
  };
}

export function notCondition(part: Condition): Condition {
  return {
    cost: part.cost + 2,
    evaluate(chunk) {
      const { sure, possible } = part.evaluate(chunk);
      const outside = invert(possible, chunk.n);
      return sure === possible
        ? exactly(outside)
        : { sure: outside, possible: invert(sure, chunk.n) };
    },
  };
}

/** All parts hold; the cheapest is asked first, and the others only where something is left. */
export function andCondition(day: DayReader, parts: readonly Condition[]): Condition {
  const asked = joinExpressions(day, parts, 'AND').toSorted((a, b) => a.cost - b.cost);
  if (asked.length === 1 && asked[0] !== undefined) return asked[0];
  return {
    cost: asked[0]?.cost ?? 0,
    evaluate(chunk) {
      let hits = exactly(firstBits(chunk.n));
      for (const part of asked) {
        const next = part.evaluate(chunk);
        hits = combine(hits, next, intersect);
        if (isEmpty(hits.possible)) break;
      }
      return hits;
    },
  };
}

export function orCondition(day: DayReader, parts: readonly Condition[]): Condition {
  const asked = joinExpressions(day, parts, 'OR');
  if (asked.length === 1 && asked[0] !== undefined) return asked[0];
  return {
    cost: Math.max(0, ...asked.map(({ cost }) => cost)),
    evaluate: (chunk) =>
      asked
        .map((part) => part.evaluate(chunk))
        .reduce((hits, next) => combine(hits, next, unite), exactly(noBits())),
  };
}

function combine(a: Hits, b: Hits, join: (a: Bits, b: Bits) => Bits): Hits {
  const possible = join(a.possible, b.possible);
  const certain = a.sure === a.possible && b.sure === b.possible;
  return { possible, sure: certain ? possible : join(a.sure, b.sure) };
}

/** Parts that the token index answers exactly become one question to it. */
function joinExpressions(
  day: DayReader,
  parts: readonly Condition[],
  word: 'AND' | 'OR',
): readonly Condition[] {
  const expressions = parts.flatMap(({ expression }) => expression ?? []);
  if (expressions.length < 2) return parts;
  const joined = expressions.map((each) => `(${each})`).join(` ${word} `);
  const rest = parts.filter(({ expression }) => expression === undefined);
  return [tokensCondition(day, joined, true), ...rest];
}

/** Whether a row is in doubt: possible but not sure. */
export function isInDoubt(hits: Hits, row: number): boolean {
  return hits.sure !== hits.possible && !hasBit(hits.sure, row);
}
