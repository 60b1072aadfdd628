import type { Alert, AlertChange, AlertState, Event } from '#libs/model';

import { alertOf } from './alert-of.ts';
import type { Episode } from './episode.ts';
import { Evaluation, type Settled } from './evaluation.ts';
import { newKeyState, prune, put, putAgainst, takeOut, touch, type KeyState } from './key-state.ts';
import type { CorrelateCounters, CorrelateLimits } from './limits.ts';
import { Learning, type SavedLearning } from './learning.ts';
import { Marks, provinceOf } from './marks.ts';
import { Nursery, type Nursed } from './nursery.ts';
import type { Plan } from './plan.ts';
import { standingOf, type WindowStanding } from './standing.ts';
import { Timeline, type Entry } from './timeline.ts';

/** A satisfying time of a correlation, as one that reads it counts it. */
export interface Result {
  readonly time: number;
  readonly event: string;
  readonly ident: string;
  readonly commune: string | undefined;
}

/** How the results of one key changed: those of `idents` in `[from, to]` leave, `results` come. */
export interface Feed {
  readonly key: string;
  readonly out: readonly { from: number; to: number; idents: readonly string[] }[];
  readonly results: readonly Result[];
}

export interface Outcome {
  readonly changes: readonly AlertChange[];
  readonly feeds: readonly Feed[];
}

/** Keys are looked at again for matches to drop this often, in receipt time. */
export const EXPIRE_STEP_MS = 600_000;

/** Keys leave the nursery with this many matches, were more needed. */
const NURSED_MAX = 16;

function file<T>(lists: Map<number, T[]>, stretch: number, one: T): void {
  const list = lists.get(stretch);
  if (list === undefined) lists.set(stretch, [one]);
  else list.push(one);
}

/** Share of a full key's matches that leaves when one more comes. */
const SHED_SHARE = 0.1;

/** One rule at work: its keys, and what there is to settle. */
export class Machine {
  /** Replaced when only the wording of the rule changed. */
  plan: Plan;
  readonly states = new Map<string, KeyState>();
  readonly #limits: CorrelateLimits;
  readonly #counters: CorrelateCounters;
  readonly #unsettled = new Set<KeyState>();
  readonly #nursery: Nursery | undefined;
  readonly #marks: Marks;
  #learning: Learning | undefined;
  /** Keys of the nursery by the stretch of receipt time in which their oldest matches may leave. */
  readonly #leaving = new Map<number, string[]>();
  /** Keys by the stretch of receipt time in which their oldest matches may leave. */
  readonly #expiring = new Map<number, KeyState[]>();
  /** Keys of an absence by the second of receipt time in which a wait of theirs ends. */
  readonly #waiting = new Map<number, Set<KeyState>>();
  #ripened = -Infinity;

  constructor(
    plan: Plan,
    limits: CorrelateLimits,
    counters: CorrelateCounters,
    marks: Marks = new Marks(),
  ) {
    this.plan = plan;
    this.#marks = marks;
    this.#limits = limits;
    this.#counters = counters;
    const { least = 1, baseline, type } = plan;
    if (baseline !== undefined || type === 'new_value') this.learn(undefined);
    if (least > 1) this.#nursery = new Nursery(Math.min(least, NURSED_MAX));
  }

  /** Learns from nothing, or goes on from what was learned. */
  learn(saved: SavedLearning | undefined): void {
    this.#learning = new Learning(this.plan, this.#limits, this.#counters, saved);
  }

  /** What was learned of the days before; undefined for a rule that does not ask. */
  get learnt(): SavedLearning | undefined {
    return this.#learning?.save();
  }

  /** Nothing came since the last time. */
  get settled(): boolean {
    return this.#unsettled.size === 0;
  }

