import { createCorrelator, DEFAULT_CORRELATE_LIMITS } from '#libs/correlate';
import type { Alert, Batch, Event } from '#libs/model';
import { compile } from '#libs/sigma';
import { describe, expect, it } from 'vitest';

import { event } from '../../test/model/builders.ts';
import { createDetector } from './detector.ts';

const T = Date.UTC(2026, 10, 23, 20);
const SECOND = 1000;

const failed = `
title: Failed login
name: failed_login
logsource: {product: keycloak}
detection:
  selection: {event.action: LOGIN_ERROR}
  condition: selection
level: low
`;
const brute = (level: string, count = 3) => `
title: Brute force
name: brute_force
correlation:
  type: event_count
  rules: [failed_login]
  group-by: [source.ip]
  timespan: 5m
  condition: {gte: ${count}}
level: ${level}
`;
const link = `
title: Link down
name: link_down
logsource: {product: thapcanh}
detection:
  selection: {event.action: link-down}
  condition: selection
level: medium
thapcanh:
  group: [gov.source.id]
  suppress: 10m
---
title: Link up
name: link_up
logsource: {product: thapcanh}
detection:
  selection: {event.action: link-up}
  condition: selection
level: informational
thapcanh:
  recovers: [link_down]
`;

function rulesOf(...texts: string[]) {
  const set = compile(texts.map((text, i) => ({ file: `${i}.yml`, text })));
  expect(set.refused).toEqual([]);
  return set;
}

function detectorOf(...texts: string[]) {
  const set = rulesOf(...texts);
  return createDetector(set, createCorrelator(set, DEFAULT_CORRELATE_LIMITS));
}

function batchOf(events: readonly Event[]): Batch {
  const received = Math.max(...events.map((e) => e.received));
  return { from: 0, to: 1, received, events };
}

function failure(n: number, over: Record<string, string> = {}): Event {
  return event(`f${n}`, T + n * SECOND, {
    'event.dataset': 'keycloak.event',
    'event.action': 'LOGIN_ERROR',
    'source.ip': '203.0.113.77',
    ...over,
  });
}

const availability = (id: string, at: number, action: string): Event =>
  event(id, T + at * SECOND, {
    'event.dataset': 'thapcanh.availability',
    'event.action': action,
    'gov.source.id': 'fw-12-03433',
    'gov.locality.code': '12',
    'gov.locality.commune_code': '03433',
  });

const failures = (from: number, to: number, over: Record<string, string> = {}) =>
  Array.from({ length: to - from }, (_, i) => failure(from + i, over));

describe('the detector', () => {
  it('raises, then only changes, one alert with its place, entity and count', async () => {
    const detector = detectorOf(failed, brute('high'));
    const first = await detector.take(batchOf(failures(0, 3)));
    expect(first.changes).toMatchObject([
      {
        kind: 'raised',
        alert: {
          title: 'Brute force',
          level: 'high',
          group: { 'source.ip': '203.0.113.77' },
          place: { province: '66' },
          entities: [{ kind: 'address', value: '203.0.113.77' }],
          count: 3,
          late: false,
        },
      },
    ]);
    expect([...first.matched.values()]).toEqual([3]);
    const second = await detector.take(batchOf(failures(3, 5)));
    expect(second.changes).toMatchObject([
      { kind: 'changed', alert: { id: first.changes[0]?.alert.id, count: 5 } },
    ]);
  });

  it('takes a batch again without changing anything', async () => {
    const detector = detectorOf(failed, brute('high'));
    const batch = batchOf(failures(0, 3));
    await detector.take(batch);
    expect((await detector.take(batch)).changes).toEqual([]);
  });

  it('files an event of nobody knows where under the unknown locality', async () => {
    const detector = detectorOf(failed, brute('high'));
    const events = failures(0, 3).map((e) => {
      delete e.fields['gov.locality.code'];
      return e;
    });
    const { changes } = await detector.take(batchOf(events));
    expect(changes[0]?.alert.place).toEqual({ province: 'xx' });
  });

  it('reads fields that an event nests', async () => {
    const detector = detectorOf(failed, brute('high'));
    const events = failures(0, 3).map((e) => {
      const { 'gov.locality.code': code, 'source.ip': ip, ...flat } = e.fields;
      const nested = { gov: { locality: { code } }, source: { ip } };
      return { ...e, fields: { ...flat, ...nested } as unknown as Event['fields'] };
    });
    const { changes } = await detector.take(batchOf(events));
    expect(changes[0]?.alert).toMatchObject({
      place: { province: '66' },
      group: { 'source.ip': '203.0.113.77' },
    });
  });

  it('says an alert is late when its last match is long past', async () => {
    const detector = detectorOf(failed, brute('high'));
    await detector.advance(T + 3_600_000);
    const { changes } = await detector.take(batchOf(failures(0, 3)));
    expect(changes[0]?.alert.late).toBe(true);
  });

  it('tells recoveries under the key of the rule that they end, and raises nothing for them', async () => {
    const detector = detectorOf(link);
    const down = await detector.take(batchOf([availability('d', 0, 'link-down')]));
    const alert = down.changes[0]?.alert as Alert;
    expect(alert.place).toEqual({ province: '12', commune: '03433' });
    const up = await detector.take(batchOf([availability('u', 60, 'link-up')]));
    expect(up.changes).toEqual([]);
    expect(up.recoveries).toEqual([
      { rules: [alert.rule], groupKey: alert.groupKey, time: T + 60 * SECOND, event: 'u' },
    ]);
  });

  it('keeps the windows of unchanged rules when others are put in force', async () => {
    const detector = detectorOf(failed, brute('high'));
    await detector.take(batchOf(failures(0, 2)));
    detector.reload(rulesOf(failed, brute('critical'), link));
    const { changes } = await detector.take(batchOf(failures(2, 3)));
    expect(changes).toMatchObject([{ kind: 'raised', alert: { count: 3, level: 'critical' } }]);
    detector.reload(rulesOf(failed, brute('critical', 4)));
    expect((await detector.take(batchOf(failures(3, 6)))).changes).toEqual([]);
    expect((await detector.take(batchOf(failures(6, 7)))).changes).toHaveLength(1);
  });

  it('goes on from its snapshot', async () => {
    const before = detectorOf(failed, brute('high'));
    await before.take(batchOf(failures(0, 2)));
    const after = detectorOf(failed, brute('high'));
    after.restore(before.snapshot());
    expect((await after.take(batchOf(failures(2, 3)))).changes).toMatchObject([{ kind: 'raised' }]);
  });

  it('refuses bytes that are no snapshot', () => {
    const detector = detectorOf(failed);
    expect(() => detector.restore(new Uint8Array([1, 2, 3]))).toThrow('can not be read');
  });

  it('counts what each rule met and samples what it costs', async () => {
    const detector = detectorOf(failed, brute('high', 1000));
    for (let i = 0; i < 4; i += 1) await detector.take(batchOf(failures(i * 200, i * 200 + 200)));
    const { events, rules } = detector.counts();
    expect(events).toBe(800);
    expect([...rules.values()]).toMatchObject([{ matches: 800, samples: 3 }]);
  });
});
