import { alertId } from '#libs/model';
import { describe, expect, it } from 'vitest';

import { modelAlerts } from './alerts.ts';
import { correlation, match, member, ours, plainRule, ruleSet } from './builders.ts';
import { modelGroups } from './groups.ts';

const MINUTE = 60_000;
const T = Date.UTC(2026, 10, 23, 2);
const END = { reached: T + 864e5 };
const at = (rule: string, ids: Record<string, number>) =>
  Object.entries(ids).map(([id, minutes]) => match(rule, id, T + minutes * MINUTE));

describe('the reference, by hand', () => {
  it('holds a plain rule together until its suppression passes without a match', () => {
    const rules = ruleSet([plainRule('p', { ours: ours({ suppressMs: 10 * MINUTE }) })]);
    const alerts = modelAlerts(rules, at('p', { e1: 0, e2: 9.9, e3: 19.9 }), END);
    expect(alerts.map(({ first, last, count }) => [first - T, last - T, count])).toEqual([
      [0, 9.9 * MINUTE, 2],
      [19.9 * MINUTE, 19.9 * MINUTE, 1],
    ]);
  });

  it('counts over (t - timespan, t] and makes the id from the earliest match of the first window', () => {
    const rules = ruleSet([member('a')], [correlation('c', ['a'])]);
    const edge = modelAlerts(rules, at('a', { e1: 0, e2: 1, e3: 5 }), END);
    expect(edge).toEqual([]);
    const [alert] = modelAlerts(rules, at('a', { e0: 0, e1: 1, e2: 5, e3: 5.5 }), END);
    const groupKey = '["66","203.0.113.77"]';
    expect(alert).toMatchObject({
      id: alertId('c', groupKey, T + MINUTE),
      groupKey,
      count: 3,
      last: T + 5.5 * MINUTE,
      place: { province: '66' },
      entities: [{ kind: 'address', value: '203.0.113.77' }],
    });
  });

  it('counts the same event once, however often it came', () => {
    const rules = ruleSet([member('a')], [correlation('c', ['a'])]);
    const list = at('a', { e1: 0, e2: 1 });
    expect(modelAlerts(rules, [...list, ...list], END)).toEqual([]);
  });

  it('takes equal times as in order, and a later one before as not', () => {
    const then = correlation('c', ['a', 'b'], {
      type: 'temporal_ordered',
      condition: [{ op: 'gte', value: 2 }],
    });
    const rules = ruleSet([member('a'), member('b')], [then]);
    const same = [...at('b', { e1: 0 }), ...at('a', { e2: 0 })];
    expect(modelAlerts(rules, same, END)).toHaveLength(1);
    const reverse = [...at('b', { e1: 0 }), ...at('a', { e2: 1 })];
    expect(modelAlerts(rules, reverse, END)).toEqual([]);
  });

  it('counts one episode of a member correlation once, present while it lasts', () => {
    const feeder = correlation('feeder', ['a'], { silent: true });
    const then = correlation('c', ['feeder', 'b'], {
      type: 'temporal_ordered',
      condition: [{ op: 'gte', value: 2 }],
    });
    const rules = ruleSet([member('a'), member('b')], [feeder, then]);
    const failures = at('a', { e1: 0, e2: 1, e3: 2, e4: 4, e5: 6, e6: 8 });
    const [alert] = modelAlerts(rules, [...failures, ...at('b', { ok: 12 })], END);
    expect(alert).toMatchObject({ count: 2, evidence: [{ event: 'e6' }, { event: 'ok' }] });
    expect(modelAlerts(rules, [...failures, ...at('b', { ok: 13 })], END)).toEqual([]);
  });

  it('wants the share and the minimum count of a ratio', () => {
    const ratio = correlation('c', ['bad'], {
      ours: ours({ ratio: { base: ['all'], gte: 0.5 } }),
    });
    const rules = ruleSet([member('bad'), member('all')], [ratio]);
    const bad = [...at('bad', { e1: 0, e2: 1, e3: 2 }), ...at('all', { e1: 0, e2: 1, e3: 2 })];
    expect(modelAlerts(rules, bad, END)).toHaveLength(1);
    const diluted = [...bad, ...at('all', { f1: 0, f2: 0, f3: 0, f4: 0 })];
    expect(modelAlerts(rules, diluted, END)).toEqual([]);
    expect(modelAlerts(rules, bad.slice(1), END)).toEqual([]);
  });

  it('knows an absence when its time has passed', () => {
    const absent = correlation('c', ['asked', 'answered'], { type: 'absence', condition: [] });
    const rules = ruleSet([member('asked'), member('answered')], [absent]);
    const asked = at('asked', { e1: 0 });
    expect(modelAlerts(rules, asked, { reached: T + 5 * MINUTE })).toEqual([]);
    expect(modelAlerts(rules, asked, { reached: T + 5 * MINUTE + 1 })).toHaveLength(1);
    expect(modelAlerts(rules, [...asked, ...at('answered', { e2: 5 })], END)).toEqual([]);
  });
});

