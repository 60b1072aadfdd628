import type { Histogram, HistogramRequest } from '../ports.ts';
import type { Query } from '../query/syntax.ts';
import type { Catalog } from './catalog.ts';
import { countRows, eachValue } from './counting.ts';
import type { Chunk, DayReader } from './day-reader.ts';
import type { Work } from './conditions.ts';

/** Most buckets of one histogram. */
const BUCKETS_MAX = 2_000;
/** Values told apart; the rest is one series under `OTHER_VALUES`. */
const SERIES_MAX = 50;
/** Values counted before the largest are chosen. */
const VALUES_COUNTED_MAX = 2_000;
/**
 * Stands for all values beyond `SERIES_MAX`; an event without the field counts under the empty
 * text.
 */
const OTHER_VALUES = '…';

export function* histogramOf(
  catalog: Catalog,
  request: HistogramRequest,
  query: Query,
  left: () => number,
): Work<Histogram> {
  const { from, to, by } = request;
  const wanted = Math.max(1, Math.min(Math.floor(request.buckets), BUCKETS_MAX));
  const intervalMs = Math.max(1, Math.ceil((to - from) / wanted));
  const buckets = Math.max(1, Math.ceil((to - from) / intervalMs));
  const series = new Series(buckets);
  const bucketOf = (time: number) => Math.floor((time - from) / intervalMs);
  const take = (day: DayReader, chunk: Chunk, rows: Uint16Array) => {
    const first = bucketOf(chunk.low);
    if (by === undefined && first === bucketOf(chunk.high)) {
      series.add('', first, rows.length);
      return;
    }
    const times = day.times(chunk);
    const bucketAt = (row: number) => bucketOf(day.start + (times[row] ?? 0));
    if (by === undefined) {
      const counts = series.of('');
      for (const row of rows) {
        const bucket = bucketAt(row);
        counts[bucket] = (counts[bucket] ?? 0) + 1;
      }
      return;
    }
    eachValue(day, chunk, rows, by, (value, row) => {
      series.add(value === undefined ? '' : String(value), bucketAt(row), 1);
    });
  };
  const coverage = yield* countRows(catalog, request, query, left, take);
  return { ...coverage, intervalMs, start: from, series: series.largest() };
}

class Series {
  readonly #buckets: number;
  readonly #counts = new Map<string, Float64Array>();

  constructor(buckets: number) {
    this.#buckets = buckets;
  }

  of(value: string): Float64Array {
    let counts = this.#counts.get(value);
    if (counts === undefined) {
      if (this.#counts.size > VALUES_COUNTED_MAX && value !== OTHER_VALUES) {
        return this.of(OTHER_VALUES);
      }
      this.#counts.set(value, (counts = new Float64Array(this.#buckets)));
    }
    return counts;
  }

  add(value: string, bucket: number, count: number): void {
    const counts = this.of(value);
    counts[bucket] = (counts[bucket] ?? 0) + count;
  }

  /** Largest sum first. */
  largest(): { value: string; counts: number[] }[] {
    const sum = (counts: Float64Array) => counts.reduce((all, one) => all + one, 0);
    const ranked = [...this.#counts]
      .filter(([value]) => value !== OTHER_VALUES)
      .toSorted(([a, one], [b, two]) => sum(two) - sum(one) || (a < b ? -1 : 1));
    const kept = ranked.slice(0, SERIES_MAX);
    const rest = ranked.slice(SERIES_MAX).map(([, counts]) => counts);
    const beyond = this.#counts.get(OTHER_VALUES);
    if (beyond !== undefined) rest.push(beyond);
    if (rest.length > 0) {
      const other = new Float64Array(this.#buckets);
      for (const counts of rest)
        counts.forEach((count, at) => (other[at] = (other[at] ?? 0) + count));
      kept.push([OTHER_VALUES, other]);
    }
    return kept.map(([value, counts]) => ({ value, counts: [...counts] }));
  }
}
