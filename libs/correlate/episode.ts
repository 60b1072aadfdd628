import { EVIDENCE_EACH_END, type EvidenceRef } from '#libs/model';

import { ENTITY_VALUES_MAX } from './entities.ts';
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
}

/** What the matches of an episode say together. */
interface Summary {
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

/** Adds the entries `[from, to)` of the timeline, each a match of its own, later than all the episode has. */
export function absorb(episode: Summary, line: Timeline, from: number, to: number): void {
  if (line.communes !== undefined || episode.commune !== undefined) {
    for (let i = from; i < to; i += 1)
      addCommune(episode, line.communes?.[i], episode.count + i - from);
  }
  if (line.extras !== undefined)
    for (let i = from; i < to; i += 1) addExtras(episode.extras, line.extras[i]);
  episode.count += to - from;
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
  episode.stale = true;
}

/** Indexes of the earliest entry of each distinct match in `[from, to)` that is not in `known`. */
function distinctEntries(
  line: Timeline,
  from: number,
  to: number,
  known: readonly string[],
): number[] {
  const seen = new Set(known);
  const entries: number[] = [];
  for (let i = from; i < to; i += 1) {
    const ident = line.ident(i);
    if (seen.has(ident)) continue;
    seen.add(ident);
    entries.push(i);
  }
  return entries;
}

/** Reads everything but the times of an episode again from the timeline. */
export function resummarize(
  episode: Episode,
  line: Timeline,
  spanMs: number,
  distinct: boolean,
): void {
  const from = line.after(episode.satisfied - spanMs);
  const to = line.after(episode.last);
  const { prefix } = episode;
  const before = prefix?.summary;
  episode.count = before?.count ?? 0;
  episode.commune = before?.commune;
  episode.mixed = before?.mixed ?? false;
  episode.extras = episode.extras.map((_, i) => [...(before?.extras[i] ?? [])]);
  absorb(episode, line, from, to);
  if (distinct)
    episode.count =
      (before?.count ?? 0) + distinctEntries(line, from, to, prefix?.idents ?? []).length;
  episode.stale = false;
}

/** The first and the last matches of an episode. */
export function evidenceOf(
  episode: Episode,
  line: Timeline,
  spanMs: number,
  distinct: boolean,
): EvidenceRef[] {
  const from = line.after(episode.satisfied - spanMs);
  const to = line.after(episode.last);
  const { prefix } = episode;
  const entries = distinct
    ? distinctEntries(line, from, to, prefix?.idents ?? [])
    : endsOf(from, to);
  const refs = entries.map((i): EvidenceRef => refAt(line, i));
  const before = prefix?.summary.count ?? 0;
  const head = [...(prefix?.head ?? []), ...refs].slice(0, EVIDENCE_EACH_END);
  const tailSize = Math.min(
    EVIDENCE_EACH_END,
    before + (distinct ? refs.length : to - from) - head.length,
  );
  if (tailSize <= 0) return head;
  return [...head, ...[...(prefix?.tail ?? []), ...refs].slice(-tailSize)];
}

/** At most as many indexes from either end as evidence can hold. */
function endsOf(from: number, to: number): number[] {
  const entries: number[] = [];
  for (let i = from; i < to; i += 1) {
    if (i === from + EVIDENCE_EACH_END && to - i > EVIDENCE_EACH_END) i = to - EVIDENCE_EACH_END;
    entries.push(i);
  }
  return entries;
}

function refAt(line: Timeline, i: number): EvidenceRef {
  return { event: line.events[i] as string, time: line.times[i] as number };
}

/** Folds the first `count` entries of the timeline, which are about to leave it, into the episode. */
export function foldPrefix(
  episode: Episode,
  line: Timeline,
  spanMs: number,
  distinct: boolean,
  count: number,
): void {
  const from = line.after(episode.satisfied - spanMs);
  const to = Math.min(count, line.after(episode.last));
  if (from >= to) return;
  const known = episode.prefix?.idents ?? [];
  const entries = distinct ? distinctEntries(line, from, to, known) : endsOf(from, to);
  const refs = entries.map((i) => refAt(line, i));
  const { prefix } = episode;
  const chained = entries.map((i) => line.ident(i)).filter((ident, k) => ident !== refs[k]?.event);
  const summary: Summary = {
    count: prefix?.summary.count ?? 0,
    commune: prefix?.summary.commune,
    mixed: prefix?.summary.mixed ?? false,
    extras: episode.extras.map((_, i) => [...(prefix?.summary.extras[i] ?? [])]),
  };
  absorb(summary, line, from, to);
  if (distinct) summary.count += entries.length - (to - from);
  let lastHeld = to - 1;
  while (lastHeld >= from && line.flags?.[lastHeld] !== 1) lastHeld -= 1;
  const held = lastHeld < from ? -Infinity : (line.times[lastHeld] as number);
  episode.prefix = {
    last: Math.max(prefix?.last ?? -Infinity, held),
    summary,
    head: [...(prefix?.head ?? []), ...refs].slice(0, EVIDENCE_EACH_END),
    tail: [...(prefix?.tail ?? []), ...refs].slice(-EVIDENCE_EACH_END),
    idents: [...known, ...chained].slice(-PREFIX_IDENTS_MAX),
  };
}

/** Alerts of member correlations that an episode remembers beyond its timeline. */
const PREFIX_IDENTS_MAX = 1000;
