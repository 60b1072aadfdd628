import { sha256, type AlertChange, type Event } from '#libs/model';

import { changesOf } from './alert-of.ts';
import { chunkOf, putAway, ready, takeBack } from './cold/put-away.ts';
import type { Chunk } from './cold/shelf.ts';
import { Evaluation } from './evaluation.ts';
import { newKeyState, prune, put, putAgainst, touch, type KeyState } from './key-state.ts';
import { feedOf, takeResults, type Feed, type Told } from './feed.ts';
import type { CorrelateCounters, CorrelateLimits } from './limits.ts';
import { Learning, type SavedLearning } from './learning.ts';
import { Marks, provinceOf } from './marks.ts';
import { Nursery, type Nursed } from './nursery.ts';
import { fingerprint, type Plan } from './plan.ts';
import { standingOf, type WindowStanding } from './standing.ts';
import { Timeline, type Entry } from './timeline.ts';

/** Takes what a key puts away. */
export type Collect = (key: string, chunk: Chunk) => void;

export interface Outcome {
  readonly changes: readonly AlertChange[];
  readonly feeds: readonly Feed[];
}

/** Keys are looked at again for matches to drop this often, in receipt time. */
export const EXPIRE_STEP_MS = 600_000;

/** Characters of the name under which a rule puts matches away. */
const ID_CHARS = 24;

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
  /** Provinces whose keys have machines of their own. */
  elsewhere: ReadonlySet<string> | undefined;
  readonly states = new Map<string, KeyState>();
  /** Names what this rule puts away. */
  readonly id: string;
  /** What came up to this time is put away, unless it was taken back. */
  cold = -Infinity;
  /** Results of members up to this time are not taken any more. */
  #horizon = -Infinity;
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
    this.id = sha256(fingerprint(plan)).slice(0, ID_CHARS);
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

  /** Receipt time came to `reached`: what no late match can touch any more stands as it is. */
  close(reached: number): void {
    const { spanMs, lagMs = 0 } = this.plan;
    this.#horizon = reached - spanMs - lagMs - this.#limits.latenessMs;
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
    state.cold = this.cold;
    this.adopt(state, time, reached);
    return state;
  }

  /** Alerts of other rules are few: what counts them stays in memory. */
  get putsAway(): boolean {
    return !this.plan.chained;
  }

  /**
   * The time down to which matches of a key have to be taken back before one of `time` can be taken
   * in; undefined when all it can touch are here.
   */
  lacks(key: string, time: number, reached: number): number | undefined {
    const state = this.states.get(key);
    // What is here and still touched is not put away again.
    if (state !== undefined) state.takenBack = reached;
    const least = Math.max(time - this.plan.spanMs - 1, state?.horizon ?? -Infinity);
    return (state?.cold ?? this.cold) > least ? least : undefined;
  }

  /** Time up to which a key's matches are put away. */
  coldOf(key: string): number {
    return this.states.get(key)?.cold ?? this.cold;
  }

  /** Takes chunks of a key back, newest first, which reach down to `least`. */
  takeBack(key: string, chunks: readonly Chunk[], least: number, reached: number): void {
    let state = this.states.get(key);
    if (state === undefined && chunks.length === 0) return;
    const nursed = state === undefined ? (this.#nursery?.takeOut(key, Infinity) ?? []) : [];
    if (nursed.length > 0) this.#counters.keys -= 1;
    state ??= this.stateOf(key, chunks.at(-1)?.line.times[0] ?? least, reached);
    if (state === undefined) return;
    for (const chunk of chunks) {
      takeBack(state, chunk, this.#learning);
      this.#counters.taken_back += chunk.line.times.length;
    }
    state.cold = Math.min(state.cold, least);
    state.takenBack = reached;
    ready(state, this.plan);
    for (const entry of nursed) this.#takeIn(state, entry);
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
    const { latenessMs, coldMarginMs } = this.#limits;
    const { spanMs, lagMs = 0 } = this.plan;
    const due = oldest + spanMs + (this.putsAway ? coldMarginMs : lagMs + latenessMs);
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

  /**
   * What no late match can touch any more leaves; what left its window goes to `collect`, where
   * there is one. Everything must be settled.
   */
  expire(reached: number, collect?: Collect): void {
    const step = Math.floor(reached / EXPIRE_STEP_MS) * EXPIRE_STEP_MS;
    this.close(reached);
    // Whether a match of exactly one timespan ago stays alone is not known yet.
    const top = step - this.plan.spanMs - this.#limits.coldMarginMs - 1;
    for (const [stretch, states] of this.#expiring) {
      if (stretch * EXPIRE_STEP_MS > reached) continue;
      this.#expiring.delete(stretch);
      for (const state of states) this.#expire(state, reached, top, collect);
    }
    this.#learning?.sweep(reached);
    for (const [stretch, keys] of this.#leaving) {
      if (stretch * EXPIRE_STEP_MS > reached) continue;
      this.#leaving.delete(stretch);
      for (const key of keys) {
        if (this.#nursery?.has(key) !== true) continue;
        if (collect !== undefined) this.#putNursedAway(key, top, collect);
        const oldest = this.#nursery.prune(key, this.#horizon);
        if (oldest === undefined) this.#counters.keys -= 1;
        else file(this.#leaving, this.#stretchOf(oldest, reached), key);
      }
    }
    if (collect !== undefined) this.cold = Math.max(this.cold, top);
  }

  #putNursedAway(key: string, top: number, collect: Collect): void {
    const entries = this.#nursery?.takeOut(key, top) ?? [];
    if (entries.length === 0) return;
    this.#counters.put_away += entries.length;
    collect(key, chunkOf(entries, this.cold, top));
  }

  #expire(state: KeyState, reached: number, top: number, collect: Collect | undefined): void {
    if (this.states.get(state.key) !== state) return;
    prune(state, this.plan, this.#horizon, this.#learning);
    if (collect !== undefined && reached - state.takenBack >= this.#limits.coldRestMs) {
      const chunk = putAway(state, this.plan, top, this.#learning);
      if (chunk !== undefined) {
        this.#counters.put_away += chunk.line.times.length;
        collect(state.key, chunk);
      }
    }
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
      const oldest = Math.min(...nursing.entries.map(({ time }) => time));
      state.cold = Math.min(this.cold, oldest - 1);
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
   * Takes the changed results of a member correlation in, but for times that have left here: a
   * member that took matches back tells of all of them again.
   */
  takeFeed(key: string, told: Told, reached: number): void {
    const known = this.states.get(key);
    const horizon = Math.max(this.#horizon, known?.horizon ?? -Infinity);
    const fresh = told.entries.find(({ time }) => time > horizon);
    const state = known ?? (fresh && this.stateOf(key, fresh.time, reached));
    if (state === undefined) return;
    takeResults(state, this.plan.spanMs, told, horizon);
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
      if (!this.plan.silent) {
        const late = (last: number) => reached - last > this.#limits.lateToleranceMs;
        changes.push(...changesOf(this.plan, state, settled, late));
        this.#counters.alerts_raised += settled.raised.length;
      }
      if (!this.plan.feeds) continue;
      const feed = feedOf(state, settled);
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
}
