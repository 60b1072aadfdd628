import type { AlertChange, Batch, Event, Match, Recovery } from '#libs/model';
import type { RuleSet } from '#libs/sigma';

import type { Correlation } from './correlation.ts';
import { RuleTally, type RuleCount } from './rule-tally.ts';

/** What a batch, or the passing of time, did to alerts. */
export interface DetectResult {
  readonly changes: readonly AlertChange[];
  readonly recoveries: readonly Recovery[];
  /** Matches of this batch per rule id; a batch that comes again counts again. */
  readonly matched: ReadonlyMap<string, number>;
}

/** What the rules in force said of events one by one, until their batch is settled. */
interface Looked {
  readonly ruleSet: RuleSet;
  readonly matches: Match[];
  readonly matched: Map<string, number>;
}

/** Totals since the start, for the rules page and the metrics. */
export interface DetectCounts {
  readonly events: number;
  readonly rules: ReadonlyMap<string, RuleCount>;
  /** Events that exceptions held, by the exception's id. */
  readonly held: ReadonlyMap<string, number>;
}

/** Turns batches into alert changes with the rules in force. Calls must not overlap. */
export interface Detector {
  /** Takes a batch; one that is taken again changes nothing but counters. */
  take(batch: Batch): Promise<DetectResult>;
  /** For a batch whose events are shown one by one, by `look`, and `settle`d together. */
  begin(): Looked;
  /** Keeps what the rules say of an event, and none of the event but what they are about. */
  look(event: Event, into: Looked): void;
  /** False once other rules are in force: the events are to be shown again. */
  isCurrent(looked: Looked): boolean;
  /** As `take` of the batch that was looked at and was received up to `received`. */
  settle(looked: Looked, received: number): Promise<DetectResult>;
  /**
   * Receipt time (ms) up to which everything was handed over: waits end, old state is forgotten.
   */
  advance(received: number): Promise<DetectResult>;
  /** Puts other rules in force from the next batch on; unchanged rules keep their windows. */
  reload(ruleSet: RuleSet): void;
  snapshot(): Uint8Array;
  /** Replaces all windows held. Throws a PermanentError when the bytes are no snapshot. */
  restore(bytes: Uint8Array): void;
  counts(): DetectCounts;
}

/** Milliseconds that only ever grow, for measuring; fractions count. */
export type Stopwatch = () => number;

/** One rule is measured by itself at every so many events. */
const SAMPLE_EVERY = 256;

export function createDetector(
  ruleSet: RuleSet,
  correlation: Correlation,
  stopwatch: Stopwatch = () => performance.now(),
): Detector {
  return new RuleDetector(ruleSet, correlation, stopwatch);
}

class RuleDetector implements Detector {
  readonly #correlation: Correlation;
  readonly #stopwatch: Stopwatch;
  readonly #tally = new RuleTally();
  #ruleSet: RuleSet;
  #events = 0;
  #sampled = 0;
  /** Of rule sets that were in force before. */
  #heldBefore: ReadonlyMap<string, number> = new Map();

  constructor(ruleSet: RuleSet, correlation: Correlation, stopwatch: Stopwatch) {
    this.#ruleSet = ruleSet;
    this.#correlation = correlation;
    this.#stopwatch = stopwatch;
  }

  async take(batch: Batch): Promise<DetectResult> {
    const looked = this.begin();
    for (const event of batch.events) this.look(event, looked);
    return this.settle(looked, batch.received);
  }

  begin(): Looked {
    return { ruleSet: this.#ruleSet, matches: [], matched: new Map() };
  }

  look(event: Event, { ruleSet, matches, matched }: Looked): void {
    this.#events += 1;
    if (this.#events % SAMPLE_EVERY === 0) this.#sample(event.fields);
    for (const { id } of ruleSet.match(event.fields)) {
      matches.push(this.#correlation.slim({ rule: id, event }));
      matched.set(id, (matched.get(id) ?? 0) + 1);
      this.#tally.met(id);
    }
  }

  isCurrent({ ruleSet }: Looked): boolean {
    return ruleSet === this.#ruleSet;
  }

  async settle({ matches, matched }: Looked, received: number): Promise<DetectResult> {
    const accepted = await this.#correlation.accept(matches);
    const advanced = await this.#correlation.advance(received);
    const recoveries = this.#correlation.recoveries(matches);
    return { changes: [...accepted, ...advanced], recoveries, matched };
  }

  async advance(received: number): Promise<DetectResult> {
    const changes = await this.#correlation.advance(received);
    return { changes, recoveries: [], matched: new Map() };
  }

  /** Measures the next rule in turn, so that all come round without any being looked at often. */
  #sample(fields: Readonly<Record<string, unknown>>): void {
    const { rules } = this.#ruleSet;
    const rule = rules[this.#sampled % rules.length];
    if (rule === undefined) return;
    this.#sampled += 1;
    const start = this.#stopwatch();
    this.#ruleSet.explain(fields, rule.id);
    this.#tally.took(rule.id, this.#stopwatch() - start);
  }

  reload(ruleSet: RuleSet): void {
    this.#heldBefore = this.#held();
    this.#ruleSet = ruleSet;
    this.#correlation.reload(ruleSet);
    this.#tally.keep(new Set(ruleSet.rules.map(({ id }) => id)));
  }

  snapshot(): Uint8Array {
    return this.#correlation.snapshot();
  }

  restore(bytes: Uint8Array): void {
    this.#correlation.restore(bytes);
  }

  counts(): DetectCounts {
    return { events: this.#events, rules: this.#tally.counts(), held: this.#held() };
  }

  #held(): ReadonlyMap<string, number> {
    const held = new Map(this.#heldBefore);
    for (const [id, events] of this.#ruleSet.held()) held.set(id, (held.get(id) ?? 0) + events);
    return held;
  }
}
