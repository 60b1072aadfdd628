import type { EventSpan } from '../ports.ts';
import type { Query } from '../query/syntax.ts';
import type { Catalog } from './catalog.ts';
import { NOTHING, type Condition } from './conditions.ts';
import type { Chunk, DayReader } from './day-reader.ts';
import { DAY_MS, dayStart, type Day } from './days.ts';
import { planDay } from './plan-day.ts';

export interface SpanDay {
  readonly day: Day;
  readonly start: number;
}

/** Goes through the days of a span, newest first, and keeps count of what was looked at. */
export class SpanWalk {
  readonly #catalog: Catalog;
  readonly #span: Pick<EventSpan, 'from' | 'to'>;
  readonly #query: Query;
  readonly #days: readonly SpanDay[];
  /** Days whose events were counted, and those of them that were looked at. */
  readonly #totals = new Map<Day, number>();
  #scanned = 0;

  constructor(catalog: Catalog, span: Pick<EventSpan, 'from' | 'to'>, query: Query) {
    this.#catalog = catalog;
    this.#span = span;
    this.#query = query;
    this.#days = catalog.days(span.from, span.to).map((day) => ({ day, start: dayStart(day) }));
  }

  days(): readonly SpanDay[] {
    return this.#days;
  }

  /**
   * A day to look into, made ready; undefined when it certainly has nothing, which counts as looked
   * at.
   */
  open({ day }: SpanDay): { reader: DayReader; condition: Condition } | undefined {
    const reader = this.#catalog.open(day);
    if (reader === undefined) return undefined;
    const events = this.#eventsWithin(reader);
    this.#totals.set(day, events);
    const condition = planDay(reader, this.#query);
    if (condition !== NOTHING) return { reader, condition };
    this.#scanned += events;
    return undefined;
  }

  /** Counts a day as looked at without opening it. */
  pass(day: SpanDay): void {
    const events = this.#count(day);
    this.#totals.set(day.day, events);
    this.#scanned += events;
  }

  /** Chunks of a day that overlap the span. */
  chunksOf(day: DayReader): Chunk[] {
    const { from, to } = this.#span;
    return day.chunks.filter(({ low, high }) => low < to && high >= from);
  }

  /** Counts a chunk as looked at. */
  scan(day: DayReader, chunk: Chunk): void {
    this.#scanned += this.#within(day, chunk);
  }

  /** Counts the days that were not reached. */
  *coverage(): Generator<void, { readonly scanned: number; readonly total: number }> {
    let total = 0;
    for (const day of this.#days) {
      const known = this.#totals.get(day.day);
      total += known ?? this.#count(day);
      if (known === undefined) yield;
    }
    return { scanned: Math.min(this.#scanned, total), total };
  }

  #count({ day, start }: SpanDay): number {
    const whole = start >= this.#span.from && start + DAY_MS <= this.#span.to;
    if (whole) return this.#catalog.events(day);
    const reader = this.#catalog.open(day);
    return reader === undefined ? 0 : this.#eventsWithin(reader);
  }

  #eventsWithin(reader: DayReader): number {
    return this.chunksOf(reader).reduce((sum, chunk) => sum + this.#within(reader, chunk), 0);
  }

  /** Events of a chunk inside the span. */
  #within(day: DayReader, chunk: Chunk): number {
    const { from, to } = this.#span;
    if (chunk.low >= from && chunk.high < to) return chunk.n;
    let count = 0;
    for (const offset of day.times(chunk)) {
      const time = day.start + offset;
      if (time >= from && time < to) count++;
    }
    return count;
  }
}
