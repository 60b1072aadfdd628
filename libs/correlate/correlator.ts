import type { AlertChange, Event, Match, Recovery, RuleSetView } from '#libs/model';

import { alertOf } from './alert-of.ts';
import type { ColdStore } from './cold/cold-store.ts';
import { Shelf, type Chunk } from './cold/shelf.ts';
import { Consumer } from './consumer.ts';
import { Evaluation } from './evaluation.ts';
import { newKeyState, put } from './key-state.ts';
import type { CorrelateCounters, CorrelateLimits } from './limits.ts';
import type { Feed } from './feed.ts';
import { EXPIRE_STEP_MS, Machine } from './machine.ts';
import { Marks, provinceOf, type WindowMark } from './marks.ts';
import { fingerprint, plansOf, provincesOf } from './plan.ts';
import { Recoveries } from './recovery.ts';
import { load, save } from './snapshot.ts';
import { Slimming } from './slim.ts';
import type { WindowStanding } from './standing.ts';
import type { Entry } from './timeline.ts';

/**
 * Turns matches into alerts. The alerts in force are in the end a function of the set of matches
 * that came within the lateness bound, whatever their order and repetition (semantics.md, Time).
 * Calls must not overlap.
 */
export interface Correlator {
  /** The match with no more of its event than is read here; good until `reload`. */
  slim(match: Match): Match;
  /** Takes the matches of one batch; a change holds its alert whole. */
  accept(matches: readonly Match[]): Promise<readonly AlertChange[]>;
  /**
   * Receipt time (ms) up to which everything was handed over; ends waits and forgets what can not
   * change.
   */
  advance(received: number): Promise<readonly AlertChange[]>;
  /** What the matches of recovering rules say is over; needs no state and may be asked again. */
  recoveries(matches: readonly Match[]): readonly Recovery[];
  /** Everything held, between calls of the above. */
  snapshot(): Uint8Array;
  /** Replaces everything held; rules that changed since the snapshot start empty. */
  restore(bytes: Uint8Array): void;
  /** Puts other rules in force; those that are in both as they were keep what they hold. */
  reload(ruleSet: RuleSetView): void;
  counters(): Readonly<CorrelateCounters>;
  /** What happened to windows since the last call: for the ledger. */
  marks(): readonly WindowMark[];
  /**
   * Why a rule did not fire: how far its windows are from their threshold. With an event the window
   * of its group that ends at its time, else the groups that are nearest, at their last match.
   */
  standing(
    rule: string,
    ask: { readonly event?: Event; readonly limit: number },
  ): readonly WindowStanding[];
}

/** With a cold store memory holds open windows only; without one all within the lateness bound. */
export function createCorrelator(
  ruleSet: RuleSetView,
  limits: CorrelateLimits,
  cold?: ColdStore,
): Correlator {
  return new WindowCorrelator(ruleSet, limits, cold);
}

/** A snapshot may be this much older than what is swept from the shelf, ms. */
const KEPT_LONGER_MS = 3_600_000;
/** Groups that are looked at to find those nearest to their threshold. */
const STANDINGS_READ_MAX = 20_000;

