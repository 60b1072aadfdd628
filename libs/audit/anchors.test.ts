import { describe, expect, it } from 'vitest';

import { ManualClock } from '#libs/model';

import { MemoryDocuments } from '../../test/support/memory-documents.ts';
import { anchorHeads, verifyRecord } from './anchors.ts';
import { Audit } from './audit.ts';

const entry = { who: 'an', what: 'acknowledge', target: 'x', place: { province: '75' }, facts: {} };

/** Two processes that wrote three entries each and told of each other's head. */
async function twoChains() {
  const documents = new MemoryDocuments();
  const clock = new ManualClock(Date.UTC(2026, 10, 23));
  const [one, other] = [new Audit(documents, clock, 'server-1'), new Audit(documents, clock, 'b')];
  for (const audit of [one, other, one, other, one, other]) await audit.append(entry);
  expect(await anchorHeads(documents, one)).toBe(1);
  expect(await anchorHeads(documents, other)).toBe(1);
  return { documents, one, other };
}

describe('the record of several processes', () => {
  it('is whole when every chain is and each is as the others saw it', async () => {
    const { documents, one } = await twoChains();
    expect(await verifyRecord(documents, one)).toMatchObject([
      { chain: 'server-1', whole: true, entries: 4 },
      { chain: 'b', whole: true, entries: 4 },
    ]);
  });

  it('leaves out heads that did not move since it told of them', async () => {
    const { documents, one, other } = await twoChains();
    const told = new Map<string, string>();
    expect(await anchorHeads(documents, one, told)).toBe(1);
    expect(await anchorHeads(documents, one, told)).toBe(0);
    await other.append(entry);
    expect(await anchorHeads(documents, one, told)).toBe(1);
  });

  it('has nothing to anchor while there is one chain', async () => {
    const documents = new MemoryDocuments();
    const audit = new Audit(documents, new ManualClock(0));
    await audit.append(entry);
    expect(await anchorHeads(documents, audit)).toBe(0);
    expect(await verifyRecord(documents, audit)).toMatchObject([
      { chain: 'main', whole: true, entries: 1 },
    ]);
  });

  it('tells when the end of a chain was cut off together with its head', async () => {
    const { documents, other } = await twoChains();
    const records = documents.kinds.get('record');
    for (const seq of [3, 4]) records?.delete(other.idOf('server-1', seq));
    const left = records?.get(other.idOf('server-1', 2))?.body as { seq: number; hash: string };
    const heads = documents.kinds.get('record-head');
    const head = heads?.get('server-1');
    if (head === undefined) throw new Error('there is a head');
    heads?.set('server-1', { ...head, body: { seq: left.seq, hash: left.hash } });
    expect(await other.verify('server-1')).toMatchObject({ whole: true });
    expect(await verifyRecord(documents, other)).toContainEqual({
      whole: false,
      chain: 'server-1',
      seq: 4,
      reason: 'missing',
    });
  });

  it('tells when a whole chain is gone', async () => {
    const { documents, other } = await twoChains();
    for (const kind of ['record', 'record-head']) {
      for (const id of documents.kinds.get(kind)?.keys() ?? []) {
        if (id.startsWith('server-1')) documents.kinds.get(kind)?.delete(id);
      }
    }
    expect(await verifyRecord(documents, other)).toContainEqual({
      whole: false,
      chain: 'server-1',
      seq: 4,
      reason: 'missing',
    });
  });

  it('tells when a chain was written anew behind the back of the others', async () => {
    const { documents, other } = await twoChains();
    const forged = new MemoryDocuments();
    const writer = new Audit(forged, new ManualClock(Date.UTC(2026, 10, 24)), 'server-1');
    for (let count = 0; count < 4; count++) await writer.append({ ...entry, who: 'forger' });
    for (const kind of ['record', 'record-head']) {
      for (const [id, doc] of forged.kinds.get(kind) ?? []) documents.kinds.get(kind)?.set(id, doc);
    }
    expect(await other.verify('server-1')).toMatchObject({ whole: true });
    expect(await verifyRecord(documents, other)).toContainEqual({
      whole: false,
      chain: 'server-1',
      seq: 4,
      reason: 'not_as_anchored',
    });
  });
});
