import type { FieldValue, Scalar } from '#libs/model';

import type { EventSpan } from '../ports.ts';
import type { Query } from '../query/syntax.ts';
import { firstBits, listBits, noBits, setBit, type Bits } from './bits.ts';
import type { Catalog } from './catalog.ts';
import { evaluate, type Condition, type Work } from './conditions.ts';
import type { Chunk, DayReader } from './day-reader.ts';
import { CHUNK_EVENTS, CODE_BEYOND, SLOT_OF_FIELD } from './layout.ts';
import { SpanWalk } from './span-walk.ts';

/**
 * What is done with the matching rows of a chunk: `rows` are places in the chunk, all of them
 * certain.
 */
export type TakeRows = (day: DayReader, chunk: Chunk, rows: Uint16Array) => void;

export interface Counted {
  readonly complete: boolean;
  readonly scanned: number;
  readonly total: number;
}

/**
 * Goes through all matching rows of a span, newest chunk first, until the time is up or `enough`
 * says so.
 */
export function* countRows(
  catalog: Catalog,
  span: EventSpan,
  query: Query,
  left: () => number,
  take: TakeRows,
  enough: () => boolean = () => false,
): Work<Counted> {
  const walk = new SpanWalk(catalog, span, query);
  const rows = new RowSieve(span, left);
  for (const day of walk.days()) {
    const opened = walk.open(day);
    yield;
    if (opened === undefined) continue;
    yield* countDay(rows, walk, opened.reader, opened.condition, take, enough);
    if (rows.late || enough()) break;
  }
  const { scanned, total } = yield* walk.coverage();
  return { complete: !rows.late, scanned, total };
}

function* countDay(
  sieve: RowSieve,
  walk: SpanWalk,
  day: DayReader,
  condition: Condition,
  take: TakeRows,
  enough: () => boolean,
): Work<void> {
  for (const chunk of walk.chunksOf(day).toReversed()) {
    const rows = yield* sieve.rows(day, chunk, condition);
    if (rows === undefined) return;
    if (rows.length > 0) take(day, chunk, rows);
    walk.scan(day, chunk);
    if (enough()) return;
    yield;
  }
}

/** Takes the matching rows that lie in the span out of chunks, as long as there is time. */
class RowSieve {
  readonly #span: EventSpan;
  readonly #left: () => number;
  readonly #rows = new Uint16Array(CHUNK_EVENTS);
  late = false;

  constructor(span: EventSpan, left: () => number) {
    this.#span = span;
    this.#left = left;
  }

  /** Undefined when the time is up. */
  *rows(day: DayReader, chunk: Chunk, condition: Condition): Work<Uint16Array | undefined> {
    const within = this.#within(day, chunk);
    const bits =
      this.#left() <= 0 ? undefined : yield* evaluate(condition, chunk, within, this.#left);
    if (bits === undefined) {
      this.late = true;
      return undefined;
    }
    return this.#rows.subarray(0, listBits(bits, this.#rows));
  }

  #within(day: DayReader, chunk: Chunk): Bits {
    const { from, to } = this.#span;
    if (chunk.low >= from && chunk.high < to) return firstBits(chunk.n);
    const bits = noBits();
    day.times(chunk).forEach((offset, row) => {
      const time = day.start + offset;
      if (time >= from && time < to) setBit(bits, row);
    });
    return bits;
  }
}

/**
 * Calls `use` with every value that a field has in these rows, and with undefined for a row without
 * one.
 */
export function eachValue(
  day: DayReader,
  chunk: Chunk,
  rows: Uint16Array,
  field: string,
  use: (value: Scalar | undefined, row: number) => void,
): void {
  const slot = SLOT_OF_FIELD.get(field);
  const codes = slot === undefined ? undefined : day.codes(chunk, slot);
  const values = slot === undefined ? [] : day.values(slot);
  for (const row of rows) {
    const code = codes?.[row] ?? 0;
    if (slot !== undefined && code !== CODE_BEYOND) spread(values[code] ?? null, row, use);
    else spread(day.textOf(chunk.id * CHUNK_EVENTS + row, field) ?? null, row, use);
  }
}

function spread(
  value: FieldValue,
  row: number,
  use: (value: Scalar | undefined, row: number) => void,
): void {
  if (!Array.isArray(value)) {
    use(value === null ? undefined : (value as Scalar), row);
    return;
  }
  const present = value.filter((one) => one !== null);
  if (present.length === 0) use(undefined, row);
  for (const one of present) use(one, row);
}