describe('the reference and the days before, by hand', () => {
  const DAY = 1440;
  const group = (id: string, over: object) =>
    ruleSet([member('a')], [correlation(id, ['a'], over)]);
  const burst = (n: number, day: number, from = 0) =>
    at(
      'a',
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`d${day}-${i}`, day * DAY + from])),
    );

  it('wants a count well above the same minutes of the sealed days, where these exist', () => {
    const rules = group('c', { ours: ours({ baseline: { gte: 3, days: 2 } }) });
    const alertsOf = (today: number) =>
      modelAlerts(rules, [...burst(4, 0), ...burst(2, 1), ...burst(today, 4)], {
        reached: T + 10 * DAY * MINUTE,
      }).filter(({ first }) => first > T + 3 * DAY * MINUTE);
    // T is 09:00: on the fifth day at that time the days 0 and 1 are the last that are sealed.
    expect(alertsOf(8)).toEqual([]);
    expect(alertsOf(9)).toHaveLength(1);
    const unknown = modelAlerts(rules, burst(3, 4), END);
    expect(unknown).toHaveLength(1);
  });

  it('raises what a group shows for the first time since days that it has learned', () => {
    const rules = ruleSet(
      [member('a')],
      [
        correlation('c', ['a'], {
          type: 'new_value',
          field: ['source.ip'],
          condition: [],
          groupBy: [{ name: 'user.name', fieldOf: 'user.name' }],
          timespanMs: 7 * DAY * MINUTE,
        }),
      ],
    );
    const seen = (id: string, day: number, ip: string) =>
      match('a', id, T + day * DAY * MINUTE, { 'user.name': 'an', 'source.ip': ip });
    const days = [seen('e0', 0, '10.0.0.1'), seen('e4', 4, '10.0.0.1')];
    expect(modelAlerts(rules, days, END)).toEqual([]);
    const fresh = [seen('f4', 4, '203.0.113.9'), seen('f5', 5, '203.0.113.9')];
    const [alert, ...others] = modelAlerts(
      rules,
      [...days, ...fresh, seen('f8', 8, '203.0.113.9')],
      END,
    );
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ count: 2, groupKey: '["66","an","203.0.113.9"]' });
  });

  it('raises the level once the share was large for long enough, in office hours', () => {
    const rise = { to: 'critical' as const, ratioGte: 0.5, forMs: 4 * MINUTE, officeHours: true };
    const ratio = { base: ['b'], gte: 0.1 };
    const rules = ruleSet(
      [member('a'), member('b')],
      [correlation('c', ['a'], { ours: ours({ ratio, rise }) })],
    );
    const lasting = (minutes: number, hours = 0) => {
      const list = Array.from({ length: minutes * 2 }, (_, i) => [`e${i}`, i / 2 + hours * 60]);
      const ids = Object.fromEntries(list) as Record<string, number>;
      return modelAlerts(rules, [...at('a', ids), ...at('b', ids)], END).map(({ level }) => level);
    };
    expect([lasting(4), lasting(6), lasting(6, 12)]).toEqual([
      ['medium'],
      ['critical'],
      ['medium'],
    ]);
  });
});

describe('how alerts group', () => {
  const alert = (id: string, first: number, last: number, value: string, commune?: string) => ({
    id,
    first: T + first * MINUTE,
    last: T + last * MINUTE,
    place: commune === undefined ? { province: '66' } : { province: '66', commune },
    entities: [{ kind: 'address' as const, value }],
  });

  it('links what shares an entity and a place within the gap, through others too', () => {
    const a = alert('a', 0, 10, 'x');
    const b = alert('b', 70, 80, 'x');
    const c = alert('c', 140, 150, 'x');
    expect(modelGroups([a, c, b])).toEqual([['a', 'b', 'c']]);
    expect(modelGroups([a, c])).toEqual([['a'], ['c']]);
    expect(modelGroups([a, alert('d', 0, 10, 'y')])).toEqual([['a'], ['d']]);
  });

  it('keeps two communes apart unless an alert of the whole province joins them', () => {
    const a = alert('a', 0, 1, 'x', '03433');
    const b = alert('b', 0, 1, 'x', '24133');
    expect(modelGroups([a, b])).toEqual([['a'], ['b']]);
    expect(modelGroups([a, b, alert('c', 0, 1, 'x')])).toEqual([['a', 'b', 'c']]);
  });
});
