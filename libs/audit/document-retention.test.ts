import { expect, it } from 'vitest';

import { ManualClock } from '#libs/model';

import { MemoryDocuments } from '../../test/support/memory-documents.ts';
import { Audit } from './audit.ts';
import { retainDocuments, type Retained } from './document-retention.ts';

const NOW = Date.UTC(2026, 10, 23);
const OLD = NOW - 1_000;
const PLACE = { province: '46' };

async function rig(rows: readonly { kind: string; id: string; order: number; body: object }[]) {
  const documents = new MemoryDocuments();
  const audit = new Audit(documents, new ManualClock(NOW));
  await documents.write(rows.map((row) => ({ ...row, expect: 'absent' as const, place: PLACE })));
  return { documents, audit };
}

const INCIDENTS: Retained = {
  kind: 'incident',
  mayGo: ({ status }: { status: string }) => status === 'closed',
};
const ALERTS: Retained = {
  kind: 'alert',
  mayGo: async ({ incident }: { incident: string }, documents) =>
    (await documents.get('incident', incident)) === undefined,
};

it('removes what is old and may go, its alerts with it, and records how many', async () => {
  const { documents, audit } = await rig([
    { kind: 'incident', id: 'closed', order: OLD - 1, body: { status: 'closed' } },
    { kind: 'incident', id: 'open', order: OLD - 1, body: { status: 'new' } },
    { kind: 'incident', id: 'young', order: OLD, body: { status: 'closed' } },
    { kind: 'alert', id: 'a', order: OLD - 1, body: { incident: 'closed' } },
    { kind: 'alert', id: 'b', order: OLD - 1, body: { incident: 'open' } },
  ]);
  expect(await retainDocuments(documents, audit, OLD, [INCIDENTS, ALERTS])).toEqual({
    incident: 1,
    alert: 1,
  });
  const left = async (kind: string): Promise<string[]> => {
    const page = await documents.list(kind, { scope: { province: '00' }, limit: 100 });
    return page.rows.map(({ id }) => id).toSorted((a, b) => a.localeCompare(b));
  };
  expect([await left('incident'), await left('alert')]).toEqual([['open', 'young'], ['b']]);
  const { rows } = await audit.list({ scope: { province: '00' }, limit: 10 });
  expect(rows).toMatchObject([
    { what: 'retention.documents', facts: { incident: '1', alert: '1' } },
  ]);
});

it('says nothing when nothing went', async () => {
  const { documents, audit } = await rig([]);
  expect(await retainDocuments(documents, audit, OLD, [INCIDENTS])).toEqual({});
  expect((await audit.list({ scope: { province: '00' }, limit: 10 })).rows).toEqual([]);
});

it('goes through many pages', async () => {
  const rows = Array.from({ length: 1_234 }, (_, at) => ({
    kind: 'incident',
    id: `i${at}`,
    order: at,
    body: { status: at % 3 === 0 ? 'new' : 'closed' },
  }));
  const { documents, audit } = await rig(rows);
  expect(await retainDocuments(documents, audit, OLD, [INCIDENTS])).toEqual({ incident: 822 });
});
