import { describe, expect, it } from 'vitest';

import { correlation, match, member, ours, ruleSet } from '../../test/model/builders.ts';
import { createCorrelator } from './correlator.ts';
import { DEFAULT_CORRELATE_LIMITS } from './limits.ts';

const T = Date.UTC(2026, 10, 23, 2);
const SECOND = 1000;
const limits = DEFAULT_CORRELATE_LIMITS;
const group = { 'source.ip': '203.0.113.77' };
const at = (rule: string, ids: Record<string, number>, fields = group) =>
  Object.entries(ids).map(([id, s]) => match(rule, id, T + s * SECOND, fields));

describe('how far a window is from its threshold', () => {
  it('says count, threshold and span of the groups that are nearest', async () => {
    const set = ruleSet([member('a')], [correlation('c', ['a'])]);
    const correlator = createCorrelator(set, limits);
    const other = { 'source.ip': '203.0.113.9' };
    await correlator.accept([...at('a', { e1: 0, e2: 10 }), ...at('a', { f1: 5 }, other)]);
    expect(correlator.standing('c', { limit: 5 })).toEqual([
      {
        rule: 'c',
        province: '66',
        group,
        at: T + 10 * SECOND,
        spanMs: 300_000,
        matches: 2,
        measured: 2,
        condition: [{ op: 'gte', value: 3 }],
        present: [],
        lacks: 'threshold',
      },
      expect.objectContaining({ group: other, measured: 1 }),
    ]);
    expect(correlator.standing('c', { limit: 1 })).toHaveLength(1);
    expect(correlator.standing('unknown', { limit: 1 })).toEqual([]);
  });

  it('asks a province by the parameters that it laid on the rule, from the reload on', async () => {
    const set = ruleSet([member('a')], [correlation('c', ['a'])]);
    const correlator = createCorrelator(set, limits);
    const hue = { ...group, 'gov.locality.code': '46' };
    const before = await correlator.accept([
      ...at('a', { e1: 0, e2: 1 }),
      ...at('a', { f1: 0 }, hue),
    ]);
    expect(before).toEqual([]);
    const stricter = correlation('c', ['a'], { condition: [{ op: 'gte', value: 2 }] });
    correlator.reload(
      ruleSet([member('a')], [correlation('c', ['a'], { byProvince: { '46': stricter } })]),
    );
    const changes = await correlator.accept([
      ...at('a', { e3: 3 }),
      ...at('a', { f2: 2, f3: 3 }, hue),
    ]);
    // The others keep their windows; where a rule changed it begins anew.
    expect(changes.map(({ alert }) => [alert.place.province, alert.count])).toEqual([
      ['66', 3],
      ['46', 2],
    ]);
    const asked = correlator.standing('c', { limit: 5 });
    expect(asked.map(({ province, condition }) => [province, condition])).toEqual([
      ['66', [{ op: 'gte', value: 3 }]],
      ['46', [{ op: 'gte', value: 2 }]],
    ]);
    const restored = createCorrelator(set, limits);
    restored.restore(correlator.snapshot());
    expect(await restored.accept(at('a', { e3: 3 }))).toEqual([]);
  });

  it('looks at the window of an event, as it was at its time', async () => {
    const set = ruleSet([member('a')], [correlation('c', ['a'])]);
    const correlator = createCorrelator(set, limits);
    const events = at('a', { e1: 0, e2: 10, e3: 20, e4: 30 });
    await correlator.accept(events);
    const of = (i: number) =>
      correlator
        .standing('c', { event: events[i]?.event as never, limit: 5 })
        .map(({ measured, lacks }) => [measured, lacks]);
    expect([of(1), of(3)]).toEqual([[[2, 'threshold']], [[4, undefined]]]);
  });

  it('names the member, the share or the days before that is lacking', async () => {
    const then = correlation('then', ['a', 'b'], {
      type: 'temporal_ordered',
      condition: [{ op: 'gte', value: 2 }],
    });
    const ratio = correlation('ratio', ['a'], {
      condition: [{ op: 'gte', value: 2 }],
      ours: ours({ ratio: { base: ['b'], gte: 0.9 } }),
    });
    const daily = correlation('daily', ['a'], {
      condition: [{ op: 'gte', value: 2 }],
      ours: ours({ baseline: { gte: 3, days: 1 } }),
    });
    const set = ruleSet([member('a'), member('b')], [then, ratio, daily]);
    const correlator = createCorrelator(set, limits);
    const day = 86_400;
    await correlator.accept(
      at('a', { y1: -3 * day, y2: 5 - 3 * day, y3: -2 * day, y4: 9 - 2 * day }),
    );
    await correlator.accept([...at('b', { e1: 0, e2: 1, e3: 2 }), ...at('a', { e4: 10, e5: 20 })]);
    const event = at('a', { e5: 20 })[0]?.event as never;
    const [one, two, three] = ['then', 'ratio', 'daily'].map((rule) =>
      correlator.standing(rule, { event, limit: 1 }),
    );
    expect(one).toMatchObject([{ lacks: 'members', present: ['b', 'a'] }]);
    expect(two).toMatchObject([{ lacks: 'ratio', ratio: { share: 2 / 3, gte: 0.9 } }]);
    expect(three).toMatchObject([{ lacks: 'baseline', measured: 2, baseline: 6 }]);
  });
});

describe('marks for the ledger', () => {
  const set = ruleSet([member('a')], [correlation('c', ['a'])]);

  it('say where late matches were evaluated, once', async () => {
    const correlator = createCorrelator(set, limits);
    await correlator.accept(at('a', { e1: 0, e2: 10, e3: 20, e4: 400 }));
    expect(correlator.marks()).toEqual([]);
    await correlator.accept(at('a', { l1: 5, l2: 15 }));
    const [from, to] = [T + 5 * SECOND, T + 315 * SECOND];
    const late = { rule: 'c', province: '66', kind: 'late', limit: '', from, to, count: 1 };
    expect(correlator.marks()).toEqual([late]);
    expect(correlator.marks()).toEqual([]);
  });

  it('say which limit dropped what, and where', async () => {
    const correlator = createCorrelator(set, { ...limits, matchesPerKeyMax: 20, keysMax: 1 });
    for (let i = 0; i < 40; i += 1) await correlator.accept(at('a', { [`e${i}`]: i }));
    await correlator.accept(at('a', { x: 50 }, { 'source.ip': '203.0.113.9' }));
    await correlator.advance(T + 13 * 3_600_000);
    await correlator.accept(at('a', { late: 0 }));
    const marks = correlator.marks().map(({ limit, from }) => [limit, (from - T) / SECOND]);
    expect(marks.map(([limit]) => limit)).toEqual(['matches_dropped', 'keys_dropped', 'too_late']);
    expect(marks[0]).toEqual(['matches_dropped', 0]);
  });
});
