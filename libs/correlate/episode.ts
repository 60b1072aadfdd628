import type { EvidenceRef } from '#libs/model';

import { ENTITY_VALUES_MAX } from './entities.ts';
import type { RiseState } from './rise.ts';
import type { Timeline } from './timeline.ts';

/** What an episode keeps of matches that have left the timeline. */
export interface Prefix {
  /** Last satisfying time among them. */
  readonly last: number;
  readonly head: readonly EvidenceRef[];
  readonly tail: readonly EvidenceRef[];
  /** Alerts of member correlations among them that may go on. */
  readonly idents: readonly string[];
  readonly summary: Summary;
  /** How far it had come towards a worse level. */
  readonly rise?: RiseState;
}

/** What the matches of an episode say together. */
export interface Summary {
  count: number;
  /** The commune all matches share so far; `mixed` once they do not. */
  commune: string | undefined;
  mixed: boolean;
  /** Per extra entity field the first distinct values. */
  extras: string[][];
}

/** A run of satisfying times; its matches are those later than `satisfied - span` up to `last`. */
export interface Episode extends Summary {
  readonly id: string;
  readonly first: number;
  /** First satisfying time. */
  readonly satisfied: number;
  last: number;
  /** `extras` must be read again: a match came in between. */
  stale: boolean;
  prefix?: Prefix;
  /** Its evidence as far as it was asked for and nothing came in between since. */
  refs?: { readonly head: EvidenceRef[]; recent: EvidenceRef[] } | undefined;
}

export function newEpisode(
  id: string,
  first: number,
  satisfied: number,
  extraFields: number,
): Episode {
  return {
    id,
    first,
    satisfied,
    last: satisfied,
    count: 0,
    commune: undefined,
    mixed: false,
    extras: Array.from({ length: extraFields }, () => []),
    stale: false,
  };
}

/**
 * Which entries are an episode's matches: those within `reachMs` before its satisfying times;
 * `each` one, one per `distinct` ident, or those only at whose time the condition `held`.
 */
export interface Content {
  readonly reachMs: number;
  readonly counts: 'each' | 'distinct' | 'held';
}

/** Adds the entries `[from, to)` of the timeline, later than all the episode has. */
export function absorb(
  episode: Summary,
  line: Timeline,
  from: number,
  to: number,
  counts: Content['counts'],
): void {
  if (counts === 'each' && line.communes === undefined && line.extras === undefined) {
    if (episode.count > 0 && episode.commune !== undefined) episode.mixed = true;
    episode.count += to - from;
    return;
  }
  for (let i = from; i < to; i += 1) {
    if (counts === 'held' && !line.holdsAt(i)) continue;
    addCommune(episode, line.communes?.[i], episode.count);
    if (line.extras !== undefined) addExtras(episode.extras, line.extras[i]);
    episode.count += 1;
  }
}

function addCommune(episode: Summary, commune: string | undefined, before: number): void {
  if (before === 0) episode.commune = commune;
  else if (episode.commune !== commune) episode.mixed = true;
}

function addExtras(extras: string[][], values: readonly (string | undefined)[] | undefined): void {
  if (values === undefined) return;
  for (const [i, value] of values.entries()) {
    const known = extras[i] as string[];
    if (value === undefined || known.length >= ENTITY_VALUES_MAX || known.includes(value)) continue;
    known.push(value);
  }
}

/** Counts one more match that came in between the others. */
export function insertInto(episode: Episode, commune: string | undefined): void {
  addCommune(episode, commune, episode.count);
  episode.count += 1;
  episode.refs = undefined;
  if (episode.extras.length > 0) episode.stale = true;
}

/** Indexes of the earliest entry of each match in `[from, to)` that is not in `known`. */
export function distinctEntries(
  line: Timeline,
  from: number,
  to: number,
  counts: Content['counts'],
  known: readonly string[],
): number[] {
  const seen = new Set(known);
  const entries: number[] = [];
  for (let i = from; i < to; i += 1) {
    const ident = line.ident(i);
    if (seen.has(ident) || (counts === 'held' && !line.holdsAt(i))) continue;
    seen.add(ident);
    entries.push(i);
  }
  return entries;
}

/** Reads everything but the times of an episode again from the timeline. */
export function resummarize(episode: Episode, line: Timeline, content: Content): void {
  const { reachMs, counts } = content;
  const from = line.after(episode.satisfied - reachMs);
  const to = line.after(episode.last);
  const { prefix } = episode;
  const before = prefix?.summary;
  episode.count = before?.count ?? 0;
  episode.commune = before?.commune;
  episode.mixed = before?.mixed ?? false;
  episode.extras = episode.extras.map((_, i) => [...(before?.extras[i] ?? [])]);
  absorb(episode, line, from, to, counts);
  if (counts === 'distinct')
    episode.count =
      (before?.count ?? 0) + distinctEntries(line, from, to, counts, prefix?.idents ?? []).length;
  episode.stale = false;
  episode.refs = undefined;
}