  /** Keys held. */
  get size(): number {
    return this.states.size + (this.#nursery?.size ?? 0);
  }

  /**
   * The state of a key, to take a match of `time` in; undefined when no room can be made for a new
   * one.
   */
  stateOf(key: string, time: number, reached: number): KeyState | undefined {
    const known = this.states.get(key);
    if (known !== undefined) return known;
    if (!this.#roomForKey()) return undefined;
    const state = newKeyState(key);
    this.adopt(state, time, reached);
    return state;
  }

  #roomForKey(): boolean {
    return this.#counters.keys < this.#limits.keysMax || this.#dropOldest();
  }

  /** Takes over a state whose oldest match is of `time`. */
  adopt(state: KeyState, time: number, reached: number): void {
    this.states.set(state.key, state);
    this.#counters.keys += 1;
    this.#expireLater(state, time, reached);
    if (this.plan.type === 'absence')
      for (const entry of state.line.times) this.#wait(state, entry);
  }

  #expireLater(state: KeyState, oldest: number, reached: number): void {
    file(this.#expiring, this.#stretchOf(oldest, reached), state);
  }

  #stretchOf(oldest: number, reached: number): number {
    const due = oldest + this.plan.spanMs + this.#limits.latenessMs;
    return Math.floor(Math.max(due, reached) / EXPIRE_STEP_MS) + 1;
  }

