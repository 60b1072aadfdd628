import { foldPrefix, type Episode } from './episode.ts';
import { newMeter, type Meter } from './meter.ts';
import type { Plan } from './plan.ts';
import { Timeline, UNSET, type Entry } from './timeline.ts';

/** Everything one rule holds for one group key. */
export interface KeyState {
  readonly key: string;
  readonly line: Timeline;
  /** Matches of a ratio's base, or those an absence waits for. */
  against: Timeline | undefined;
  /** Entries evaluated so far; later ones came in order and wait for `settle`. */
  seen: number;
  /** First entry of the window that ends at the last evaluated time. */
  low: number;
  meter: Meter | undefined;
  /** Earliest first. */
  episodes: Episode[];
  touches: Touch[];
  /** Entries up to this time have left the timeline. */
  horizon: number;
}

/** A change among times already evaluated; `entry`: a new entry of the timeline itself, not of `against`. */
export interface Touch {
  readonly time: number;
  readonly event: string;
  readonly kind: 'entry' | 'against' | 'forced';
  readonly commune: string | undefined;
}

export function newKeyState(key: string): KeyState {
  return {
    key,
    line: new Timeline(),
    against: undefined,
    seen: 0,
    low: 0,
    meter: undefined,
    episodes: [],
    touches: [],
    horizon: -Infinity,
  };
}

/** Puts a match in; false when it was there already. */
export function put(state: KeyState, plan: Plan, entry: Entry): boolean {
  const { line } = state;
  const lastSeen = state.seen === 0 ? -Infinity : (line.times[state.seen - 1] as number);
  const { at, repeat } = line.place(entry);
  if (repeat) return false;
  if (entry.time > lastSeen) return true;
  if (at < state.seen || entry.time === lastSeen) {
    state.seen += 1;
    if (line.flags !== undefined) line.flags[at] = UNSET;
    if (entry.time <= lastSeen - plan.spanMs) state.low += 1;
    const { time, event, commune } = entry;
    state.touches.push({ time, event, kind: 'entry', commune });
  }
  return true;
}

/** Puts a match of the base or of what is awaited in; false when it was there already. */
export function putAgainst(state: KeyState, entry: Entry): boolean {
  state.against ??= new Timeline();
  if (state.against.place(entry).repeat) return false;
  const { time, event, commune } = entry;
  if (state.seen > 0) state.touches.push({ time, event, kind: 'against', commune });
  return true;
}

/** Takes out the entries in `[from, to]` that `drop` names; their times are evaluated again. */
export function takeOut(
  state: KeyState,
  from: number,
  to: number,
  drop: (i: number) => boolean,
): void {
  const { line } = state;
  const end = line.after(to);
  for (let i = end - 1; i >= line.from(from); i -= 1) {
    if (!drop(i)) continue;
    const time = line.times[i] as number;
    state.touches.push({
      time,
      event: line.events[i] as string,
      kind: 'forced',
      commune: undefined,
    });
    line.remove(i, 1);
    if (i < state.seen) state.seen -= 1;
    if (i < state.low) state.low -= 1;
  }
}

/** Drops entries up to `horizon`; episodes keep what they need of them. Everything must be settled. */
export function prune(state: KeyState, plan: Plan, horizon: number): void {
  const { line } = state;
  const gone = line.after(horizon);
  state.episodes = state.episodes.filter((episode) => episode.last > horizon);
  for (const episode of state.episodes) {
    if (episode.satisfied - plan.spanMs < horizon)
      foldPrefix(episode, line, plan.spanMs, plan.distinct, gone);
  }
  state.against?.remove(0, state.against.after(horizon));
  state.horizon = Math.max(state.horizon, horizon);
  if (gone === 0) return;
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
