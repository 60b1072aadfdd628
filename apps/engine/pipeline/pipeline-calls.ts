import type { SenderTally } from '#libs/availability';
import type { CorrelateLimits, WindowMark, WindowStanding } from '#libs/correlate';
import type { RuleCount } from '#libs/detect';
import type { ReaderState } from '#libs/handover';
import type { Event, Locality, LogSource } from '#libs/model';
import type { TimeBounds } from '#libs/normalize';
import type { EventWriterCounts } from '#libs/store';

import type { RuleBundle } from '../rules/rule-bundle.ts';
import type { Raised } from './pipeline.ts';

/** The clock of every thread: the machine's own, or the same simulated one. */
export type ClockSettings =
  | { readonly kind: 'system' }
  | {
      readonly kind: 'simulated';
      readonly start: number;
      readonly speed: number;
      readonly origin: number;
    };

/** What decoding needs to know. */
export interface DecodeSettings {
  readonly maskKey: Uint8Array;
  readonly zoneMinutes: number;
  readonly timeBounds: TimeBounds;
  readonly localities: readonly Locality[];
  readonly sources: readonly LogSource[];
}

/** What the pipeline's thread is started with. */
export interface PipelineStart extends DecodeSettings {
  readonly dataFolder: string;
  /** Durable end of the spool now. */
  readonly end: number;
  readonly clock: ClockSettings;
  readonly rules: RuleBundle;
  readonly limits: Partial<CorrelateLimits>;
}

/** Where the pipeline stands, for the health page. */
export interface PipelineState {
  readonly readers: readonly ReaderState[];
  readonly writer: EventWriterCounts;
  readonly indexed: number;
  readonly decode: {
    readonly bodies: number;
    readonly events: number;
    readonly masked: number;
    readonly setAside: number;
    readonly oddities: Readonly<Record<string, number>>;
  };
  /** Events that detection has seen since the start. */
  readonly detected: number;
  readonly rules: Readonly<Record<string, RuleCount>>;
  /** Events that each exception held. */
  readonly held: Readonly<Record<string, number>>;
  readonly trouble?: string;
  /** What happened to windows since the last time this was asked. */
  readonly windows?: readonly WindowMark[];
}

/** Why a rule did not fire: for an event, or for the groups that are nearest. */
export interface StandingAsk {
  readonly rule: string;
  readonly event?: Event;
  readonly limit: number;
}

/** What the main thread asks the pipeline's thread. */
export type PipelineCalls = {
  /** Everything up to `end` is durable. */
  readonly extend: (end: number) => void;
  /** Nothing is waiting at the doors: what was received up to `received` lies before `end`. */
  readonly advance: (reached: { end: number; received: number }) => Promise<void>;
  readonly sources: (sources: readonly LogSource[]) => void;
  /** Resolves once the rules are in force; the old ones are until then. */
  readonly rules: (bundle: RuleBundle) => Promise<void>;
  readonly dropBefore: (before: number) => { days: readonly string[] };
  readonly state: (nothing: null) => PipelineState;
  readonly standing: (ask: StandingAsk) => readonly WindowStanding[];
  /** Resolves when all is durable; the thread then ends. */
  readonly stop: (nothing: null) => Promise<void>;
};

/** What the pipeline's thread asks the main thread. */
export type HostCalls = {
  /** Another process told of alerts until now: what is remembered of them is read anew. */
  readonly takeOver: () => Promise<void>;
  /** Resolves once the alerts are stored. */
  readonly raise: (raised: Raised) => Promise<void>;
  readonly tallies: (tallies: readonly SenderTally[]) => Promise<void>;
  readonly free: (position: number) => Promise<void>;
  readonly park: (what: { reader: string; from: number; to: number; reason: string }) => void;
};
