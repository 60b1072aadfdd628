import { describe, expect, it } from 'vitest';

import type { Severity } from '#libs/model';

import {
  aBook,
  AN,
  anAlert,
  MINUTE,
  MORNING,
  type Rig,
} from '../../test/support/incident-parts.ts';
import type { IncidentListRequest } from './list.ts';

const LEVELS: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'informational'];
const CENTRE = { province: '00' };

async function withMany(count: number): Promise<Rig> {
  const rig = await aBook();
  await rig.book.settle(
    Array.from({ length: count }, (_, at) => ({
      alert: anAlert({
        rule: at % 3 === 0 ? 'sec-01' : `rule-${at % 3}`,
        groupKey: String(at),
        first: MORNING - at * MINUTE,
        level: LEVELS[at % 5] ?? 'low',
        place: { province: at % 2 === 0 ? '75' : '12' },
        entities: [{ kind: 'host', value: `srv-${at}` }],
      }),
    })),
  );
  return rig;
}

async function listed(rig: Rig, request: Partial<IncidentListRequest> = {}) {
  const page = await rig.book.list({ scope: CENTRE, show: 'open', limit: 1000, ...request });
  if ('reason' in page) throw new Error(page.reason);
  return page;
}

async function walked(rig: Rig, request: Partial<IncidentListRequest>, between?: () => unknown) {
  const ids: string[] = [];
  for (let cursor: string | undefined; ;) {
    const more = cursor === undefined ? {} : { cursor };
    const page = await listed(rig, { ...request, ...more });
    ids.push(...page.rows.map(({ id }) => id));
    if (page.cursor === null) return ids;
    cursor = page.cursor;
    await between?.();
  }
}

describe('the list of open incidents', () => {
  it('puts the most severe and most urgent first', async () => {
    const rig = await withMany(50);
    const { rows, total } = await listed(rig);
    expect(total).toBe(50);
    const order = rows.map(({ severity }) => LEVELS.indexOf(severity));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('pages through every row once in every order', async () => {
    const rig = await withMany(50);
    for (const sort of ['urgency', 'last', 'first', 'severity', 'events', 'id'] as const) {
      const ids = await walked(rig, { sort, limit: 7 });
      expect(new Set(ids).size).toBe(50);
      expect(ids).toHaveLength(50);
    }
  });

  it('shows no row twice while others come in between', async () => {
    const rig = await withMany(20);
    let more = 0;
    const ids = await walked(rig, { sort: 'last', limit: 5 }, () => {
      more += 1;
      const first = MORNING + more * MINUTE;
      return rig.book.settle([{ alert: anAlert({ rule: 'new', first, entities: [] }) }]);
    });
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(20);
  });

  it('keeps to the scope, in rows and in counts', async () => {
    const rig = await withMany(20);
    const mine = await listed(rig, { scope: { province: '12' } });
    expect(mine.total).toBe(10);
    expect(new Set(mine.rows.map(({ locality }) => locality.province))).toEqual(new Set(['12']));
    expect(rig.book.counts({ province: '12' }, 'an')).toMatchObject({ open: 10, unassigned: 10 });
    expect(rig.book.counts({ province: '46' }, 'an')).toMatchObject({ open: 0 });
  });

  it('finds by words without marks, and by field', async () => {
    const rig = await withMany(20);
    const total = async (q: string) => (await listed(rig, { q })).total;
    expect(await total('dong nai')).toBe(10);
    expect(await total('locality:12')).toBe(10);
    expect(await total('locality:"lai châu"')).toBe(10);
    expect(await total('severity:critical locality:75')).toBe(2);
    expect(await total('rule:SEC-01')).toBe(7);
    expect(await total('entity:srv-3')).toBe(1);
    expect(await total('srv-1')).toBe(11);
    expect(await total('nothing has this')).toBe(0);
    expect(await total('__proto__:x')).toBe(0);
  });

  it('narrows by severity, status, assignee, time and overdue clocks', async () => {
    const rig = await withMany(20);
    const { rows } = await listed(rig, { severity: ['high'] });
    expect(rows).toHaveLength(4);
    const id = rows[0]?.id ?? '';
    await rig.book.act(AN, id, 'acknowledge', { version: 1 });
    expect((await listed(rig, { assignee: 'an' })).total).toBe(1);
    expect((await listed(rig, { unassigned: true })).total).toBe(19);
    expect((await listed(rig, { status: ['acknowledged'] })).total).toBe(1);
    expect((await listed(rig, { from: MORNING - 3 * MINUTE })).total).toBe(5);
    expect((await listed(rig, { overdueAt: MORNING + 15 * MINUTE })).total).toBe(4);
  });

  it('refuses a cursor it did not give', async () => {
    const rig = await withMany(3);
    for (const cursor of ['x', '', 'bnVsbA', 'W3t9XQ']) {
      expect(await rig.book.list({ scope: CENTRE, show: 'open', limit: 5, cursor })).toEqual({
        reason: 'bad_cursor',
      });
    }
  });
});

describe('the list of all incidents', () => {
  it('holds closed ones too, newest first, every one once', async () => {
    const rig = await withMany(30);
    for (const id of ['SC-2026-000003', 'SC-2026-000011']) {
      const request = { version: 1, verdict: 'benign', text: 'xong' } as const;
      expect(await rig.book.act(AN, id, 'verdict', request)).toHaveProperty('done');
    }
    expect((await listed(rig)).total).toBe(28);
    const ids = await walked(rig, { show: 'all', limit: 7 });
    expect(new Set(ids).size).toBe(30);
    expect(ids).toHaveLength(30);
    const closed = await walked(rig, { show: 'all', limit: 7, status: ['closed'] });
    expect(closed.toSorted()).toEqual(['SC-2026-000003', 'SC-2026-000011']);
    const page = await listed(rig, { show: 'all' });
    const times = page.rows.map(({ last }) => last);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('shows open ones as they are now', async () => {
    const rig = await withMany(3);
    await rig.book.act(AN, 'SC-2026-000002', 'acknowledge', { version: 1 });
    const page = await listed(rig, { show: 'all', assignee: 'an' });
    expect(page.rows.map(({ id }) => id)).toEqual(['SC-2026-000002']);
  });

  it('keeps to the scope', async () => {
    const rig = await withMany(10);
    expect((await listed(rig, { show: 'all', scope: { province: '46' } })).rows).toEqual([]);
    expect((await listed(rig, { show: 'all', scope: { province: '12' } })).rows).toHaveLength(5);
  });
});
