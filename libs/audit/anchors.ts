import { CENTRE } from '#libs/model';
import type { Documents } from '#libs/store';

import {
  HEAD_KIND,
  RECORD_KIND,
  type Audit,
  type Head,
  type RecordEntry,
  type Verification,
} from './audit.ts';

/** What an entry is called that holds the heads of other chains. */
const ANCHOR = 'record.anchor';
const PAGE = 1_000;
const CENTRE_PLACE = { province: CENTRE };

/** One chain: whole and as the others saw it, or its first entry that is not and why. */
export type ChainVerification = { readonly chain: string } & (
  | Verification
  | { readonly whole: false; readonly seq: number; readonly reason: 'not_as_anchored' }
);

async function headsOf(documents: Documents): Promise<ReadonlyMap<string, Head>> {
  const heads = new Map<string, Head>();
  let cursor: string | undefined;
  do {
    const page = await documents.list<Head>(HEAD_KIND, {
      scope: CENTRE_PLACE,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { id, body } of page.rows) heads.set(id, body);
    cursor = page.next;
  } while (cursor !== undefined);
  return heads;
}

/**
 * Writes the heads of all other chains into a chain of one's own, so that nobody can cut the end
 * off a chain, or a whole one away, without another chain telling. `told` holds what this process
 * wrote before, and heads that did not move since are left out. Says how many it wrote.
 */
export async function anchorHeads(
  documents: Documents,
  audit: Audit,
  told = new Map<string, string>(),
): Promise<number> {
  const others = [...(await headsOf(documents))]
    .map(([chain, head]) => [chain, `${head.seq} ${head.hash}`] as const)
    .filter(([chain, head]) => chain !== audit.chain && told.get(chain) !== head);
  if (others.length === 0) return 0;
  const facts = Object.fromEntries(others);
  await audit.append({
    who: 'system',
    what: ANCHOR,
    target: audit.chain,
    place: CENTRE_PLACE,
    facts,
  });
  for (const [chain, head] of others) told.set(chain, head);
  return others.length;
}

/** Reads every chain, and what each says of the others; `chains` are told of even when empty. */
export async function verifyRecord(
  documents: Documents,
  audit: Audit,
  chains: readonly string[] = [],
): Promise<readonly ChainVerification[]> {
  const anchored = await anchorsIn(documents);
  const all = new Set([...chains, ...(await headsOf(documents)).keys(), ...anchored.keys()]);
  const found: ChainVerification[] = [];
  for (const chain of all) {
    const own = await audit.verify(chain);
    const broken = own.whole
      ? await notAsAnchored(documents, audit, chain, anchored.get(chain) ?? new Map())
      : undefined;
    found.push({ chain, ...(broken ?? own) });
  }
  return found;
}

async function notAsAnchored(
  documents: Documents,
  audit: Audit,
  chain: string,
  anchors: ReadonlyMap<number, string>,
): Promise<Extract<ChainVerification, { whole: false }> | undefined> {
  for (const [seq, hash] of anchors) {
    const entry = await documents.get<RecordEntry>(RECORD_KIND, audit.idOf(chain, seq));
    if (entry === undefined) return { chain, whole: false, seq, reason: 'missing' };
    if (entry.body.hash !== hash) return { chain, whole: false, seq, reason: 'not_as_anchored' };
  }
  return undefined;
}

/** Of each chain what others saw of it: the hash at a number. */
async function anchorsIn(documents: Documents): Promise<Map<string, Map<number, string>>> {
  const seen = new Map<string, Map<number, string>>();
  let cursor: string | undefined;
  do {
    const page = await documents.list<RecordEntry>(RECORD_KIND, {
      scope: CENTRE_PLACE,
      keys: { what: ANCHOR },
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { body } of page.rows) {
      for (const [chain, text] of Object.entries(body.facts)) {
        const [seq = '', hash = ''] = text.split(' ');
        const known = seen.get(chain) ?? new Map<number, string>();
        seen.set(chain, known.set(Number(seq), hash));
      }
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return seen;
}
