import { expect, it } from 'vitest';

import { CENTRE } from '#libs/model';

import { DAY_MS, eventAt, FIRST_DAY } from './contracts/sample-events.contract.ts';
import { NaiveEventStore } from './contracts/naive-event-store.contract.ts';
import { checkRetention, retainEvents, RETENTION_DAYS } from './retention.ts';

it('keeps so many whole days before today, and today', async () => {
  const store = new NaiveEventStore();
  const events = Array.from({ length: 5 }, (_, day) => eventAt(FIRST_DAY + day * DAY_MS, {}));
  await store.append({ from: 0, to: 1, received: 0, events });
  const noonOfLast = FIRST_DAY + 4.5 * DAY_MS;
  const { days } = await retainEvents(store, noonOfLast, 2);
  expect(days).toEqual(['2026-11-20', '2026-11-21']);
  const span = { scope: { province: CENTRE }, from: 0, to: 4e12, query: { kind: 'all' } as const };
  expect((await store.search({ ...span, limit: 9 })).events).toHaveLength(3);
});

it('asks for a reason when events are kept for less than twelve months', () => {
  expect(checkRetention(RETENTION_DAYS, undefined)).toEqual({ ok: true });
  expect(checkRetention(30, 'trial, agreed on 12 Nov')).toEqual({ ok: true });
  expect(checkRetention(30, '  ')).toMatchObject({ reason: 'retention_reason_missing' });
  for (const days of [0, -1, 1.5, Number.NaN, 1e9]) {
    expect(checkRetention(days, 'why')).toMatchObject({ reason: 'retention_out_of_range' });
  }
});
