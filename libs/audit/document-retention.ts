import { CENTRE, type Place } from '#libs/model';
import type { Doc, Documents, Write } from '#libs/store';

import type { Audit } from './audit.ts';

const CENTRE_PLACE: Place = { province: CENTRE };
const PAGE = 500;
/** Documents that one run removes; the next run goes on. */
const REMOVED_MAX = 20_000;
/** Documents that one run looks at and leaves, so that what must stay does not hold up a run. */
const LOOKED_AT_MAX = 200_000;

/** Documents of one kind that go when they are old, and which of them may. */
export interface Retained {
  readonly kind: string;
  /** False for one that must stay whatever its age, as an open incident. */
  readonly mayGo: (body: never, documents: Documents) => boolean | Promise<boolean>;
}

/** How many of each kind went. */
export type Removed = Readonly<Record<string, number>>;

/**
 * Removes documents whose order lies before a time (ms), as far as each may go, and records how
 * many of each kind went. The record itself always stays.
 */
export async function retainDocuments(
  documents: Documents,
  audit: Audit,
  before: number,
  kinds: readonly Retained[],
): Promise<Removed> {
  const removed: Record<string, number> = {};
  let left = REMOVED_MAX;
  for (const retained of kinds) {
    const count = await removeOld(documents, retained, before, left);
    if (count > 0) removed[retained.kind] = count;
    left -= count;
  }
  if (Object.keys(removed).length === 0) return removed;
  const facts = Object.entries(removed).map(([kind, count]) => [kind, String(count)] as const);
  await audit.append({
    who: 'retention',
    what: 'retention.documents',
    target: `before ${new Date(before).toISOString()}`,
    place: CENTRE_PLACE,
    facts: Object.fromEntries(facts),
  });
  return removed;
}

async function removeOld(
  documents: Documents,
  { kind, mayGo }: Retained,
  before: number,
  most: number,
): Promise<number> {
  let removed = 0;
  let seen = 0;
  let cursor: string | undefined;
  do {
    const page = await documents.list<never>(kind, {
      scope: CENTRE_PLACE,
      to: before,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const going: Write[] = [];
    for (const doc of page.rows) {
      if (removed + going.length >= most) break;
      if (await mayGo(doc.body, documents)) going.push(removal(kind, doc));
    }
    // One that changed meanwhile is left to the next run.
    const results = going.length === 0 ? [] : await documents.write(going);
    removed += results.filter(({ done }) => done).length;
    seen += page.rows.length;
    cursor = page.next;
  } while (cursor !== undefined && removed < most && seen < LOOKED_AT_MAX);
  return removed;
}

function removal(kind: string, { id, version, place, order }: Doc<never>): Write {
  return { kind, id, expect: version, body: null, place, order };
}
