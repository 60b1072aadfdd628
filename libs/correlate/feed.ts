import type { Settled } from './evaluation.ts';
import { put, takeOut, type KeyState } from './key-state.ts';
import type { Entry } from './timeline.ts';

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

/** A feed as one correlation over it counts it: `entries` are its results. */
export interface Told {
  readonly out: Feed['out'];
  readonly entries: readonly Entry[];
  readonly member: number;
}

/** What evaluating a key did to its results. */
export function feedOf(state: KeyState, settled: Settled): Feed {
  const results: Result[] = [];
  for (const { from, to } of settled.stretches) readResults(state, from, to, results);
  const tail = state.line.times[settled.tail];
  // A stretch may reach over the tail: a result that is given twice is taken once.
  if (tail !== undefined) readResults(state, tail, Infinity, results);
  return { key: state.key, out: settled.stretches, results };
}

function readResults(state: KeyState, from: number, to: number, results: Result[]): void {
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

/**
 * Takes what a member tells into the state of a key. Results that stand as they were are left
 * alone, as are those up to `horizon`: what their windows held has left.
 */
export function takeResults(
  state: KeyState,
  spanMs: number,
  { out, entries, member }: Told,
  horizon: number,
): void {
  const { line } = state;
  const name = (time: number, event: string, ident: string) => `${time} ${event} ${ident}`;
  const coming = new Set(entries.map(({ time, event, ident }) => name(time, event, ident)));
  for (const { from, to, idents } of out) {
    const gone = new Set(idents);
    takeOut(state, spanMs, from, to, (i) => {
      if ((line.members?.[i] ?? 0) !== member || !gone.has(line.ident(i))) return false;
      return !coming.has(name(line.times[i] as number, line.events[i] as string, line.ident(i)));
    });
  }
  for (const entry of entries) if (entry.time > horizon) put(state, entry);
}
