import {
  SharedFeed,
  type Feed,
  type ForeignChange,
  type IncidentBook,
  type IncidentRecord,
  type Names,
} from '#libs/incident';
import type { DocumentChange } from '#libs/store';

import type { Ground } from './work.ts';

/** Changes of incidents as consoles follow them, and what other processes did. */
export interface IncidentFeed {
  readonly feed: Feed;
  /** Calls after changes of other processes, which the book here has taken in. */
  onForeign(hear: (changes: readonly ForeignChange[]) => void): void;
}

/**
 * The book's own feed where this process alone writes; else one that all processes number alike,
 * and the book kept in step with what the others do before its numbers are told.
 */
export async function openFeed(
  ground: Ground,
  incidents: IncidentBook,
  names: Names,
): Promise<IncidentFeed> {
  if (ground.hear === undefined) return { feed: incidents.feed, onForeign: () => undefined };
  const shared = new SharedFeed(names);
  const hearers: ((changes: readonly ForeignChange[]) => void)[] = [];
  await ground.hear(SharedFeed.kind, async (news) => {
    const foreign = news.changes.filter(({ own }) => !own);
    const stale = await staleOf(incidents, foreign);
    if (stale.length > 0) await incidents.follow(stale);
    const others = new Set(foreign.map(({ id }) => id));
    const changes = shared.take(news).filter(({ after }) => others.has(after.id));
    if (changes.length > 0) for (const hear of hearers) hear(changes);
  });
  return { feed: shared, onForeign: (hear) => hearers.push(hear) };
}

/** Incidents of which the book here holds something else than their documents last said. */
async function staleOf(
  incidents: IncidentBook,
  changes: readonly DocumentChange[],
): Promise<readonly string[]> {
  const last = new Map(changes.map(({ id, doc }) => [id, doc]));
  const stale: string[] = [];
  for (const [id, doc] of last) {
    const record = doc?.body as IncidentRecord | undefined;
    const isHeld = incidents.placeOf(id) !== undefined;
    if (!isHeld && (record === undefined || record.incident.status === 'closed')) continue;
    const held = isHeld ? await incidents.get(id) : undefined;
    if (JSON.stringify(held) !== JSON.stringify(record?.incident)) stale.push(id);
  }
  return stale;
}
