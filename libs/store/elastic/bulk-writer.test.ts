import { describe, expect, it } from 'vitest';

import { newFields } from '#libs/model';

import { BulkWriter, type Aside, type BulkEntry, type BulkNeeds } from './bulk-writer.ts';

function entry(id: string): BulkEntry {
  const bytes = Buffer.from(`{"create":{"_id":"${id}"}}\n{}\n`);
  const event = { id, time: 0, received: 0, fields: newFields() };
  return { index: 'day', event, bytes, start: 0, end: bytes.length };
}

const idsIn = (lines: Buffer) => [...lines.toString().matchAll(/"_id":"(\w+)"/g)].map((m) => m[1]);

/** A node that answers each request by the script; after its end everything is stored. */
function rig(script: readonly ((ids: readonly (string | undefined)[]) => unknown)[]) {
  const sent: (string | undefined)[][] = [];
  const asides: Aside[] = [];
  const left = [...script];
  const needs: BulkNeeds = {
    ensureIndex: () => Promise.resolve(),
    indexMissing: () => undefined,
    send: (lines) => {
      const ids = idsIn(lines);
      sent.push(ids);
      const answer = left.shift()?.(ids) ?? ids.map(() => 201);
      if (answer instanceof Error) return Promise.reject(answer);
      if (typeof answer === 'number') return Promise.resolve({ status: answer, body: {} });
      const items = (answer as (number | object)[]).map((one) => ({
        create: typeof one === 'number' ? { status: one } : { status: 400, error: one },
      }));
      return Promise.resolve({ status: 200, body: { items } });
    },
  };
  const writer = new BulkWriter(needs);
  const put = (...ids: string[]) =>
    writer.put(ids.map(entry), (found) => {
      asides.push(...found);
      return Promise.resolve();
    });
  return { writer, put, sent, asides };
}

describe('BulkWriter', () => {
  it('sends again what the node could not take, and only that', async () => {
    const { writer, put, sent } = rig([() => [201, 429, 503, 201]]);
    await put('a', 'b', 'c', 'd');
    expect(sent).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'c'],
    ]);
    expect(writer.counts()).toMatchObject({ stored: 4, retried: 2, rejected: 1, heldBytes: 0 });
  });

  it('counts a repeat, but not its own try whose answer was lost', async () => {
    const { writer, put, sent } = rig([() => new Error('broken pipe'), () => [409, 201]]);
    await put('a', 'b');
    expect(sent).toHaveLength(2);
    expect(writer.counts()).toMatchObject({ stored: 2, repeats: 0 });
    const repeat = rig([() => [409]]);
    await repeat.put('a');
    expect(repeat.writer.counts()).toMatchObject({ stored: 0, repeats: 1 });
  });

  it('sets aside what is refused while the rest goes on', async () => {
    const error = { type: 'document_parsing_exception', reason: 'no' };
    const { put, asides } = rig([() => [201, error, 201]]);
    await put('a', 'b', 'c');
    expect(asides.map(({ entry: { event }, reason }) => [event.id, reason])).toEqual([
      ['b', 'refused'],
    ]);
  });

  it('finds the one document that makes a request too large by halving', async () => {
    const tooLarge = (ids: readonly unknown[]) => (ids.includes('c') ? 413 : ids.map(() => 201));
    const { put, asides, writer } = rig(Array.from({ length: 5 }, () => tooLarge));
    await put('a', 'b', 'c', 'd');
    expect(asides.map(({ entry: { event } }) => event.id)).toEqual(['c']);
    expect(writer.counts().stored).toBe(3);
  });

  it('rejects what is not stored when it is closed', async () => {
    const { writer, put } = rig([() => new Error('away')]);
    const waiting = put('a');
    writer.close();
    await expect(waiting).rejects.toThrow(/closed/);
    await expect(put('b')).rejects.toThrow(/closed/);
  });
});
