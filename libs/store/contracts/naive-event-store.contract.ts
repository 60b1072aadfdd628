import type { Batch, Event } from '#libs/model';

import {
  EventStore,
  type Histogram,
  type HistogramRequest,
  type SearchPage,
  type SearchRequest,
  type StoreState,
  type TopRequest,
  type TopValues,
} from '../ports.ts';
import { matchesQuery } from '../query/matches.ts';
import { scoped } from '../query/scoped.ts';
import type { EventSpan } from '../ports.ts';

const DAY_MS = 86_400_000;

/** The oracle: a list of events, read from its beginning to its end for every question. */
export class NaiveEventStore extends EventStore {
  #events: Event[] = [];
  #repeats = 0;
  #position = -1;

  append(batch: Batch): Promise<void> {
    const dayOf = ({ time }: Event) => Math.floor(time / DAY_MS);
    for (const event of batch.events) {
      const same = ({ id, time }: Event) =>
        id === event.id && dayOf(event) === dayOf({ ...event, time });
      if (this.#events.some(same)) this.#repeats++;
      else this.#events.push(event);
    }
    this.#position = batch.to;
    return Promise.resolve();
  }

  /** All matches in one page. */
  search(request: SearchRequest): Promise<SearchPage> {
    const events = this.#matching(request).toSorted((a, b) => b.time - a.time);
    const total = this.#within(request).length;
    return Promise.resolve({ events, complete: true, scanned: total, total });
  }

  histogram(request: HistogramRequest): Promise<Histogram> {
    const { from, to, by } = request;
    const intervalMs = Math.max(1, Math.ceil((to - from) / request.buckets));
    const buckets = Math.ceil((to - from) / intervalMs);
    const series = new Map<string, number[]>();
    for (const event of this.#matching(request)) {
      for (const value of by === undefined ? [''] : valuesOf(event, by, [''])) {
        const counts = series.get(value) ?? Array.from({ length: buckets }, () => 0);
        series.set(value, counts);
        const bucket = Math.floor((event.time - from) / intervalMs);
        counts[bucket] = (counts[bucket] ?? 0) + 1;
      }
    }
    const total = this.#within(request).length;
    const listed = [...series].map(([value, counts]) => ({ value, counts }));
    const coverage = { complete: true, scanned: total, total };
    return Promise.resolve({ ...coverage, intervalMs, start: from, series: listed });
  }

  top(request: TopRequest): Promise<TopValues> {
    const counts = new Map<string, number>();
    for (const event of this.#matching(request)) {
      for (const value of valuesOf(event, request.field, [])) {
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
    const values = [...counts]
      .map(([value, count]) => ({ value, count }))
      .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
    const total = this.#within(request).length;
    return Promise.resolve({
      complete: true,
      scanned: total,
      total,
      values: values.slice(0, request.limit),
      distinct: counts.size,
      sampled: false,
    });
  }

  dropBefore(before: number): Promise<{ readonly days: readonly string[] }> {
    const first = Math.floor(before / DAY_MS) * DAY_MS;
    const gone = this.#events.filter(({ time }) => time < first);
    this.#events = this.#events.filter(({ time }) => time >= first);
    const days = new Set(gone.map(({ time }) => new Date(time).toISOString().slice(0, 10)));
    return Promise.resolve({ days: [...days].toSorted() });
  }

  state(): Promise<StoreState> {
    const events = this.#events.length;
    const position = this.#position;
    return Promise.resolve({ events, bytes: 0, days: [], position, repeats: this.#repeats });
  }

  #within({ from, to }: EventSpan): Event[] {
    return this.#events.filter(({ time }) => time >= from && time < to);
  }

  #matching(request: EventSpan): Event[] {
    const query = scoped(request.query, request.scope);
    return this.#within(request).filter((event) => matchesQuery(query, event));
  }
}

function valuesOf(event: Event, field: string, missing: string[]): string[] {
  const held = event.fields[field] ?? null;
  const values = (Array.isArray(held) ? held : [held]).filter((one) => one !== null);
  return values.length === 0 ? missing : values.map(String);
}