class WindowCorrelator implements Correlator {
  readonly #limits: CorrelateLimits;
  readonly #counters: CorrelateCounters = {
    matches: 0,
    repeats: 0,
    ungrouped: 0,
    too_late: 0,
    reevaluated: 0,
    keys: 0,
    keys_dropped: 0,
    matches_dropped: 0,
    learnt_dropped: 0,
    put_away: 0,
    taken_back: 0,
    cold_failures: 0,
    alerts_raised: 0,
  };
  readonly #marks = new Marks();
  #ruleSet: RuleSetView = { rules: [], correlations: [] };
  #machines: readonly Machine[] = [];
  #consumers = new Map<string, Consumer[]>();
  #recoveries = new Recoveries({ rules: [], correlations: [] });
  #slimming = new Slimming(this.#consumers, this.#recoveries);
  /** Those of the machines whose alerts come by the passing of time. */
  #awaiting: readonly Machine[] = [];
  #reached = -Infinity;
  /** Stretch of receipt time in which keys were last looked at for matches to drop. */
  #expired = -Infinity;
  /** Alerts of matches too late for any window. */
  #apart: AlertChange[] = [];

  readonly #shelf: Shelf | undefined;

  constructor(ruleSet: RuleSetView, limits: CorrelateLimits, cold: ColdStore | undefined) {
    this.#limits = limits;
    this.#shelf = cold === undefined ? undefined : new Shelf(cold);
    this.reload(ruleSet);
  }

  reload(ruleSet: RuleSetView): void {
    const held = new Map(this.#machines.map((machine) => [fingerprint(machine.plan), machine]));
    this.#machines = plansOf(ruleSet).map((plan) => {
      const machine = held.get(fingerprint(plan)) ?? this.#newMachine(plan);
      machine.plan = plan;
      return machine;
    });
    this.#counters.keys = this.#machines.reduce((sum, { size }) => sum + size, 0);
    this.#ruleSet = ruleSet;
    this.#recoveries = new Recoveries(ruleSet);
    this.#wire();
  }

  #wire(): void {
    this.#consumers = new Map();
    this.#awaiting = this.#machines.filter(({ plan }) => plan.type === 'absence');
    const read = this.#ruleSet.read?.bind(this.#ruleSet);
    const provinces = provincesOf(this.#machines.map(({ plan }) => plan));
    for (const machine of this.#machines) {
      const { rule: id, province } = machine.plan;
      machine.elsewhere = province === undefined ? provinces.get(id) : undefined;
      for (const rule of machine.plan.members)
        this.#consume(rule, new Consumer(machine, rule, false, read));
      for (const rule of machine.plan.against)
        this.#consume(rule, new Consumer(machine, rule, true, read));
    }
    this.#slimming = new Slimming(this.#consumers, this.#recoveries);
  }

  #newMachine(plan: Machine['plan']): Machine {
    return new Machine(plan, this.#limits, this.#counters, this.#marks);
  }

  #consume(rule: string, consumer: Consumer): void {
    const consumers = this.#consumers.get(rule);
    if (consumers === undefined) this.#consumers.set(rule, [consumer]);
    else consumers.push(consumer);
  }

  slim(match: Match): Match {
    return this.#slimming.of(match);
  }

  async accept(matches: readonly Match[]): Promise<readonly AlertChange[]> {
    this.#counters.matches += matches.length;
    if (this.#shelf !== undefined) await this.#takeBack(this.#shelf, matches);
    for (const { rule, event } of matches) {
      const consumers = this.#consumers.get(rule);
      if (consumers === undefined) continue;
      for (const consumer of consumers) this.#take(consumer, event);
    }
    return this.#settle();
  }

  /** Takes back what late matches will touch. */
  async #takeBack(shelf: Shelf, matches: readonly Match[]): Promise<void> {
    const wanted = new Map<Machine, Map<string, number>>();
    for (const { rule, event } of matches) {
      if (this.#reached - event.time > this.#limits.latenessMs) continue;
      for (const consumer of this.#consumers.get(rule) ?? []) {
        const { machine } = consumer;
        if (event.time - machine.plan.spanMs > machine.cold) continue;
        const key = consumer.keyOf(event);
        const isHere = key !== undefined && consumer.takes(key);
        const least = !isHere ? undefined : machine.lacks(key, event.time, this.#reached);
        if (key === undefined || least === undefined) continue;
        const keys = wanted.get(machine) ?? new Map<string, number>();
        wanted.set(machine, keys.set(key, Math.min(keys.get(key) ?? Infinity, least)));
      }
    }
    for (const [machine, keys] of wanted)
      for (const [key, least] of keys) {
        const chunks: Chunk[] = [];
        const found = shelf.chunks(machine.id, key, machine.coldOf(key), least);
        for await (const chunk of found) chunks.push(chunk);
        machine.takeBack(key, chunks, least, this.#reached);
      }
  }

  recoveries(matches: readonly Match[]): readonly Recovery[] {
    return this.#recoveries.of(matches);
  }

  async advance(received: number): Promise<readonly AlertChange[]> {
    if (received <= this.#reached) return [];
    this.#reached = received;
    for (const machine of this.#awaiting) machine.ripen(received);
    const changes = this.#settle();
    const stretch = Math.floor(received / EXPIRE_STEP_MS);
    if (stretch > this.#expired) await this.#expire(received);
    this.#expired = stretch;
    return changes;
  }

  async #expire(received: number): Promise<void> {
    const shelf = this.#shelf;
    const away: { machine: Machine; key: string; chunk: Chunk }[] = [];
    const tops: Record<string, number> = {};
    let until = -Infinity;
    for (const machine of this.#machines) {
      if (shelf === undefined || !machine.putsAway) machine.expire(received);
      else machine.expire(received, (key, chunk) => away.push({ machine, key, chunk }));
      tops[machine.id] = machine.cold;
      until = Math.max(until, machine.cold + machine.plan.spanMs + this.#limits.latenessMs);
    }
    if (shelf === undefined) return;
    try {
      const chunks = away.map(({ machine, key, chunk }) => ({ machine: machine.id, key, chunk }));
      if (chunks.length > 0) await shelf.put({ chunks, tops, until: until + KEPT_LONGER_MS });
      await shelf.sweep(received);
    } catch {
      // Nothing is lost: it stays in memory, and the next time tries again.
      this.#counters.cold_failures += 1;
      for (const { machine, key, chunk } of away)
        machine.takeBack(key, [chunk], chunk.after, received);
    }
  }

  #take(consumer: Consumer, event: Event): void {
    const { machine, against } = consumer;
    const late = this.#reached - event.time > this.#limits.latenessMs;
    const key = consumer.keyOf(event);
    if (key !== undefined && !consumer.takes(key)) return;
    if (late && machine.plan.type !== 'plain') {
      this.#counters.too_late += 1;
      if (key !== undefined) this.#markTooLate(machine, key, event.time);
      return;
    }
    if (key !== undefined && against) {
      machine.takeAgainst(key, event, this.#reached);
      return;
    }
    const entry = key === undefined ? undefined : consumer.entryOf(event);
    if (key === undefined || entry === undefined) this.#counters.ungrouped += 1;
    else if (machine.take(key, entry, this.#reached) === 'apart')
      this.#takeApart(machine, key, entry);
  }

  #markTooLate({ plan }: Machine, key: string, time: number): void {
    const at = { from: time, to: time + plan.spanMs, count: 1 };
    this.#marks.limit('too_late', plan.rule, provinceOf(key), at);
  }

  /**
   * A match older than all its key still holds: a plain rule's raises an alert of its own unless
   * one stands there.
   */
  #takeApart(machine: Machine, key: string, entry: Entry): void {
    this.#counters.too_late += 1;
    const { plan, states } = machine;
    const held = states
      .get(key)
      ?.episodes.some((e) => e.satisfied - plan.spanMs < entry.time && entry.time <= e.last);
    if (plan.type !== 'plain') this.#markTooLate(machine, key, entry.time);
    if (plan.type !== 'plain' || held === true) return;
    const state = newKeyState(key);
    put(state, entry);
    for (const episode of new Evaluation(plan, state, this.#reached).settle().raised) {
      const alert = alertOf(plan, state, episode, { kind: 'in_force' }, true);
      this.#apart.push({ kind: 'raised', alert });
    }
  }

  #settle(): readonly AlertChange[] {
    const changes = this.#apart;
    this.#apart = [];
    for (const machine of this.#machines) {
      if (machine.settled) continue;
      const outcome = machine.settle(this.#reached);
      for (const change of outcome.changes) changes.push(change);
      for (const feed of outcome.feeds) this.#pass(machine, feed);
    }
    return changes;
  }

  /** Gives the results of a correlation to those that read it; machines are in that order. */
  #pass(from: Machine, feed: Feed): void {
    for (const consumer of this.#consumers.get(from.plan.rule) ?? []) {
      const found = consumer.resultsOf(from.plan, feed.key, feed.results);
      if (found === undefined) continue;
      const [key, entries] = found;
      if (!consumer.takes(key)) continue;
      const told = { out: feed.out, entries, member: consumer.member };
      consumer.machine.takeFeed(key, told, this.#reached);
    }
  }

  snapshot(): Uint8Array {
    return save(this.#machines, this.#reached, this.#shelf?.save());
  }

  restore(bytes: Uint8Array): void {
    this.#machines = this.#machines.map(({ plan }) => this.#newMachine(plan));
    this.#counters.keys = 0;
    const { reached, shelf } = load(this.#machines, bytes);
    this.#reached = reached;
    if (shelf !== undefined) this.#shelf?.load(shelf);
    this.#wire();
  }

  marks(): readonly WindowMark[] {
    return this.#marks.take();
  }

  standing(
    rule: string,
    { event, limit }: { readonly event?: Event; readonly limit: number },
  ): readonly WindowStanding[] {
    const at = event?.time;
    const standings: WindowStanding[] = [];
    for (const machine of this.#machines) {
      if (machine.plan.rule !== rule) continue;
      const keys =
        event === undefined ? machine.keys(STANDINGS_READ_MAX) : this.#keysOf(machine, event);
      for (const key of keys) {
        if (machine.elsewhere?.has(provinceOf(key)) === true) continue;
        const standing = machine.standing(key, this.#reached, at);
        if (standing !== undefined) standings.push(standing);
      }
    }
    return standings.toSorted((a, b) => b.measured - a.measured).slice(0, limit);
  }

  /** The group keys under which an event counts for a machine. */
  #keysOf(machine: Machine, event: Event): ReadonlySet<string> {
    const keys = new Set<string>();
    for (const consumers of this.#consumers.values())
      for (const consumer of consumers) {
        const key = consumer.machine === machine ? consumer.keyOf(event) : undefined;
        if (key !== undefined && consumer.takes(key)) keys.add(key);
      }
    return keys;
  }

  counters(): Readonly<CorrelateCounters> {
    return { ...this.#counters };
  }
}
