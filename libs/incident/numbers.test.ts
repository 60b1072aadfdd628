import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CENTRE } from '#libs/model';

import { MemoryDocuments } from '../../test/support/memory-documents.ts';
import { createNumbers } from './numbers.ts';

const FIRST = Date.UTC(2026, 10, 23);
const place = { province: CENTRE };

function incident(id: string) {
  return { kind: 'incident', id, expect: 'absent', body: {}, place, order: 0 } as const;
}

describe('numbers of incidents', () => {
  it('are never shared, whoever draws at the same time, and one first alert has one', async () => {
    const draws = fc.array(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1 }), {
      minLength: 2,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(draws, async (batches) => {
        const documents = new MemoryDocuments();
        const drawn = await Promise.all(
          batches.map(async (alerts) => {
            const names = [...new Set(alerts)].map((n) => `alert-${n}`);
            const wishes = names.map((alert) => ({ alert, first: FIRST }));
            const numbers = await createNumbers(documents).take(wishes);
            return names.map((alert, at) => [alert, numbers[at]] as const);
          }),
        );
        const pairs = new Set(drawn.flat().map(([alert, number]) => `${alert} ${number}`));
        const alerts = new Set(drawn.flat().map(([alert]) => alert));
        const numbers = new Set(drawn.flat().map(([, number]) => number));
        expect([pairs.size, numbers.size]).toEqual([alerts.size, alerts.size]);
      }),
      { numRuns: 200 },
    );
  });

  it('wait for the same first alert when a crash left them without an incident', async () => {
    const documents = new MemoryDocuments();
    const wish = [{ alert: 'a', first: FIRST }];
    expect(await createNumbers(documents).take(wish)).toEqual(['SC-2026-000001']);
    expect(await createNumbers(documents).take(wish)).toEqual(['SC-2026-000001']);
    await documents.write([incident('SC-2026-000001')]);
    expect(await createNumbers(documents).take(wish)).toEqual(['SC-2026-000002']);
  });

  it('go on from the counter of a version before', async () => {
    const documents = new MemoryDocuments();
    const counter = { kind: 'incident-number', id: '2026', expect: 'absent', order: 0 } as const;
    await documents.write([{ ...counter, body: { last: 41, given: [] }, place }]);
    const numbers = createNumbers(documents);
    expect(await numbers.take([{ alert: 'a', first: FIRST }])).toEqual(['SC-2026-000042']);
    expect(await numbers.take([{ alert: 'b', first: FIRST }])).toEqual(['SC-2026-000043']);
  });

  it('begin anew each year of Viet Nam', async () => {
    const numbers = createNumbers(new MemoryDocuments());
    const lastEvening = Date.UTC(2026, 11, 31, 16, 59);
    const taken = await numbers.take([
      { alert: 'a', first: lastEvening },
      { alert: 'b', first: lastEvening + 60_000 },
    ]);
    expect(taken).toEqual(['SC-2026-000001', 'SC-2027-000001']);
  });
});
