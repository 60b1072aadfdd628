import type { Batch } from '#libs/model';

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
import type { EventReader } from './event-reader.ts';
import { openEventReader } from './event-reader.ts';
import { ThreadCalls } from './thread-calls.ts';
import type { WriteAnswer, WriteOrder } from './write-thread.ts';

/** Who writes for a store: a thread of its own, or the pipeline's thread reached by messages. */
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

  search(request: SearchRequest): Promise<SearchPage> {
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

/** Writes in a thread of its own. */
export function startEventWriting(folder: string): EventWriting {
  const calls = new ThreadCalls<WriteOrder, WriteAnswer>(import.meta.url, 'write-thread', {
    folder,
  });
  return {
    append: async (batch) => {
      await calls.ask({ kind: 'append', batch });
    },
    dropBefore: async (before) => {
      const answer = await calls.ask({ kind: 'drop', before });
      return { days: answer !== undefined && 'days' in answer ? answer.days : [] };
    },
    counts: async () => {
      const answer = await calls.ask({ kind: 'counts' });
      if (answer === undefined || !('counts' in answer)) throw new Error('no counts');
      return { position: answer.position, repeats: answer.counts.repeats };
    },
    close: () => calls.close(),
  };
}

/** A store over `folder` with both of its threads. */
export function openSqliteEventStore(folder: string): SqliteEventStore {
  return new SqliteEventStore(startEventWriting(folder), openEventReader(folder));
}
