import { alertId } from '#libs/model';

import {
  absorb,
  insertInto,
  newEpisode,
  resummarize,
  type Content,
  type Episode,
} from './episode.ts';
import { extendEvidence } from './evidence.ts';
import { canonicalKey } from './group-key.ts';
import type { Learning } from './learning.ts';
import { mergeLate, refill, type KeyState, type Touch } from './key-state.ts';
import { newMeter, type Meter } from './meter.ts';
import type { Plan } from './plan.ts';
import { HELD, NOT_HELD, RISEN, UNSET, type Verdict } from './timeline.ts';

/** What settling did to the episodes of a key. */
export interface Settled {
  readonly raised: readonly Episode[];
  readonly changed: readonly Episode[];
  /** Episodes that are no more, each with the event that moved it. */
  readonly gone: readonly { readonly episode: Episode; readonly cause: string }[];
  /** Stretches of time (ends included) that were built again, with the ids their episodes had. */
  readonly stretches: readonly {
    readonly from: number;
    readonly to: number;
    readonly idents: readonly string[];
  }[];
  /** Entries from here on were evaluated for the first time. */
  readonly tail: number;
}

/** What building episodes again leaves to tell. */
interface Rebuilding {
  readonly before: ReadonlySet<string>;
  readonly rebuilt: Set<Episode>;
  readonly gone: { episode: Episode; cause: string }[];
  readonly stretches: { from: number; to: number; idents: readonly string[] }[];
}

const NONE: readonly Episode[] = [];

/** Evaluates what came since the last time and brings the episodes up to date. */
export class Evaluation {
  readonly #plan: Plan;
  readonly #state: KeyState;
  readonly #reached: number;
  #now: Episode[] = [];
  /** How many episodes there were; only a rebuild changes any of them for another. */
  readonly #count: number;
  #again: Rebuilding | undefined;
  #cause = '';

  readonly #learning: Learning | undefined;

  /** `reached`: receipt time reached, which tells an absence from a wait. */
  constructor(plan: Plan, state: KeyState, reached: number, learning?: Learning) {
    this.#learning = learning;
    this.#plan = plan;
    this.#state = state;
    this.#reached = reached;
    this.#count = state.episodes.length;
  }

  settle(): Settled {
    const state = this.#state;
    mergeLate(state, this.#plan.spanMs);
    state.against?.settle();
    if (state.touches.length > 0) this.#touched();
    const tail = state.seen;
    if (tail < state.line.size) this.#tail();
    return this.#settled(tail);
  }

  #settled(tail: number): Settled {
    const { episodes } = this.#state;
    const again = this.#again;
    if (again === undefined) {
      const raised = episodes.length === this.#count ? NONE : episodes.slice(this.#count);
      const changed =
        raised.length === 0 ? this.#now : this.#now.filter((e) => !raised.includes(e));
      return { raised, changed, gone: [], stretches: [], tail };
    }
    const standing = new Set(episodes.map((episode) => episode.id));
    return {
      raised: this.#now.filter((episode) => !again.before.has(episode.id)),
      changed: this.#now.filter((episode) => again.before.has(episode.id)),
      gone: again.gone.filter(({ episode }) => !standing.has(episode.id)),
      stretches: again.stretches,
      tail,
    };
  }

  #moved(episode: Episode): void {
    if (!this.#now.includes(episode)) this.#now.push(episode);
  }

