import type { Settled } from './evaluation.ts';
import type { KeyState } from './key-state.ts';

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