  #wait(state: KeyState, time: number): void {
    const second = Math.floor((time + this.plan.spanMs) / 1000);
    const states = this.#waiting.get(second);
    if (states === undefined) this.#waiting.set(second, new Set([state]));
    else states.add(state);
  }

  /** Receipt time reached `reached`: waits that ended are evaluated at the next `settle`. */
  ripen(reached: number): void {
    for (const [second, states] of this.#waiting) {
      if (second * 1000 > reached) continue;
      if ((second + 1) * 1000 < reached) this.#waiting.delete(second);
      for (const state of states) this.#ripen(state, reached);
    }
    this.#ripened = reached;
  }

  /** What no late match can touch any more leaves. Everything must be settled. */
  expire(reached: number): void {
    for (const [stretch, states] of this.#expiring) {
      if (stretch * EXPIRE_STEP_MS > reached) continue;
      this.#expiring.delete(stretch);
      for (const state of states) this.#expire(state, reached);
    }
    this.#learning?.sweep(reached);
    const horizon = reached - this.plan.spanMs - this.#limits.latenessMs;
    for (const [stretch, keys] of this.#leaving) {
      if (stretch * EXPIRE_STEP_MS > reached) continue;
      this.#leaving.delete(stretch);
      for (const key of keys) {
        if (this.#nursery?.has(key) !== true) continue;
        const oldest = this.#nursery.prune(key, horizon);
        if (oldest === undefined) this.#counters.keys -= 1;
        else file(this.#leaving, this.#stretchOf(oldest, reached), key);
      }
    }
  }

  #expire(state: KeyState, reached: number): void {
    if (this.states.get(state.key) !== state) return;
    const horizon = reached - this.plan.spanMs - this.#limits.latenessMs;
    prune(state, this.plan, horizon, this.#learning);
    const oldest = Math.min(state.line.times[0] ?? Infinity, state.against?.oldest ?? Infinity);
    if (oldest === Infinity && state.episodes.length === 0) {
      this.states.delete(state.key);
      this.#counters.keys -= 1;
    } else this.#expireLater(state, oldest === Infinity ? reached : oldest, reached);
  }

  #ripen(state: KeyState, reached: number): void {
    const { line } = state;
    const end = line.from(reached - this.plan.spanMs);
    for (let i = line.from(this.#ripened - this.plan.spanMs); i < end; i += 1) {
      const time = (line.times[i] as number) + this.plan.spanMs;
      const event = line.events[i] as string;
      touch(state, { time, event, kind: 'against', commune: undefined });
    }
    if (state.touches.length > 0) this.#unsettled.add(state);
  }

  #dropOldest(): boolean {
    this.#counters.keys_dropped += 1;
    const nursed = this.#nursery?.dropOldest();
    if (nursed !== undefined) {
      this.#markDropped(nursed.key, nursed.time);
      this.#counters.keys -= 1;
      return true;
    }
    for (const [key, state] of this.states) {
      if (this.#unsettled.has(state)) continue;
      this.#learning?.left(key, state.line, state.line.size);
      this.#markDropped(key, state.line.times[0] ?? 0, state.line.times.at(-1));
      this.states.delete(key);
      this.#counters.keys -= 1;
      return true;
    }
    return false;
  }

  #markDropped(key: string, from: number, last = from): void {
    const to = last + this.plan.spanMs;
    const at = { from, to, count: 1 };
    this.#marks.limit('keys_dropped', this.plan.rule, provinceOf(key), at);
  }

  /** Takes a match of a member in; `apart`: it is older than all its key still holds. */
  take(key: string, entry: Entry, reached: number): 'taken' | 'apart' {
    let state = this.states.get(key);
    if (state === undefined) {
      if (this.#nursery !== undefined) {
        this.nurse(key, entry, reached);
        return 'taken';
      }
      state = this.stateOf(key, entry.time, reached);
      if (state === undefined) return 'taken';
    }
    if (entry.time <= state.horizon) return 'apart';
    this.#takeIn(state, entry);
    return 'taken';
  }

  #takeIn(state: KeyState, entry: Entry): void {
    this.#learning?.seen(state.key, entry.time);
    if (state.line.size >= this.#limits.matchesPerKeyMax) this.#shed(state);
    if (put(state, entry)) {
      this.#unsettled.add(state);
      if (this.plan.type === 'absence') this.#wait(state, entry.time);
    } else this.#counters.repeats += 1;
  }

  /** Takes a match in of a key that has too few for any window. */
  nurse(key: string, entry: Entry, reached: number): void {
    const nursery = this.#nursery as Nursery;
    if (this.#counters.keys >= this.#limits.keysMax && !nursery.has(key) && !this.#dropOldest())
      return;
    const nursing = nursery.add(key, entry);
    if (nursing.kind === 'repeat') this.#counters.repeats += 1;
    else if (nursing.kind === 'grown') {
      const state = newKeyState(key);
      this.#counters.keys -= 1;
      this.adopt(state, nursing.entries[0]?.time ?? entry.time, reached);
      for (const one of nursing.entries) this.#takeIn(state, one);
    } else if (nursing.fresh) {
      this.#counters.keys += 1;
      file(this.#leaving, this.#stretchOf(entry.time, reached), key);
    }
  }

  /** The matches of keys that have too few for any window. */
  nursed(): Nursed | undefined {
    return this.#nursery?.save();
  }

  /** Takes a match of the base of a ratio, or of what an absence waits for, in. */
  takeAgainst(key: string, { id, time }: Event, reached: number): void {
    const state = this.stateOf(key, time, reached);
    if (state === undefined || time <= state.horizon) return;
    this.#learning?.seen(key, time);
    const { against } = state;
    if (against !== undefined && against.size >= this.#limits.basePerKeyMax) {
      against.settle();
      const out = Math.ceil(against.size * SHED_SHARE);
      const from = against.oldest ?? time;
      against.drop(out);
      this.#counters.matches_dropped += out;
      this.#markShed(key, from, against.oldest ?? time, out);
    }
    if (putAgainst(state, this.plan, time, id)) this.#unsettled.add(state);
    else this.#counters.repeats += 1;
  }

  #shed(state: KeyState): void {
    const { times } = state.line;
    const before = state.line.size;
    if (state.seen < before || state.late.length > 0) return;
    const horizon = times[Math.floor(before * SHED_SHARE)] as number;
    const from = times[0] as number;
    prune(state, this.plan, horizon, this.#learning);
    this.#counters.matches_dropped += before - state.line.size;
    this.#markShed(state.key, from, horizon, before - state.line.size);
  }

  #markShed(key: string, from: number, to: number, count: number): void {
    const at = { from, to: to + this.plan.spanMs, count };
    this.#marks.limit('matches_dropped', this.plan.rule, provinceOf(key), at);
  }

  /**
   * Takes the changed results of a member correlation in. Results that stand as they were are left
   * alone: what their windows held may have left already.
   */
  takeFeed(state: KeyState, feed: Feed, entries: readonly Entry[], member: number): void {
    const { line } = state;
    const name = (time: number, event: string, ident: string) => `${time} ${event} ${ident}`;
    const coming = new Set(entries.map(({ time, event, ident }) => name(time, event, ident)));
    for (const { from, to, idents } of feed.out) {
      const gone = new Set(idents);
      takeOut(state, this.plan.spanMs, from, to, (i) => {
        if ((line.members?.[i] ?? 0) !== member || !gone.has(line.ident(i))) return false;
        return !coming.has(name(line.times[i] as number, line.events[i] as string, line.ident(i)));
      });
    }
    for (const entry of entries) put(state, entry);
    this.#unsettled.add(state);
  }

  /**
   * Evaluates what came and says what it did to alerts, and to the correlations that read this one.
   */
  settle(reached: number): Outcome {
    const changes: AlertChange[] = [];
    const feeds: Feed[] = [];
    for (const state of this.#unsettled) {
      if (this.states.get(state.key) !== state) continue;
      if (state.touches.length > 0 || state.late.length > 0) this.#markLate(state);
      const settled = new Evaluation(this.plan, state, reached, this.#learning).settle();
      if (!this.plan.silent) this.#tell(state, settled, reached, changes);
      if (!this.plan.feeds) continue;
      const feed = this.#feedOf(state, settled);
      if (feed.results.length > 0 || feed.out.length > 0) feeds.push(feed);
    }
    this.#unsettled.clear();
    return { changes, feeds };
  }

  #markLate({ key, touches, late }: KeyState): void {
    this.#counters.reevaluated += 1;
    let [from, to] = [Infinity, -Infinity];
    for (const list of [touches, late])
      for (const { time } of list) [from, to] = [Math.min(from, time), Math.max(to, time)];
    this.#marks.late(this.plan.rule, provinceOf(key), from, to + this.plan.spanMs);
  }

  /** How far the window of a key that ends at `at`, or at its last match, is from its threshold. */
  standing(key: string, reached: number, at?: number): WindowStanding | undefined {
    const state = this.states.get(key);
    const nursed = state === undefined ? (this.#nursery?.entriesOf(key) ?? []) : [];
    const line = state?.line ?? new Timeline();
    for (const entry of nursed) line.place(entry);
    const end = at ?? line.times.at(-1);
    if (end === undefined) return undefined;
    state?.against?.settle();
    const facts = { key, line, against: state?.against, reached, learning: this.#learning };
    return standingOf(this.plan, facts, end);
  }

  /** Keys held, no more than `limit`. */
  *keys(limit: number): Generator<string> {
    let left = limit;
    for (const keys of [this.states.keys(), this.#nursery?.keys() ?? []])
      for (const key of keys) {
        if (left <= 0) return;
        left -= 1;
        yield key;
      }
  }

  #tell(state: KeyState, settled: Settled, reached: number, changes: AlertChange[]): void {
    const alert = (episode: Episode, alertState: AlertState): Alert => {
      const late = reached - episode.last > this.#limits.lateToleranceMs;
      return alertOf(this.plan, state, episode, alertState, late);
    };
    const inForce: AlertState = { kind: 'in_force' };
    for (const episode of settled.raised)
      changes.push({ kind: 'raised', alert: alert(episode, inForce) });
    this.#counters.alerts_raised += settled.raised.length;
    for (const episode of settled.changed)
      changes.push({ kind: 'changed', alert: alert(episode, inForce) });
    for (const { episode, cause } of settled.gone) {
      const begin = episode.satisfied - this.plan.spanMs;
      const heir = state.episodes.find(
        (other) => other.last > begin && other.satisfied - this.plan.spanMs < episode.last,
      );
      const kind = heir === undefined ? 'withdrawn' : 'superseded';
      changes.push({ kind, alert: alert(episode, { kind, by: heir?.id ?? cause }) });
    }
  }

  #feedOf(state: KeyState, settled: Settled): Feed {
    const results: Result[] = [];
    for (const { from, to } of settled.stretches) this.#results(state, from, to, results);
    const tail = state.line.times[settled.tail];
    // A stretch may reach over the tail: a result that is given twice is taken once.
    if (tail !== undefined) this.#results(state, tail, Infinity, results);
    return { key: state.key, out: settled.stretches, results };
  }

  #results(state: KeyState, from: number, to: number, results: Result[]): void {
    const { line } = state;
    const end = line.after(to);
    let last = -Infinity;
    for (let i = line.from(from); i < end; i += 1) {
      const time = line.times[i] as number;
      if (!line.holdsAt(i) || time === last) continue;
      last = time;
      const episode = state.episodes.find((e) => e.satisfied <= time && time <= e.last);
      if (episode === undefined) continue;
      const event = line.events[i] as string;
      results.push({ time, event, ident: episode.id, commune: line.communes?.[i] });
    }
  }
}
