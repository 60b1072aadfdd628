import { EVIDENCE_EACH_END, type EvidenceRef } from '#libs/model';

import { absorb, distinctEntries, type Content, type Episode, type Summary } from './episode.ts';
import type { Plan } from './plan.ts';
import { riseOver } from './rise.ts';
import type { Timeline } from './timeline.ts';

/**
 * The first and the last matches of an episode; kept with it, so that it can be asked for after
 * every batch.
 */
export function evidenceOf(episode: Episode, line: Timeline, content: Content): EvidenceRef[] {
  const each = content.counts === 'each';
  if (!each || episode.refs === undefined) {
    const refs = readEvidence(episode, line, content);
    const cut = EVIDENCE_EACH_END;
    if (each) episode.refs = { head: refs.slice(0, cut), recent: refs.slice(cut) };
    return refs;
  }
  const { head, recent } = episode.refs;
  const behind = Math.min(EVIDENCE_EACH_END, episode.count - head.length);
  return behind <= 0 ? head.slice() : head.concat(recent.slice(-behind));
}

/** Adds the entries `[from, to)`, later than all the evidence has. */
export function extendEvidence(episode: Episode, line: Timeline, from: number, to: number): void {
  const { refs } = episode;
  if (refs === undefined) return;
  for (let i = from; i < to; i += 1) {
    const ref = refAt(line, i);
    if (refs.head.length < EVIDENCE_EACH_END) refs.head.push(ref);
    else refs.recent.push(ref);
  }
  if (refs.recent.length > RECENT_MAX) refs.recent = refs.recent.slice(-EVIDENCE_EACH_END);
}

/** Recent matches that gather before the older ones of them are let go. */
const RECENT_MAX = 8 * EVIDENCE_EACH_END;

function readEvidence(episode: Episode, line: Timeline, content: Content): EvidenceRef[] {
  const { reachMs, counts } = content;
  const from = line.after(episode.satisfied - reachMs);
  const to = line.after(episode.last);
  const { prefix } = episode;
  const each = counts === 'each';
  const entries = each
    ? endsOf(from, to)
    : distinctEntries(line, from, to, counts, prefix?.idents ?? []);
  const refs = entries.map((i): EvidenceRef => refAt(line, i));
  const before = prefix?.summary.count ?? 0;
  const head = [...(prefix?.head ?? []), ...refs].slice(0, EVIDENCE_EACH_END);
  const tailSize = Math.min(
    EVIDENCE_EACH_END,
    before + (each ? to - from : refs.length) - head.length,
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

/**
 * Folds the first `count` entries of the timeline, which are about to leave it, into the episode.
 */
export function foldPrefix(
  episode: Episode,
  line: Timeline,
  { content, rise }: Pick<Plan, 'content' | 'rise'>,
  count: number,
): void {
  const { reachMs, counts } = content;
  const from = line.after(episode.satisfied - reachMs);
  const to = Math.min(count, line.after(episode.last));
  if (from >= to) return;
  const known = episode.prefix?.idents ?? [];
  const each = counts === 'each';
  const entries = each ? endsOf(from, to) : distinctEntries(line, from, to, counts, known);
  const refs = entries.map((i) => refAt(line, i));
  const { prefix } = episode;
  const chained = entries.map((i) => line.ident(i)).filter((ident, k) => ident !== refs[k]?.event);
  const summary: Summary = {
    count: prefix?.summary.count ?? 0,
    commune: prefix?.summary.commune,
    mixed: prefix?.summary.mixed ?? false,
    extras: episode.extras.map((_, i) => [...(prefix?.summary.extras[i] ?? [])]),
  };
  absorb(summary, line, from, to, counts);
  if (counts === 'distinct') summary.count += entries.length - (to - from);
  let lastHeld = to - 1;
  while (lastHeld >= from && !line.holdsAt(lastHeld)) lastHeld -= 1;
  const held = lastHeld < from ? -Infinity : (line.times[lastHeld] as number);
  episode.prefix = {
    last: Math.max(prefix?.last ?? -Infinity, held),
    summary,
    head: [...(prefix?.head ?? []), ...refs].slice(0, EVIDENCE_EACH_END),
    tail: [...(prefix?.tail ?? []), ...refs].slice(-EVIDENCE_EACH_END),
    idents: [...known, ...chained].slice(-PREFIX_IDENTS_MAX),
    ...(rise === undefined
      ? {}
      : {
          rise: riseOver(rise, line, Math.min(to, line.from(episode.satisfied)), to, prefix?.rise),
        }),
  };
}

/** Alerts of member correlations that an episode remembers beyond its timeline. */
const PREFIX_IDENTS_MAX = 1000;
