import { hash } from 'node:crypto';

import type { AlertChange, Event, Recovery } from '#libs/model';

/** Format of the entries written now. */
export const ENTRY_FORMAT = 1;

/**
 * Shards of correlation in the whole cluster. Fixed: another number would send the matches of a
 * key to another shard than those that lie there.
 */
export const SHARDS = 16;

/** Matches of one batch for one shard: part of the rule set, rule, number of the event. */
export interface MatchEntry {
  readonly v: number;
  readonly events: readonly Event[];
  readonly matches: readonly (readonly [part: string, rule: string, event: number])[];
}

/** Receipt time, ms, up to which everything was handed over; written by the shard's owner alone. */
export interface ReachedEntry {
  readonly v: number;
  readonly reached: number;
}

export type ShardEntry = MatchEntry | ReachedEntry;

/** Alert changes on their way to the books; `from` is the shard, or a detector for recoveries. */
export interface AlertEntry {
  readonly v: number;
  readonly from: string;
  /** A lower one than was seen of `from` is of a former owner. */
  readonly fence: number;
  readonly changes: readonly AlertChange[];
  readonly recoveries: readonly Recovery[];
}

/** Name of the change log of all alert changes. */
export const ALERT_LOG = 'alerts';

export const shardLog = (shard: number): string => `shard-${shard}`;

/** The shard of a part and group key; the same in every process. */
export function shardOf(part: string, key: string): number {
  return hash('md5', `${part}\0${key}`, 'buffer').readUInt32LE(0) % SHARDS;
}
