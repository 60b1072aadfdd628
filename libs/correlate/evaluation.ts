import { alertId } from '#libs/model';

import { absorb, insertInto, newEpisode, resummarize, type Episode } from './episode.ts';
import { canonicalKey } from './group-key.ts';
import { refill, type KeyState, type Touch } from './key-state.ts';
import { newMeter, type Meter } from './meter.ts';
import type { Plan } from './plan.ts';
import { UNSET } from './timeline.ts';

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

/** Evaluates what came since the last time and brings the episodes up to date. */
export class Evaluation {
  readonly #plan: Plan;
  readonly #state: KeyState;
  readonly #reached: number;
  readonly #now = new Set<Episode>();
  readonly #gone: { episode: Episode; cause: string }[] = [];
  readonly #stretches: { from: number; to: number; idents: string[] }[] = [];
  readonly #before: ReadonlySet<string>;
  #cause = '';

  /** `reached`: receipt time reached, which tells an absence from a wait. */
  constructor(plan: Plan, state: KeyState, reached: number) {
    this.#plan = plan;
    this.#state = state;
    this.#reached = reached;
    this.#before = new Set(state.episodes.map((episode) => episode.id));
  }

  settle(): Settled {
    const state = this.#state;
    if (state.touches.length > 0) this.#touched();
    const tail = state.seen;
    if (tail < state.line.size) this.#tail();
    const standing = new Set(state.episodes.map((episode) => episode.id));
    return {
      raised: [...this.#now].filter((episode) => !this.#before.has(episode.id)),
      changed: [...this.#now].filter((episode) => this.#before.has(episode.id)),
      gone: this.#gone.filter(({ episode }) => !standing.has(episode.id)),
      stretches: this.#stretches,
      tail,
    };
  }

  #touched(): void {
    const { spanMs, type } = this.#plan;
    const spans = this.#state.touches.map((touch) => {
      if (type !== 'absence') return { from: touch.time, to: touch.time + spanMs, touch };
      const from = touch.kind === 'against' ? touch.time - spanMs : touch.time;
      return { from, to: touch.time + 1, touch };
    });
    this.#state.touches = [];
    spans.sort((a, b) => a.from - b.from);
    let from = Infinity;
    let to = -Infinity;
    let touches: Touch[] = [];
    for (const span of spans) {
      if (touches.length > 0 && span.from > to) {
        this.#again(from, to, touches);
        touches = [];
        to = -Infinity;
      }
      if (touches.length === 0) from = span.from;
      to = Math.max(to, span.to);
      touches.push(span.touch);
    }
    this.#again(from, to, touches);
  }

  /** Evaluates the times in `[from, to)` again. */
  #again(from: number, to: number, touches: readonly Touch[]): void {
    const { line, seen } = this.#state;
    const start = Math.min(seen, line.from(from));
    const end = Math.min(seen, line.from(to));
    this.#cause = touches[0]?.event ?? '';
    let changed = this.#plan.feeds || touches.some((touch) => touch.kind === 'forced');
    if (start < end) changed = this.#slideFresh(start, end) || changed;
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
      this.#rebuild(from, to);
      return;
    }
    for (const { episode, commune } of inner) {
      insertInto(episode, commune);
      this.#now.add(episode);
    }
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
    if (this.#plan.distinct) return 'moves';
    const holds = line.flags?.[line.from(time)] === 1;
    for (const episode of episodes) {
      if (time > episode.last || time <= episode.satisfied - this.#plan.spanMs) continue;
      return time < episode.first || (holds && time < episode.satisfied) ? 'moves' : episode;
    }
    return holds ? 'moves' : 'apart';
  }

  /** Evaluates entries `[start, end)` with a window made anew; true when a time that was evaluated before changed. */
  #slideFresh(start: number, end: number): boolean {
    const { line } = this.#state;
    const meter = newMeter(this.#plan);
    const low = line.after((line.times[start] as number) - this.#plan.spanMs);
    for (let i = low; i < start; i += 1) meter.add(line, i);
    let changed = false;
    const last = this.#slide(meter, low, start, end, (from, to, holds) => {
      for (let i = from; i < to && !changed; i += 1) {
        const flag = line.flags?.[i] ?? 0;
        changed = flag !== UNSET && flag !== (holds ? 1 : 0);
      }
      line.flag(from, to, holds);
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
    each: (from: number, to: number, holds: boolean, low: number) => void,
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
      each(i, j, this.#holds(meter, j - first, time), first);
      i = j;
    }
    return first;
  }

  #holds(meter: Meter, inWindow: number, time: number): boolean {
    const { type, spanMs, ratio } = this.#plan;
    const { against } = this.#state;
    if (type === 'absence') {
      if (time + spanMs >= this.#reached) return false;
      return against === undefined || against.from(time) === against.after(time + spanMs);
    }
    if (!meter.holds(inWindow, time)) return false;
    if (ratio === undefined) return true;
    const of = against === undefined ? 0 : against.after(time) - against.after(time - spanMs);
    const share = meter.measure(inWindow) / of;
    return of > 0 && share >= ratio.gte && share > ratio.gt;
  }

  #tail(): void {
    const state = this.#state;
    const { line, episodes } = state;
    const { spanMs } = this.#plan;
    state.meter ??= newMeter(this.#plan);
    let absorbed = -1;
    state.low = this.#slide(
      state.meter,
      state.low,
      state.seen,
      line.size,
      (from, to, holds, low) => {
        line.flag(from, to, holds);
        if (!holds) return;
        const time = line.times[from] as number;
        let episode = episodes.at(-1);
        if (episode === undefined || time - episode.last >= spanMs) {
          episode = this.#start(line.times[low] as number, time);
          episodes.push(episode);
          absorbed = low;
        } else if (absorbed < 0) absorbed = line.after(episode.last);
        absorb(episode, line, absorbed, to);
        absorbed = to;
        episode.last = time;
        if (this.#plan.distinct) episode.stale = true;
        this.#now.add(episode);
      },
    );
    state.seen = line.size;
  }

  #start(first: number, satisfied: number): Episode {
    const id = alertId(this.#plan.rule, canonicalKey(this.#state.key), first);
    return newEpisode(id, first, satisfied, this.#plan.extras.length);
  }

  /** Makes the episodes that touch `[from, to]` again from the flags. */
  #rebuild(from: number, to: number): void {
    const state = this.#state;
    const { line } = state;
    const { spanMs, distinct } = this.#plan;
    const near = (e: Episode) => e.last > from - spanMs && e.satisfied < to + spanMs;
    const old = state.episodes.filter(near);
    const begin = Math.min(from, old[0]?.satisfied ?? from);
    const finish = Math.max(to, old.at(-1)?.last ?? to);
    const now: Episode[] = [];
    const carried = old[0]?.prefix === undefined ? undefined : old[0];
    if (carried !== undefined)
      now.push({
        ...carried,
        last: Math.max(carried.satisfied, carried.prefix?.last ?? -Infinity),
      });
    const end = Math.min(state.seen, line.after(finish));
    for (let i = line.from(begin); i < end; i += 1) {
      if (line.flags?.[i] !== 1) continue;
      const time = line.times[i] as number;
      const run = now.at(-1);
      if (run !== undefined && time - run.last < spanMs) run.last = time;
      else now.push(this.#start(line.times[line.after(time - spanMs)] as number, time));
    }
    for (const episode of now) {
      resummarize(episode, line, spanMs, distinct);
      this.#now.add(episode);
    }
    for (const episode of old) {
      this.#now.delete(episode);
      if (this.#before.has(episode.id)) this.#gone.push({ episode, cause: this.#cause });
    }
    this.#stretches.push({ from: begin, to: finish, idents: old.map((e) => e.id) });
    const rest = state.episodes.filter((e) => !old.includes(e));
    state.episodes = [...rest, ...now].toSorted((a, b) => a.satisfied - b.satisfied);
  }
}
