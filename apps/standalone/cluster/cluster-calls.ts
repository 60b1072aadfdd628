import type { SenderTally } from '#libs/availability';
import type { CorrelateLimits } from '#libs/correlate';
import type { RuleCount } from '#libs/detect';
import type { ReaderState } from '#libs/handover';
import type { DrainerState } from '#libs/handover/redis';
import type { LogSource } from '#libs/model';
import type { ClusterSettings, ElasticAddress } from '#libs/platform';
import type { Parked, ParkedEntry, ParkedEvent } from '#libs/store';
import type { ElasticEventCounts } from '#libs/store/elastic';

import type {
  ClockSettings,
  DecodeSettings,
  PipelineState,
} from '../../engine/pipeline/pipeline-calls.ts';
import type { RuleBundle } from '../../engine/rules/rule-bundle.ts';

/** What the collector's thread is started with. */
export interface DrainStart extends DecodeSettings {
  readonly dataFolder: string;
  /** Durable end of the spool now. */
  readonly end: number;
  readonly clock: ClockSettings;
  readonly cluster: ClusterSettings;
}

export interface DrainState {
  readonly drainer: DrainerState;
  readonly decode: PipelineState['decode'];
}

/** What the main thread asks the collector's thread. */
export type DrainCalls = {
  readonly extend: (end: number) => void;
  /** Nothing waits at the doors: what was received up to `received` lies before `end`. */
  readonly advance: (reached: { end: number; received: number }) => void;
  readonly sources: (sources: readonly LogSource[]) => void;
  readonly state: (nothing: null) => DrainState;
  readonly stop: (nothing: null) => Promise<void>;
};

/** What the collector's thread asks the main thread. */
export type DrainHostCalls = {
  readonly tallies: (tallies: readonly SenderTally[]) => Promise<void>;
  readonly free: (position: number) => Promise<void>;
};

/** What the engine's thread is started with. */
export interface WorkStart {
  readonly clock: ClockSettings;
  readonly cluster: ClusterSettings;
  readonly elastic: ElasticAddress;
  readonly retentionDays: number;
  readonly rules: RuleBundle;
  readonly limits: Partial<CorrelateLimits>;
}

export interface WorkState {
  readonly readers: readonly ReaderState[];
  readonly store: Omit<ElasticEventCounts, 'foreign'>;
  readonly detected: number;
  readonly rules: Readonly<Record<string, RuleCount>>;
  readonly held: Readonly<Record<string, number>>;
  readonly shards: readonly number[];
  /** Batches in Redis that a reader has not finished. */
  readonly waiting: Readonly<Record<'index' | 'detect', number>>;
  /** Receipt time before which detection has seen everything; undefined while none is known. */
  readonly reached?: number;
  readonly trouble?: string;
}

/** What the main thread asks the engine's thread. */
export type WorkCalls = {
  readonly rules: (rules: RuleBundle) => void;
  readonly state: (nothing: null) => WorkState;
  readonly stop: (nothing: null) => Promise<void>;
};

/** What the engine's thread asks the main thread: where events go that cannot be stored. */
export type WorkHostCalls = {
  readonly park: (entries: readonly ParkedEntry[]) => Promise<void>;
  readonly parked: (request: Parameters<Parked['list']>[0]) => ReturnType<Parked['list']>;
  readonly parkedEvents: (ids: readonly string[]) => Promise<readonly ParkedEvent[]>;
  readonly dropParked: (ids: readonly string[]) => Promise<number>;
};

/** Where no engine's thread runs. */
export const NOTHING_DONE = {
  store: {
    stored: 0,
    repeats: 0,
    retried: 0,
    rejected: 0,
    requests: 0,
    requestMs: 0,
    heldBytes: 0,
    parked: 0,
    repairs: 0,
  },
  detected: 0,
  held: {},
  rules: {},
  shards: [],
} as const satisfies Partial<WorkState>;
