import { foldPrefix } from '../evidence.ts';
import { refill, type KeyState } from '../key-state.ts';
import type { Learning } from '../learning.ts';
import { Moments } from '../moments.ts';
import type { Plan } from '../plan.ts';
import { Timeline, type Entry } from '../timeline.ts';
import type { Chunk } from './shelf.ts';

/**
 * Takes what a key holds up to `horizon` out of memory; its episodes keep what they say of it.
 * Undefined when there is nothing. Everything must be settled.
 */
export function putAway(
  state: KeyState,
  plan: Plan,
  horizon: number,
  learning: Learning | undefined,
): Chunk | undefined {
  const { line, against, episodes, cold: after } = state;
  against?.settle();
  state.cold = Math.max(after, horizon);
  const gone = line.after(horizon);
  const moments = against?.after(horizon) ?? 0;
  if (gone === 0 && moments === 0) return undefined;
  const prefixes = episodes.map(({ id, prefix }) => [id, prefix] as const);
  for (const episode of episodes) {
    episode.refs = undefined;
    foldPrefix(episode, line, plan, gone);
  }
  learning?.left(state.key, line, gone);
  const chunk: Chunk = {
    after,
    upto: horizon,
    line: line.takeFirst(gone),
    against: against?.takeFirst(moments),
    prefixes,
  };
  state.seen -= gone;
  state.low = Math.max(0, state.low - gone);
  if (gone > 0) state.meter = refill(state, plan);
  return chunk;
}

/** The chunk of matches that no window could hold yet; all up to `cold` were put away before. */
export function chunkOf(entries: readonly Entry[], cold: number, upto: number): Chunk {
  const line = new Timeline();
  for (const entry of entries) line.place(entry);
  const after = Math.min(cold, (line.times[0] as number) - 1);
  return { after, upto, line: line.columns(), against: undefined, prefixes: [] };
}

/** Puts back what `putAway` took; `ready` afterwards, once all chunks are there. */
export function takeBack(state: KeyState, chunk: Chunk, learning: Learning | undefined): void {
  const { line, episodes } = state;
  learning?.cameBack(state.key, chunk.line.times);
  line.prepend(chunk.line);
  state.seen += chunk.line.times.length;
  if (chunk.against !== undefined) {
    state.against ??= new Moments();
    state.against.prepend(chunk.against);
  }
  const before = new Map(chunk.prefixes);
  for (const episode of episodes) {
    if (!before.has(episode.id)) continue;
    const prefix = before.get(episode.id);
    if (prefix === undefined) delete episode.prefix;
    else episode.prefix = prefix;
    episode.refs = undefined;
  }
  state.cold = chunk.after;
}

/** Makes the window that ends at the last evaluated time anew. */
export function ready(state: KeyState, plan: Plan): void {
  const last = state.line.times[state.seen - 1];
  state.low = last === undefined ? 0 : state.line.after(last - plan.spanMs);
  state.meter = refill(state, plan);
}
