import type { Batch, Clock } from '#libs/model';

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
import { RETENTION_DAYS } from '../retention.ts';
import type { BulkCounts } from './bulk-writer.ts';
import type { Connection } from './connection.ts';
import { ElasticWriting, type WritingOptions } from './elastic-writing.ts';
import { histogramOf, topValues } from './event-counts.ts';
import { EventDays } from './event-days.ts';
import { EventQuestions } from './event-questions.ts';
import { searchEvents } from './event-search.ts';
import { dayOfTime, dayText } from './layout.ts';
import { shardRoom, type ShardRoom } from './shard-room.ts';

const DAY_SHARDS = 1;

export interface ElasticEventStoreOptions extends WritingOptions {
  readonly clock: Clock;
  /** Days before today whose events are taken. */
  readonly retentionDays?: number;
  /** Primary shards of one day; with them and the retention the number of shards is bounded. */
  readonly dayShards?: number;
}

/** What the store says about itself. */
export interface ElasticEventCounts extends BulkCounts {
  /** Events set aside since the start. */
  readonly parked: number;
  /** Times the template was found missing or changed and was put again. */
  readonly repairs: number;
  /** Day indices with another's mapping, and what the server said. */
  readonly foreign: ReadonlyMap<string, string>;
}

/** Events in Elasticsearch, an index per day; the connection is the caller's to close. */
export class ElasticEventStore extends EventStore {
  readonly #connection: Connection;
  readonly #plan: { readonly dayShards: number; readonly retentionDays: number };
  readonly #days: EventDays;
  readonly #writing: ElasticWriting;
  readonly #questions: EventQuestions;

  constructor(connection: Connection, options: ElasticEventStoreOptions) {
    super();
    const { clock, retentionDays = RETENTION_DAYS, dayShards = DAY_SHARDS } = options;
    this.#connection = connection;
    this.#plan = { dayShards, retentionDays };
    this.#days = new EventDays(connection, { ...this.#plan, now: () => clock.now() });
    this.#writing = new ElasticWriting(connection, this.#days, options);
    this.#questions = new EventQuestions(connection, this.#days);
  }

  /**
   * Puts the template where it is missing or changed; called before the first write, and by itself
   * every minute. Rejects when nothing answers.
   */
  checkTemplate(): Promise<void> {
    return this.#days.checkTemplate();
  }

  /** Looks at every index anew before the next write, after a person changed some. */
  forgetIndices(): void {
    this.#days.forgetAll();
  }

  append(batch: Batch): Promise<void> {
    return this.#writing.append(batch);
  }

  search(request: SearchRequest): Promise<SearchPage> {
    return searchEvents(this.#questions, request);
  }

  histogram(request: HistogramRequest): Promise<Histogram> {
    return histogramOf(this.#questions, request);
  }

  top(request: TopRequest): Promise<TopValues> {
    return topValues(this.#questions, request);
  }

  /** Makes searchable what was stored before the call. */
  async refresh(): Promise<void> {
    const path = `/${encodeURIComponent(this.#days.names.pattern)}/_refresh`;
    await this.#connection.get({ method: 'POST', path });
  }

  async dropBefore(before: number): Promise<{ readonly days: readonly string[] }> {
    return { days: (await this.#days.dropBefore(dayOfTime(before))).map(dayText) };
  }

  async state(): Promise<StoreState> {
    const { pattern } = this.#days.names;
    const { indices = {} } = await this.#connection.get<{
      readonly indices?: Readonly<Record<string, { readonly primaries: IndexSize }>>;
    }>({
      method: 'GET',
      path: `/${encodeURIComponent(pattern)}/_stats/docs,store`,
      query: {
        filter_path: 'indices.*.primaries.docs.count,indices.*.primaries.store.size_in_bytes',
      },
    });
    const days = Object.entries(indices)
      .flatMap(([index, { primaries }]) => {
        const day = this.#days.names.dayOf(index);
        if (day === undefined) return [];
        const { docs, store } = primaries;
        return { day: dayText(day), events: docs?.count ?? 0, bytes: store?.size_in_bytes ?? 0 };
      })
      .toSorted((a, b) => (a.day < b.day ? 1 : -1));
    return {
      events: days.reduce((sum, { events }) => sum + events, 0),
      bytes: days.reduce((sum, { bytes }) => sum + bytes, 0),
      days,
      position: this.#writing.position,
      repeats: this.#writing.counts().repeats,
    };
  }

  /** Sends parked events again; those stored now are no longer parked. */
  retryParked(ids: readonly string[]): Promise<{ readonly stored: number; readonly kept: number }> {
    return this.#writing.retry(ids);
  }

  /** Tries indices that were blocked; done by itself every few seconds. */
  retryBlocked(): Promise<void> {
    return this.#writing.retryBlocked();
  }

  /** Whether all days of the retention will fit into the cluster. */
  shardRoom(): Promise<ShardRoom> {
    return shardRoom(this.#connection, this.#plan);
  }

  counts(): ElasticEventCounts {
    return { ...this.#writing.counts(), ...this.#days.oddities() };
  }

  /** What is not stored by then is rejected and left to its queue. */
  close(): Promise<void> {
    return this.#writing.close();
  }
}

interface IndexSize {
  readonly docs?: { readonly count: number };
  readonly store?: { readonly size_in_bytes: number };
}
