import type { FieldValue, Scalar } from '#libs/model';

import type { EventSpan } from '../ports.ts';
import { compileQuery, type Matcher } from '../query/matches.ts';
import type { Query } from '../query/syntax.ts';
import { listBits, type Hits } from './bits.ts';
import type { Catalog } from './catalog.ts';
import { isInDoubt, type Condition } from './conditions.ts';
import type { Chunk, DayReader } from './day-reader.ts';
import { CHUNK_EVENTS, CODE_BEYOND, SLOT_OF_FIELD } from './layout.ts';
import type { Work } from './search.ts';
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

const READS_BETWEEN_LOOKS = 64;

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
  const matches = compileQuery(query);
  const rows = new RowSieve(span, matches, left);
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
    if (sieve.isLate()) return;
    const rows = yield* sieve.rows(day, chunk, condition.evaluate(chunk));
    if (rows.length > 0) take(day, chunk, rows);
    if (sieve.late) return;
    walk.scan(day, chunk);
    if (enough()) return;
    yield;
  }
}

/** Takes the rows out of a chunk's hits that lie in the span and hold when they are read. */
class RowSieve {
  readonly #span: EventSpan;
  readonly #matches: Matcher;
  readonly #left: () => number;
  readonly #rows = new Uint16Array(CHUNK_EVENTS);
  late = false;

  constructor(span: EventSpan, matches: Matcher, left: () => number) {
    this.#span = span;
    this.#matches = matches;
    this.#left = left;
  }

  isLate(): boolean {
    if (this.#left() <= 0) this.late = true;
    return this.late;
  }

  *rows(day: DayReader, chunk: Chunk, hits: Hits): Work<Uint16Array> {
    const rows = this.#rows;
    let n = listBits(hits.possible, rows);
    const { from, to } = this.#span;
    if (chunk.low < from || chunk.high >= to) {
      const times = day.times(chunk);
      let kept = 0;
      for (let at = 0; at < n; at++) {
        const row = rows[at] ?? 0;
        const time = day.start + (times[row] ?? 0);
        if (time >= from && time < to) rows[kept++] = row;
      }
      n = kept;
    }
    if (hits.sure === hits.possible) return rows.subarray(0, n);
    return yield* this.#read(day, chunk, hits, rows.slice(0, n));
  }

  *#read(day: DayReader, chunk: Chunk, hits: Hits, found: Uint16Array): Work<Uint16Array> {
    let kept = 0;
    let reads = 0;
    for (const row of found) {
      if (isInDoubt(hits, row)) {
        if (++reads % READS_BETWEEN_LOOKS === 0) {
          yield;
          if (this.isLate()) break;
        }
        const event = day.event(chunk.id * CHUNK_EVENTS + row);
        if (!this.#matches(event.fields, event.id)) continue;
      }
      found[kept++] = row;
    }
    return found.subarray(0, kept);
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
    else spread(day.event(chunk.id * CHUNK_EVENTS + row).fields[field] ?? null, row, use);
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
