import type { Batch, Event, Place } from '#libs/model';

import type { Query } from './query/syntax.ts';

/**
 * Newest first; the span is `[from, to)` in ms since the epoch. Every read names the scope of who
 * asks.
 */
export interface EventSpan {
  readonly query: Query;
  readonly scope: Place;
  readonly from: number;
  readonly to: number;
}

/** A cursor that no page of the store gave. */
export class BadCursorError extends Error {
  readonly reason = 'bad_cursor';

  constructor() {
    super('the cursor is not one that a page of this store gave');
  }
}

export interface SearchRequest extends EventSpan {
  readonly limit: number;
  /** Opaque; from the page before. One that the store never made is refused: `BadCursorError`. */
  readonly cursor?: string;
  /** Give up after this many ms and say how far it came. */
  readonly deadlineMs?: number;
}

/**
 * `complete: false` says the deadline passed: `scanned` of `total` events of the span were looked
 * at.
 */
export interface Coverage {
  readonly complete: boolean;
  readonly scanned: number;
  readonly total: number;
}

export interface SearchPage extends Coverage {
  readonly events: readonly Event[];
  readonly next?: string;
}

export interface HistogramRequest extends EventSpan {
  readonly buckets: number;
  /**
   * Counts are split by the values of this field when given: an event without it counts under the
   * empty text, one of several values under each; values beyond the 50 largest are one series `…`.
   */
  readonly by?: string;
  readonly deadlineMs?: number;
}

export interface Histogram extends Coverage {
  readonly intervalMs: number;
  readonly start: number;
  readonly series: readonly { readonly value: string; readonly counts: readonly number[] }[];
}

export interface TopRequest extends EventSpan {
  readonly field: string;
  readonly limit: number;
  readonly deadlineMs?: number;
}

/** `sampled` is true when values were read from a sample of the newest matching events. */
export interface TopValues extends Coverage {
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly distinct: number;
  readonly sampled: boolean;
}

export interface StoreState {
  readonly events: number;
  readonly bytes: number;
  /** Oldest and newest day held, `YYYY-MM-DD` UTC. */
  readonly days: readonly {
    readonly day: string;
    readonly events: number;
    readonly bytes: number;
  }[];
  /** Spool position after the last batch that is in the store. */
  readonly position: number;
  readonly repeats: number;
}

/** Where normalized events are kept and found. */
export abstract class EventStore {
  /**
   * Resolves once the batch is durable and searchable soon (within a second). An event whose id its
   * day already holds is counted as a repeat and left out. Throws when it cannot write now; the
   * same batch is offered again.
   */
  abstract append(batch: Batch): Promise<void>;
  abstract search(request: SearchRequest): Promise<SearchPage>;
  abstract histogram(request: HistogramRequest): Promise<Histogram>;
  abstract top(request: TopRequest): Promise<TopValues>;
  /** Removes whole days that end before `before` (ms since the epoch) and says which. */
  abstract dropBefore(before: number): Promise<{ readonly days: readonly string[] }>;
  abstract state(): Promise<StoreState>;
}

/**
 * A versioned document. `place` bounds who may read it; `order` (usually a time in ms) sorts lists,
 * newest first.
 */
export interface Doc<T> {
  readonly id: string;
  readonly version: number;
  readonly place: Place;
  readonly order: number;
  /** Indexed facts that lists can ask for by equality. */
  readonly keys: Readonly<Record<string, string>>;
  readonly body: T;
}

/** A document with its kind, as a backup takes it. */
export interface DumpedDocument extends Omit<Doc<unknown>, 'version'> {
  readonly kind: string;
}

/** One change of a document; `doc` is absent once it was removed. */
export interface DocumentChange {
  readonly number: number;
  readonly id: string;
  readonly doc?: Doc<unknown>;
  /** Written by this very process. */
  readonly own: boolean;
}

/**
 * What became of documents of one kind, numbered alike for all processes that write them: all
 * changes with numbers above `from` up to `to`. Calls follow each other without a gap, or begin
 * anew: under another `life`, or with a `from` that is not the last `to`.
 */
export interface DocumentNews {
  readonly life: string;
  readonly from: number;
  readonly to: number;
  readonly changes: readonly DocumentChange[];
}

export interface Write {
  readonly kind: string;
  readonly id: string;
  /**
   * `absent`: only when no such document is there; a number: only over that version; `any`:
   * whatever is there.
   */
  readonly expect: 'absent' | 'any' | number;
  /** `null` removes the document. */
  readonly body: unknown;
  readonly place: Place;
  readonly order: number;
  readonly keys?: Readonly<Record<string, string>>;
}

/** A conflict gives back what stands there instead. */
export type WriteResult =
  | { readonly done: true; readonly version: number }
  | {
      readonly done: false;
      readonly reason: 'conflict';
      readonly current: Doc<unknown> | undefined;
    };

export interface ListRequest {
  readonly scope: Place;
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
  /** Bounds on `order`, `[from, to)`. */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly cursor?: string;
}

export interface Page<T> {
  readonly rows: readonly Doc<T>[];
  readonly total: number;
  readonly next?: string;
}

/** Alerts, incidents, settings, users and the record: versioned documents with compare-and-set. */
export abstract class Documents {
  abstract get<T>(kind: string, id: string): Promise<Doc<T> | undefined>;
  /**
   * Each write by itself, results in the order given; resolves once all that were done would
   * survive a crash.
   */
  abstract write(writes: readonly Write[]): Promise<readonly WriteResult[]>;
  abstract list<T>(kind: string, request: ListRequest): Promise<Page<T>>;
}

/** Durable snapshots of stage state, each with the spool position it stands for. */
export abstract class StateStore {
  /** Resolves once the snapshot would survive a crash; the one before is replaced as a whole. */
  abstract save(name: string, position: number, snapshot: Uint8Array): Promise<void>;
  abstract load(
    name: string,
  ): Promise<{ readonly position: number; readonly snapshot: Uint8Array } | undefined>;
}
