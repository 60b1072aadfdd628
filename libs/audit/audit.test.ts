import { describe, expect, it } from 'vitest';

import { ManualClock } from '#libs/model';

import { MemoryDocuments } from '../../test/support/memory-documents.ts';
import { Audit, type RecordEntry } from './audit.ts';

function rig() {
  const documents = new MemoryDocuments();
  const clock = new ManualClock(Date.UTC(2026, 10, 23));
  return { documents, clock, audit: new Audit(documents, clock) };
}

function anEntry(target: string) {
  return { who: 'an', what: 'acknowledge', target, place: { province: '75' }, facts: { a: '1' } };
}

async function ofFive() {
  const parts = rig();
  for (const target of ['1', '2', '3', '4', '5']) await parts.audit.append(anEntry(target));
  return parts;
}

/** Changes a stored entry as somebody with the file in hands would. */
function tamper(documents: MemoryDocuments, seq: number, change: (body: RecordEntry) => unknown) {
  const id = `main:${String(seq).padStart(12, '0')}`;
  const docs = documents.kinds.get('record');
  const doc = docs?.get(id);
  if (docs === undefined || doc === undefined) throw new Error(`no entry ${seq}`);
  const body = change(doc.body as RecordEntry);
  if (body === undefined) docs.delete(id);
  else docs.set(id, { ...doc, body });
}

describe('the record', () => {
  it('is a chain without gaps, also when many append at once', async () => {
    const { audit } = rig();
    const entries = await Promise.all(
      Array.from({ length: 1200 }, (_, at) => audit.append(anEntry(String(at)))),
    );
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1));
    expect(await audit.verify()).toMatchObject({ whole: true, entries: 1200 });
  });

  it('goes on after a restart', async () => {
    const { documents, clock } = await ofFive();
    const again = new Audit(documents, clock);
    expect(await again.append(anEntry('6'))).toMatchObject({ seq: 6 });
    expect(await again.verify()).toMatchObject({ whole: true, entries: 6 });
  });

  it('stays whole when two processes write one chain by mistake', async () => {
    const { documents, clock, audit } = await ofFive();
    const other = new Audit(documents, clock);
    for (let n = 0; n < 20; n += 1) {
      await Promise.all([audit.append(anEntry(`a${n}`)), other.append(anEntry(`b${n}`))]);
    }
    expect(await new Audit(documents, clock).verify()).toMatchObject({ whole: true, entries: 45 });
  });

  it('goes on after a write that failed half way, whose entries stay', async () => {
    const { documents, audit } = await ofFive();
    documents.failNext(1);
    const both = await Promise.allSettled([audit.append(anEntry('6')), audit.append(anEntry('7'))]);
    expect(both.some(({ status }) => status === 'rejected')).toBe(true);
    await audit.append(anEntry('8'));
    expect(await audit.verify()).toMatchObject({ whole: true });
  });

  it('says which entry was changed', async () => {
    const { documents, audit } = await ofFive();
    tamper(documents, 3, (body) => ({ ...body, who: 'somebody else' }));
    expect(await audit.verify()).toEqual({ whole: false, seq: 3, reason: 'changed' });
  });

  it('says which entry is missing, also the last', async () => {
    for (const seq of [2, 5]) {
      const { documents, audit } = await ofFive();
      tamper(documents, seq, () => undefined);
      expect(await audit.verify()).toEqual({ whole: false, seq, reason: 'missing' });
    }
  });

  it('shows a chain that was written anew from some entry on', async () => {
    const { documents, audit } = await ofFive();
    const forged = rig();
    await forged.audit.append(anEntry('1'));
    await forged.audit.append(anEntry('forged'));
    const other = forged.documents.kinds.get('record')?.get('main:000000000002')?.body;
    tamper(documents, 2, () => other);
    expect(await audit.verify()).toMatchObject({ whole: false, seq: 3, reason: 'unlinked' });
    for (const seq of [3, 4, 5]) tamper(documents, seq, () => undefined);
    expect(await audit.verify()).toEqual({ whole: false, seq: 3, reason: 'missing' });
  });

  it('is read by scope', async () => {
    const { audit } = await ofFive();
    const list = (province: string) => audit.list({ scope: { province }, limit: 10 });
    expect((await list('75')).rows.map(({ target }) => target)).toEqual(['5', '4', '3', '2', '1']);
    expect((await list('46')).rows).toEqual([]);
  });
});