  #touched(): void {
    const { spanMs, type } = this.#plan;
    const { touches: all } = this.#state;
    this.#state.touches = [];
    const spans = all.map((touch) => {
      if (type !== 'absence') return { from: touch.time, to: touch.time + spanMs, touch };
      const from = touch.kind === 'against' ? touch.time - spanMs : touch.time;
      return { from, to: touch.time + 1, touch };
    });
    spans.sort((a, b) => a.from - b.from);
    let from = Infinity;
    let to = -Infinity;
    let touches: Touch[] = [];
    for (const span of spans) {
      if (touches.length > 0 && span.from > to) {
        this.#lookAgain(from, to, touches);
        touches = [];
        to = -Infinity;
      }
      if (touches.length === 0) from = span.from;
      to = Math.max(to, span.to);
      touches.push(span.touch);
    }
    this.#lookAgain(from, to, touches);
  }

  /** Evaluates the times in `[from, to)` again. */
  #lookAgain(from: number, to: number, touches: readonly Touch[]): void {
    const { line, seen } = this.#state;
    const start = Math.min(seen, line.from(from));
    const end = Math.min(seen, line.from(to));
    this.#cause = touches[0]?.event ?? '';
    let changed = this.#plan.feeds || touches.some((touch) => touch.kind === 'forced');
    if (!changed && this.#stands(start, end, touches)) changed = false;
    else if (start < end) changed = this.#slideFresh(start, end) || changed;
    else if (end === seen) this.#refill();
    const inner: { episode: Episode; commune: string | undefined }[] = [];
    for (const touch of touches) {
      if (changed) break;
      if (touch.kind !== 'entry') continue;
      const place = this.#placeOf(touch.time);
      if (place === 'moves') changed = true;
      else if (place !== 'apart') inner.push({ episode: place, commune: touch.commune });
    }
    if (changed) {
      this.#rebuild(from, to, touches);
      return;
    }
    for (const { episode, commune } of inner) {
      // One that was built again before has counted all that came already.
      if (this.#again?.rebuilt.has(episode) !== true) insertInto(episode, commune);
      this.#moved(episode);
    }
  }

  /**
   * True when more matches can only make the condition truer and it holds at all the times there
   * were: then only the new times need a look, however wide the window.
   */
  #stands(start: number, end: number, touches: readonly Touch[]): boolean {
    const { line, meter, seen } = this.#state;
    const { least } = this.#plan;
    if (least === undefined || line.flags === undefined) return false;
    if (line.flags.subarray(start, end).includes(NOT_HELD)) return false;
    const left = (line.times[seen - 1] as number) - this.#plan.spanMs;
    for (const { kind, time, event } of touches) {
      if (kind !== 'entry') return false;
      const from = line.from(time);
      const to = line.after(time);
      line.flags.fill(this.#reaches(least, to, time) ? HELD : NOT_HELD, from, to);
      if (time > left) meter?.add(line, line.events.indexOf(event, from));
    }
    return true;
  }

  /** Whether the window ending at `time`, before entry `to`, measures `least` or more. */
  #reaches(least: number, to: number, time: number): boolean {
    const { line } = this.#state;
    const from = line.after(time - this.#plan.spanMs);
    if (this.#plan.type !== 'value_count') return to - from >= least;
    const values = new Set<unknown>();
    for (let i = to - 1; i >= from && values.size < least; i -= 1) values.add(line.values?.[i]);
    return values.size >= least;
  }

  /** The last times were taken out: the window ends earlier now. */
  #refill(): void {
    const state = this.#state;
    const last = state.line.times[state.seen - 1];
    state.low = last === undefined ? 0 : state.line.after(last - this.#plan.spanMs);
    state.meter = refill(state, this.#plan);
  }

  /** What a new match at `time` means for episodes whose other satisfying times stand. */
  #placeOf(time: number): Episode | 'apart' | 'moves' {
    const { line, episodes } = this.#state;
    if (this.#plan.content.counts !== 'each') return 'moves';
    const holds = line.holdsAt(line.from(time));
    for (const episode of episodes) {
      if (time > episode.last || time <= episode.satisfied - this.#plan.spanMs) continue;
      return time < episode.first || (holds && time < episode.satisfied) ? 'moves' : episode;
    }
    return holds ? 'moves' : 'apart';
  }

  /**
   * Evaluates entries `[start, end)` with a window made anew; true when a time that was evaluated
   * before changed.
   */
  #slideFresh(start: number, end: number): boolean {
    const { line } = this.#state;
    const meter = newMeter(this.#plan);
    const low = line.after((line.times[start] as number) - this.#plan.spanMs);
    for (let i = low; i < start; i += 1) meter.add(line, i);
    let changed = false;
    const last = this.#slide(meter, low, start, end, (from, to, verdict) => {
      for (let i = from; i < to && !changed; i += 1) {
        const flag = line.flags?.[i] ?? NOT_HELD;
        changed = flag !== UNSET && flag !== verdict;
      }
      line.flag(from, to, verdict);
    });
    if (end === this.#state.seen) {
      this.#state.meter = meter;
      this.#state.low = last;
    }
    return changed;
  }

  /** Moves the window over the times of `[start, end)`; returns its first entry at the end. */
  #slide(
    meter: Meter,
    low: number,
    start: number,
    end: number,
    each: (from: number, to: number, verdict: Verdict, low: number) => void,
  ): number {
    const { line } = this.#state;
    const { times } = line;
    const { spanMs } = this.#plan;
    let first = low;
    for (let i = start; i < end;) {
      const time = times[i] as number;
      let j = i;
      for (; j < end && times[j] === time; j += 1) meter.add(line, j);
      for (; (times[first] as number) <= time - spanMs; first += 1) meter.remove(line, first);
      each(i, j, this.#judge(meter, j - first, time), first);
      i = j;
    }
    return first;
  }

  #judge(meter: Meter, inWindow: number, time: number): Verdict {
    const { type, spanMs, ratio, rise } = this.#plan;
    const { against, key, line } = this.#state;
    if (type === 'absence') {
      if (time + spanMs >= this.#reached) return NOT_HELD;
      return against?.someIn(time, time + spanMs) === true ? NOT_HELD : HELD;
    }
    const learning = this.#learning;
    if (type === 'new_value') return learning?.isNew(key, time) === true ? HELD : NOT_HELD;
    if (!meter.holds(inWindow, time)) return NOT_HELD;
    if (learning?.isAbove(key, meter.measure(inWindow), time, line) === false) return NOT_HELD;
    if (ratio === undefined) return HELD;
    const of = against?.count(time - spanMs, time) ?? 0;
    const share = meter.measure(inWindow) / of;
    if (of === 0 || share < ratio.gte || share <= ratio.gt) return NOT_HELD;
    return rise !== undefined && share >= rise.ratioGte ? RISEN : HELD;
  }

  #tail(): void {
    const state = this.#state;
    const { line, episodes } = state;
    const { spanMs, content } = this.#plan;
    const { counts } = content;
    const held = counts === 'held';
    state.meter ??= newMeter(this.#plan);
    let absorbed = -1;
    state.low = this.#slide(
      state.meter,
      state.low,
      state.seen,
      line.size,
      (from, to, verdict, low) => {
        line.flag(from, to, verdict);
        if (verdict === NOT_HELD) return;
        const time = line.times[from] as number;
        let episode = episodes.at(-1);
        if (episode === undefined || time - episode.last >= spanMs) {
          absorbed = held ? from : low;
          episode = this.#start(line.times[absorbed] as number, time);
          episodes.push(episode);
        } else if (absorbed < 0) absorbed = line.after(episode.last);
        absorb(episode, line, absorbed, to, counts);
        extendEvidence(episode, line, absorbed, to);
        absorbed = to;
        episode.last = time;
        if (counts === 'distinct') episode.stale = true;
        this.#moved(episode);
      },
    );
    state.seen = line.size;
  }

  #start(first: number, satisfied: number): Episode {
    const id = alertId(this.#plan.rule, canonicalKey(this.#state.key), first);
    return newEpisode(id, first, satisfied, this.#plan.extras.length);
  }

  /** Makes the episodes that touch `[from, to]` again from the flags. */
  #rebuild(from: number, to: number, touches: readonly Touch[]): void {
    const state = this.#state;
    const { line } = state;
    const { spanMs, content } = this.#plan;
    const near = (e: Episode) => e.last > from - spanMs && e.satisfied < to + spanMs;
    const old = state.episodes.filter(near);
    const begin = Math.min(from, old[0]?.satisfied ?? from);
    const finish = Math.max(to, old.at(-1)?.last ?? to);
    const now = this.#runs(begin, finish, old[0]);
    this.#again ??= {
      before: new Set(state.episodes.map((episode) => episode.id)),
      rebuilt: new Set(),
      gone: [],
      stretches: [],
    };
    for (const [i, episode] of now.entries()) {
      resummarize(episode, line, content);
      const same = old.find((e) => e.id === episode.id);
      if (same !== undefined && isUntouched(same, episode, content, touches)) now[i] = same;
      else {
        this.#again.rebuilt.add(episode);
        this.#moved(episode);
      }
    }
    this.#now = this.#now.filter((episode) => !old.includes(episode) || now.includes(episode));
    for (const episode of old) {
      if (this.#again.before.has(episode.id) && !now.includes(episode))
        this.#again.gone.push({ episode, cause: this.#cause });
    }
    // Results of times that have left the timeline stand as they were told.
    const told = Math.max(begin, line.times[0] ?? begin);
    this.#again.stretches.push({ from: told, to: finish, idents: old.map((e) => e.id) });
    const rest = state.episodes.filter((e) => !old.includes(e));
    state.episodes = [...rest, ...now].toSorted((a, b) => a.satisfied - b.satisfied);
  }

  /**
   * The runs of satisfying times in `[begin, finish]`; the first goes on from what left the
   * timeline of `carried`.
   */
  #runs(begin: number, finish: number, carried: Episode | undefined): Episode[] {
    const { line, seen } = this.#state;
    const { spanMs, content } = this.#plan;
    const runs: Episode[] = [];
    if (carried?.prefix !== undefined)
      runs.push({ ...carried, last: Math.max(carried.satisfied, carried.prefix.last) });
    const end = Math.min(seen, line.after(finish));
    for (let i = line.from(begin); i < end; i += 1) {
      if (!line.holdsAt(i)) continue;
      const time = line.times[i] as number;
      const run = runs.at(-1);
      if (run !== undefined && time - run.last < spanMs) run.last = time;
      else runs.push(this.#start(line.times[line.after(time - content.reachMs)] as number, time));
    }
    return runs;
  }
}

/** Whether an episode that was built again is what it was. */
function isUntouched(
  before: Episode,
  now: Episode,
  { reachMs }: Content,
  touches: readonly Touch[],
): boolean {
  if (before.last !== now.last || before.count !== now.count) return false;
  if (before.satisfied !== now.satisfied) return false;
  const begin = before.satisfied - reachMs;
  return !touches.some(({ time }) => time > begin && time <= before.last);
}
