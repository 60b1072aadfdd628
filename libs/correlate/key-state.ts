import type { Entity } from '#libs/model';

import type { Episode } from './episode.ts';
import { foldPrefix } from './evidence.ts';
import type { Learning } from './learning.ts';
import { newMeter, type Meter } from './meter.ts';
import { Moments } from './moments.ts';
import type { Plan } from './plan.ts';
import { Timeline, type Entry } from './timeline.ts';

/** Everything one rule holds for one group key. */
export interface KeyState {
  readonly key: string;
  readonly line: Timeline;
  /** Matches of a ratio's base, or those an absence waits for. */
  against: Moments | undefined;
  /** Entries evaluated so far; later ones came in order and wait for `settle`. */
  seen: number;
  /** First entry of the window that ends at the last evaluated time. */
  low: number;
  meter: Meter | undefined;
  /** Earliest first. */
  episodes: Episode[];
  touches: Touch[];
  /** Matches for times already evaluated; `mergeLate` puts them in, all at once. */
  late: Entry[];
  /** What all alerts of the key say alike, once one did. */
  shown: Shown | undefined;
  /** Entries up to this time have left the timeline for good. */
  horizon: number;
  /** Entries up to this time are put away; all later ones are here. */
  cold: number;
  /** Receipt time at which they were last taken back. */
  takenBack: number;
}

export interface Shown {
  readonly province: string;
  readonly groupKey: string;
  readonly group: Readonly<Record<string, string>>;
  readonly entities: readonly Entity[];
}

/**
 * A change among times already evaluated; `entry`: a new entry of the timeline itself, not of
 * `against`.
 */
export interface Touch {
  readonly time: number;
  readonly event: string;
  readonly kind: 'entry' | 'against' | 'forced';
  readonly commune: string | undefined;
}

// Shared by all keys with nothing to do, of which there may be a million.
const NO_TOUCHES: Touch[] = [];
const NO_ENTRIES: Entry[] = [];

export function newKeyState(key: string): KeyState {
  return {
    key,
    line: new Timeline(),
    against: undefined,
    seen: 0,
    low: 0,
    meter: undefined,
    episodes: [],
    touches: NO_TOUCHES,
    late: NO_ENTRIES,
    shown: undefined,
    horizon: -Infinity,
    cold: -Infinity,
    takenBack: -Infinity,
  };
}

/** Puts a match in; false when it was there already. */
export function put(state: KeyState, entry: Entry): boolean {
  const { line } = state;
  const lastSeen = state.seen === 0 ? -Infinity : (line.times[state.seen - 1] as number);
  if (entry.time > lastSeen) return !line.place(entry).repeat;
  if (line.find(entry) >= 0) return false;
  if (state.late.length === 0) state.late = [entry];
  else state.late.push(entry);
  return true;
}

/** Puts the late matches into the timeline; their times are evaluated at the next chance. */
export function mergeLate(state: KeyState, spanMs: number): void {
  if (state.late.length === 0) return;
  const { line } = state;
  const late = state.late.toSorted(inOrder);
  state.late = NO_ENTRIES;
  const entries = late.filter((entry, i) => i === 0 || inOrder(late[i - 1] as Entry, entry) < 0);
  const left = (line.times[state.seen - 1] as number) - spanMs;
  line.merge(entries);
  state.seen += entries.length;
  for (const { time, event, commune } of entries) {
    if (time <= left) state.low += 1;
    touch(state, { time, event, kind: 'entry', commune });
  }
}

/** Marks a time to be evaluated again. */
export function touch(state: KeyState, at: Touch): void {
  if (state.touches.length === 0) state.touches = [at];
  else state.touches.push(at);
}

function inOrder(a: Entry, b: Entry): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.event !== b.event) return a.event < b.event ? -1 : 1;
  if (a.ident !== b.ident) return a.ident < b.ident ? -1 : 1;
  return a.member - b.member;
}

/** Puts a match of the base or of what is awaited in; false when it was there already. */
export function putAgainst(state: KeyState, plan: Plan, time: number, event: string): boolean {
  state.against ??= new Moments();
  if (!state.against.add(time, event)) return false;
  const { line, seen } = state;
  const first = line.from(plan.type === 'absence' ? time - plan.spanMs : time);
  const next = first < seen ? (line.times[first] as number) : Infinity;
  const end = plan.type === 'absence' ? time + 1 : time + plan.spanMs;
  if (next < end) touch(state, { time, event, kind: 'against', commune: undefined });
  return true;
}

/** Takes out the entries in `[from, to]` that `drop` names; their times are evaluated again. */
export function takeOut(
  state: KeyState,
  spanMs: number,
  from: number,
  to: number,
  drop: (i: number) => boolean,
): void {
  const { line } = state;
  mergeLate(state, spanMs);
  const end = line.after(to);
  for (let i = end - 1; i >= line.from(from); i -= 1) {
    if (!drop(i)) continue;
    const time = line.times[i] as number;
    const event = line.events[i] as string;
    touch(state, { time, event, kind: 'forced', commune: undefined });
    line.remove(i, 1);
    if (i < state.seen) state.seen -= 1;
    if (i < state.low) state.low -= 1;
  }
}

/**
 * Drops entries up to `horizon`; episodes keep what they need of them. Everything must be settled.
 */
export function prune(
  state: KeyState,
  plan: Plan,
  horizon: number,
  learning: Learning | undefined,
): void {
  const { line } = state;
  const gone = line.after(horizon);
  const standing = state.episodes.filter((episode) => episode.last > horizon);
  const over = standing.length < state.episodes.length;
  state.episodes = standing;
  for (const episode of state.episodes) {
    episode.refs = undefined;
    foldPrefix(episode, line, plan, gone);
  }
  state.against?.settle();
  const moments = state.against?.after(horizon) ?? 0;
  state.against?.drop(moments);
  if (over || gone > 0 || moments > 0) state.horizon = Math.max(state.horizon, horizon);
  if (gone === 0) return;
  learning?.left(state.key, line, gone);
  line.remove(0, gone);
  state.seen -= gone;
  state.low -= gone;
  if (state.low >= 0) return;
  state.low = 0;
  state.meter = refill(state, plan);
}

/** The window that ends at the last evaluated time, made anew. */
export function refill(state: KeyState, plan: Plan): Meter {
  const meter = newMeter(plan);
  for (let i = state.low; i < state.seen; i += 1) meter.add(state.line, i);
  return meter;
}
