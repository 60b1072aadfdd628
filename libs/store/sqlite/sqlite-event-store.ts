import type { Batch } from '#libs/model';

import {
  BadCursorError,
  EventStore,
  type Histogram,
  type HistogramRequest,
  type SearchPage,
  type SearchRequest,
  type StoreState,
  type TopRequest,
  type TopValues,
} from '../ports.ts';
import type { EventReader } from './event-reader.ts';
import { readCursor } from './search.ts';

/** Who writes for a store: the pipeline's thread, reached by messages. */
export interface EventWriting {
  append(batch: Batch): Promise<void>;
  dropBefore(before: number): Promise<{ readonly days: readonly string[] }>;
  counts(): Promise<{ readonly position: number; readonly repeats: number }>;
  close(): Promise<void>;
}

/** Events in day files, written by one thread and read by another. */
export class SqliteEventStore extends EventStore {
  readonly #writing: EventWriting;
  readonly #reader: EventReader;

  constructor(writing: EventWriting, reader: EventReader) {
    super();
    this.#writing = writing;
    this.#reader = reader;
  }

  append(batch: Batch): Promise<void> {
    return this.#writing.append(batch);
  }

  async search(request: SearchRequest): Promise<SearchPage> {
    const { cursor } = request;
    if (cursor !== undefined && readCursor(cursor) === undefined) throw new BadCursorError();
    return this.#reader.search(request);
  }

  histogram(request: HistogramRequest): Promise<Histogram> {
    return this.#reader.histogram(request);
  }

  top(request: TopRequest): Promise<TopValues> {
    return this.#reader.top(request);
  }

  dropBefore(before: number): Promise<{ readonly days: readonly string[] }> {
    return this.#writing.dropBefore(before);
  }

  async state(): Promise<StoreState> {
    const { position, repeats } = await this.#writing.counts();
    const days = await this.#reader.days();
    const sum = (of: (day: { events: number; bytes: number }) => number) =>
      days.reduce((all, day) => all + of(day), 0);
    return {
      events: sum(({ events }) => events),
      bytes: sum(({ bytes }) => bytes),
      days,
      position,
      repeats,
    };
  }

  /** Resolves when what was appended is on disk and both threads have ended. */
  async close(): Promise<void> {
    await this.#writing.close();
    await this.#reader.close();
  }
}
