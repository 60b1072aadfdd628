import type { TopRequest, TopValues } from '../ports.ts';
import type { Query } from '../query/syntax.ts';
import type { Catalog } from './catalog.ts';
import { countRows, eachValue } from './counting.ts';
import type { Chunk, DayReader } from './day-reader.ts';
import { CODE_BEYOND, SLOT_OF_FIELD } from './layout.ts';
import type { Work } from './conditions.ts';

/** Newest matching events read for the values of a field that is no column. */
const SAMPLE_EVENTS = 10_000;
/** Different values counted; what comes beyond is left out and `sampled` says so. */
const TOP_VALUES_MAX = 100_000;
/** Most values of one answer. */
const TOP_LIMIT_MAX = 1_000;

export function* topValuesOf(
  catalog: Catalog,
  request: TopRequest,
  query: Query,
  left: () => number,
): Work<TopValues> {
  const { field } = request;
  const slot = SLOT_OF_FIELD.get(field);
  const counts = new ValueCounts();
  let read = 0;
  const take = (day: DayReader, chunk: Chunk, rows: Uint16Array) => {
    if (slot !== undefined && countCodes(day, chunk, rows, slot, counts)) return;
    const some = slot === undefined ? rows.slice(-(SAMPLE_EVENTS - read)) : rows;
    read += some.length;
    eachValue(day, chunk, some, field, (value) => {
      if (value !== undefined) counts.add(String(value), 1);
    });
  };
  const enough = () => slot === undefined && read >= SAMPLE_EVENTS;
  const coverage = yield* countRows(catalog, request, query, left, take, enough);
  const limit = Math.max(1, Math.min(Math.floor(request.limit), TOP_LIMIT_MAX));
  return {
    ...coverage,
    values: counts.largest(limit),
    distinct: counts.distinct,
    sampled: enough() || counts.overflowed,
  };
}

/**
 * Counts by code, which needs no look at single values; false when some of them stand beyond the
 * column.
 */
function countCodes(
  day: DayReader,
  chunk: Chunk,
  rows: Uint16Array,
  slot: number,
  counts: ValueCounts,
): boolean {
  const codes = day.codes(chunk, slot);
  if (codes === undefined) return true;
  if (codes instanceof Uint16Array && codes.includes(CODE_BEYOND)) return false;
  const values = day.values(slot);
  const byCode = new Uint32Array(values.length);
  for (const row of rows) {
    const code = codes[row] ?? 0;
    byCode[code] = (byCode[code] ?? 0) + 1;
  }
  byCode.forEach((count, code) => {
    if (count === 0 || code === 0) return;
    const value = values[code] ?? null;
    const list = Array.isArray(value) ? value : [value];
    for (const one of list) if (one !== null) counts.add(String(one), count);
  });
  return true;
}

class ValueCounts {
  readonly #counts = new Map<string, number>();
  overflowed = false;

  get distinct(): number {
    return this.#counts.size;
  }

  add(value: string, count: number): void {
    const before = this.#counts.get(value);
    if (before === undefined && this.#counts.size >= TOP_VALUES_MAX) this.overflowed = true;
    else this.#counts.set(value, (before ?? 0) + count);
  }

  /** Most frequent first, then by value. */
  largest(limit: number): { value: string; count: number }[] {
    return [...this.#counts]
      .toSorted(([a, one], [b, two]) => two - one || (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([value, count]) => ({ value, count }));
  }
}
