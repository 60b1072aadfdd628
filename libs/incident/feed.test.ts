import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Place } from '#libs/model';
import type { Delta, IncidentRow } from '#libs/protocol';

import { aBook, anAlert, MINUTE, MORNING } from '../../test/support/incident-parts.ts';
import { createFeed } from './feed.ts';

const SCOPES: readonly Place[] = [
  { province: '00' },
  { province: '75' },
  { province: '75', commune: '25993' },
  { province: '46' },
];

/** What a console shows after a delta; throws when a change speaks of a row it does not have. */
function applied(rows: Map<string, IncidentRow>, delta: Delta): void {
  for (const row of delta.add) rows.set(row.id, row);
  for (const id of delta.drop) rows.delete(id);
  for (const [id, keys] of delta.set) {
    const known = rows.get(id);
    if (known === undefined) throw new Error(`a change of ${id}, which is not shown`);
    rows.set(id, { ...known, ...keys });
  }
}

const step = fc.record({
  alert: fc.nat(7),
  count: fc.integer({ min: 1, max: 50 }),
  length: fc.integer({ min: 0, max: 90 }),
  commune: fc.constantFrom(undefined, '25993', '26008'),
  withdrawn: fc.boolean(),
});

describe('the feed', () => {
  it('brings a console of any scope to what the list shows, whenever it asks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 10 }),
        async (steps, pauses) => {
          const { book } = await aBook();
          const consoles = SCOPES.map((scope) => ({
            scope,
            seq: book.feed.seq,
            rows: new Map<string, IncidentRow>(),
          }));
          for (const [at, { alert, count, length, commune, withdrawn }] of steps.entries()) {
            const changed = anAlert({
              rule: `r${alert}`,
              last: MORNING + length * MINUTE,
              count,
              place: {
                province: alert < 4 ? '75' : '46',
                ...(commune === undefined ? {} : { commune }),
              },
              ...(withdrawn ? { state: { kind: 'withdrawn', by: 'e' } } : {}),
            });
            await book.settle([{ alert: changed }]);
            for (const [who, one] of consoles.entries()) {
              if ((pauses[(at + who) % pauses.length] ?? 0) > 0) continue;
              const delta = book.feed.since(one.seq, one.scope);
              if (typeof delta === 'string') throw new Error('too old');
              expect(delta.from).toBe(one.seq + 1);
              applied(one.rows, delta);
              one.seq = delta.to;
            }
          }
          for (const { scope, seq, rows } of consoles) {
            const delta = book.feed.since(seq, scope);
            if (typeof delta === 'string') throw new Error('too old');
            applied(rows, delta);
            const list = await book.list({ scope, show: 'open', limit: 100 });
            if ('reason' in list) throw new Error(list.reason);
            const open = [...rows.values()].filter(({ status }) => status !== 'closed');
            expect(new Map(open.map((row) => [row.id, row]))).toEqual(
              new Map(list.rows.map((row) => [row.id, row])),
            );
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('says only the keys that changed', async () => {
    const { book } = await aBook();
    await book.settle([{ alert: anAlert() }]);
    const { seq } = book.feed;
    await book.settle([{ alert: anAlert({ count: 21 }) }]);
    const delta = book.feed.since(seq, { province: '75' });
    expect(delta).toMatchObject({
      set: [['SC-2026-000001', { events: 21, title: expect.stringContaining('21') as unknown }]],
      add: [],
      drop: [],
    });
    expect(
      Object.keys(typeof delta === 'string' ? {} : (delta.set[0]?.[1] ?? {})).toSorted(),
    ).toEqual(['events', 'title', 'titleEn']);
  });

  it('asks to read anew who comes back too late, or with a number of another process', async () => {
    const { book } = await aBook({ feedMax: 10 });
    const start = book.feed.seq;
    for (let count = 1; count <= 12; count += 1) await book.settle([{ alert: anAlert({ count }) }]);
    const scope = { province: '00' };
    expect(book.feed.since(start, scope)).toBe('too_old');
    expect(book.feed.since(start + 2, scope)).toMatchObject({ from: start + 3, to: start + 12 });
    expect(book.feed.since(start + 13, scope)).toBe('too_old');
    expect(book.feed.since(start - 1, scope)).toBe('too_old');
    expect(book.feed.since(Number.NaN, scope)).toBe('too_old');
  });

  it('tells who listens once for every step, and not after they left', async () => {
    const { book } = await aBook();
    const heard: number[] = [];
    const stop = book.feed.listen((seq) => heard.push(seq));
    await book.settle([{ alert: anAlert() }, { alert: anAlert({ rule: 'b', entities: [] }) }]);
    expect(heard).toEqual([book.feed.seq]);
    stop();
    await book.settle([{ alert: anAlert({ count: 30 }) }]);
    expect(heard).toHaveLength(1);
  });

  it('has nothing to say of a row that nobody changed', () => {
    const feed = createFeed(0, 10);
    const row = { id: 'SC-1', clocks: { sla: 'x' } } as unknown as IncidentRow;
    const shown = { place: { province: '75' }, row };
    feed.add(shown, { ...shown, row: { ...row, clocks: { sla: 'x' } } });
    expect(feed.seq).toBe(0);
  });
});
