import type { WindowStanding } from '#libs/correlate';
import type { Clock, LogSource } from '#libs/model';
import type { HealthLine } from '#libs/protocol';
import type { SpoolReader } from '#libs/spool';
import type { DocumentNews, Documents, EventStore } from '#libs/store';
import type { Broadcast, Lease } from '#libs/coordination';
import type { PlatformName } from '#libs/platform';

import type { ParkedWork } from './parked-desk.ts';
import type { RuleBundle } from '../engine/rules/rule-bundle.ts';
import type {
  HostCalls,
  PipelineStart,
  PipelineState,
  StandingAsk,
} from '../engine/pipeline/pipeline-calls.ts';

/** Everything behind the spool, from decoding to alerts, as the main thread sees it. */
export interface Work {
  /** Tells of every body that becomes durable. */
  follow(reader: SpoolReader): void;
  /** Nothing is waiting at the doors: what was received up to `received` lies before `end`. */
  advance(end: number, received: number): Promise<void>;
  setSources(sources: readonly LogSource[]): Promise<void>;
  setRules(rules: RuleBundle): Promise<void>;
  dropBefore(before: number): Promise<{ readonly days: readonly string[] }>;
  state(): Promise<PipelineState>;
  /** Whether alerts become incidents in this process; absent where no other could. */
  decides?(): boolean;
  /** How far windows are from their threshold; absent where no one process holds them. */
  standing?(ask: StandingAsk): Promise<readonly WindowStanding[]>;
  /** Resolves when what was taken is durable. */
  stop(): Promise<void>;
}

/** What the event store is asked about where its writer is another thread's. */
export interface WorkFigures {
  dropBefore(before: number): Promise<{ readonly days: readonly string[] }>;
  readonly indexed: number;
  readonly repeats: number;
}

/** What the product stands on: the one thing that differs between the platforms. */
export interface Ground {
  readonly platform: PlatformName;
  readonly documents: Documents;
  readonly lease: Lease;
  /** In place of the machine's, where several machines must agree on the time. */
  readonly clock?: Clock;
  /** Other processes of the same product. */
  readonly broadcast: Broadcast;
  /**
   * Tells every change of documents of a kind, numbered alike for all processes, and first the last
   * ones of before; absent where this process alone writes. What `take` rejects is told again.
   */
  readonly hear?: (kind: string, take: (news: DocumentNews) => Promise<void>) => Promise<void>;
  /** Where what can not be taken waits for a person; absent where nothing is parked. */
  readonly parked?: ParkedWork;
  /** What this process's chain of the record is called; `folder` is the id of its data folder. */
  chain(folder: string): string;
  /** Key of the masking hashes, the same for all processes; `own` is this data folder's. */
  maskKey(own: Uint8Array): Promise<Uint8Array>;
  /** The furthest spool position that was durably taken. */
  floor(): Promise<number>;
  startWork(start: PipelineStart, mine: HostCalls, onDeath: (error: Error) => void): Work;
  /** The events of all, to be asked; written by the work alone. */
  events(figures: () => WorkFigures): EventStore;
  /** Rearranges days that are over, where the store wants that. */
  sealDue(now: number): Promise<void>;
  health(): readonly HealthLine[];
  /** Ends what holds files and connections, after the work has stopped. */
  close(): Promise<void>;
}

/** What the platform stands on cannot be used; the message says what to do. */
export class GroundError extends Error {
  override readonly name = 'GroundError';
}
