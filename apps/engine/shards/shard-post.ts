import type { ChangeLog } from '#libs/coordination';
import { createCorrelator, createRoutes, type CorrelateLimits, type Routes } from '#libs/correlate';
import type { Correlation } from '#libs/detect';
import type { AlertChange, Event, Match, Recovery, RuleSetView } from '#libs/model';

import { ENTRY_FORMAT, shardLog, shardOf, type MatchEntry } from './shard-entry.ts';

/** Matches that go to one shard, with each event once. */
class Parcel {
  readonly events: Event[] = [];
  readonly matches: [string, string, number][] = [];

  put(part: string, { rule, event }: Match): void {
    if (this.events.at(-1) !== event) this.events.push(event);
    this.matches.push([part, rule, this.events.length - 1]);
  }
}

/**
 * Correlation as a detector of many sees it: matches go to the owners of their shards and are
 * durable when `accept` resolves; alerts come about there. It holds no state of its own.
 */
export class ShardPost implements Correlation {
  readonly #log: ChangeLog;
  readonly #limits: CorrelateLimits;
  #routes: Routes;
  #recoveries: Correlation;

  constructor(log: ChangeLog, ruleSet: RuleSetView, limits: CorrelateLimits) {
    this.#log = log;
    this.#limits = limits;
    this.#routes = createRoutes(ruleSet);
    this.#recoveries = createCorrelator(ruleSet, limits);
  }

  get routes(): Routes {
    return this.#routes;
  }

  async accept(matches: readonly Match[]): Promise<readonly AlertChange[]> {
    const parcels = new Map<number, Parcel>();
    for (const match of matches) {
      for (const { part, key } of this.#routes.of(match)) {
        const shard = shardOf(part, key);
        const parcel = parcels.get(shard) ?? new Parcel();
        parcels.set(shard, parcel);
        parcel.put(part, match);
      }
    }
    await Promise.all(
      [...parcels].map(([shard, { events, matches: found }]) => {
        const entry: MatchEntry = { v: ENTRY_FORMAT, events, matches: found };
        return this.#log.append(shardLog(shard), [entry]);
      }),
    );
    return [];
  }

  /** Time passes in the shards, by their owners. */
  advance(): Promise<readonly AlertChange[]> {
    return Promise.resolve([]);
  }

  recoveries(matches: readonly Match[]): readonly Recovery[] {
    return this.#recoveries.recoveries(matches);
  }

  snapshot(): Uint8Array {
    return new Uint8Array();
  }

  restore(): void {
    // Nothing is held here.
  }

  reload(ruleSet: RuleSetView): void {
    this.#routes = createRoutes(ruleSet);
    this.#recoveries = createCorrelator(ruleSet, this.#limits);
  }
}
