import type { ChangeLog } from '#libs/coordination';
import { createCorrelator, createRoutes, type CorrelateLimits, type Routes } from '#libs/correlate';
import type { Correlation } from '#libs/detect';
import {
  newFields,
  type AlertChange,
  type Event,
  type Match,
  type Recovery,
  type RuleSetView,
} from '#libs/model';

import { ENTRY_FORMAT, shardLog, shardOf, type MatchEntry } from './shard-entry.ts';

const PLACE = 'gov.locality.code';

/** Matches that go to one shard, with each event once. */
class Parcel {
  readonly events: Event[] = [];
  readonly matches: [string, string, number][] = [];
  #last: Event | undefined;

  put(part: string, { rule, event }: Match, asked: ReadonlySet<string>): void {
    if (this.#last !== event) this.events.push(trimmed(event, asked));
    this.#last = event;
    this.matches.push([part, rule, this.events.length - 1]);
  }
}

/** The event with what correlation reads of it: most fields are of no use to a shard. */
function trimmed(event: Event, asked: ReadonlySet<string>): Event {
  // One that does not say its place may name its fields in other ways.
  if (event.fields[PLACE] === undefined) return event;
  const fields = newFields();
  for (const name in event.fields) {
    const value = event.fields[name];
    if (value !== undefined && asked.has(name)) fields[name] = value;
  }
  return { ...event, fields };
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

  slim(match: Match): Match {
    return match;
  }

  async accept(matches: readonly Match[]): Promise<readonly AlertChange[]> {
    const parcels = new Map<number, Parcel>();
    for (const match of matches) {
      for (const { part, key } of this.#routes.of(match)) {
        const shard = shardOf(part, key);
        const parcel = parcels.get(shard) ?? new Parcel();
        parcels.set(shard, parcel);
        parcel.put(part, match, this.#routes.fields);
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
