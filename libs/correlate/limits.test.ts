import type { AlertChange } from '#libs/model';
import { describe, expect, it } from 'vitest';

import { correlation, match, member, ours, plainRule, ruleSet } from '../../test/model/builders.ts';
import { MemoryColdStore } from '../../test/support/memory-cold-store.ts';
import { createCorrelator } from './correlator.ts';
import { DEFAULT_CORRELATE_LIMITS, type CorrelateLimits } from './limits.ts';

const T = Date.UTC(2026, 10, 23, 2);
const HOUR = 3_600_000;
const rules = ruleSet(
  [member('a'), plainRule('p', { ours: ours({ group: ['source.ip'], suppressMs: 60_000 }) })],
  [correlation('c', ['a'])],
);

function correlatorOf(over: Partial<CorrelateLimits> = {}) {
  return createCorrelator(rules, { ...DEFAULT_CORRELATE_LIMITS, ...over });
}

const from = (rule: string, id: string, at: number, ip = '203.0.113.77') =>
  match(rule, id, T + at, { 'source.ip': ip });
const kinds = (changes: readonly AlertChange[]) => changes.map(({ kind }) => kind);

describe('limits of correlation', () => {
  it('lets a match beyond the lateness bound into no window, and counts it', async () => {
    const correlator = correlatorOf();
    await correlator.advance(T + 12 * HOUR + 2);
    const late = [from('a', 'e1', 0), from('a', 'e2', 1), from('a', 'e3', 1)];
    expect(await correlator.accept(late)).toEqual([]);
    expect(correlator.counters().too_late).toBe(3);
    const just = [from('a', 'e4', 2), from('a', 'e5', 3), from('a', 'e6', 4)];
    expect(kinds(await correlator.accept(just))).toEqual(['raised']);
  });

  it('raises the alert of a plain rule however late its match comes', async () => {
    const correlator = correlatorOf();
    await correlator.accept([from('p', 'e1', 40 * HOUR)]);
    await correlator.advance(T + 48 * HOUR);
    const late = await correlator.accept([from('p', 'e2', 0), from('p', 'e3', 1000)]);
    expect(late).toMatchObject([{ kind: 'raised', alert: { count: 2, late: true, first: T } }]);
  });

  it('lets a late match of a plain rule be held by the alert that lasts over it', async () => {
    const correlator = correlatorOf({ latenessMs: HOUR });
    for (let minute = 0; minute < 240; minute += 0.5)
      await correlator.accept([from('p', `e${minute}`, minute * 60_000)]);
    await correlator.advance(T + 4 * HOUR);
    expect(await correlator.accept([from('p', 'late', 90_000)])).toEqual([]);
    expect(correlator.counters().too_late).toBe(1);
  });

  it('forgets the oldest key for a new one, and counts it', async () => {
    const correlator = correlatorOf({ keysMax: 2 });
    await correlator.accept([from('a', 'e1', 0, '10.0.0.1'), from('a', 'e2', 1, '10.0.0.1')]);
    await correlator.accept([from('a', 'e3', 2, '10.0.0.2'), from('a', 'e4', 3, '10.0.0.3')]);
    expect(correlator.counters()).toMatchObject({ keys: 2, keys_dropped: 1 });
    expect(await correlator.accept([from('a', 'e5', 4, '10.0.0.1')])).toEqual([]);
  });

  it('goes on with the newest matches of a key that has too many', async () => {
    const correlator = correlatorOf({ matchesPerKeyMax: 100 });
    let last: AlertChange | undefined;
    for (let i = 0; i < 500; i += 1) {
      const id = `e${String(i).padStart(3, '0')}`;
      last = (await correlator.accept([from('a', id, i * 1000)])).at(-1);
    }
    const { count, first, evidence } = last?.alert ?? { count: 0, first: 0, evidence: [] };
    expect([count, first - T]).toEqual([500, 0]);
    expect([evidence.length, evidence[0]?.event, evidence.at(-1)?.event]).toEqual([
      40,
      'e000',
      'e499',
    ]);
    expect(correlator.counters().matches_dropped).toBeGreaterThan(0);
  });

  it('counts repeats, and matches that have no group', async () => {
    const correlator = correlatorOf();
    await correlator.accept([from('a', 'e1', 0), from('a', 'e1', 0), match('a', 'e2', T, {})]);
    expect(correlator.counters()).toMatchObject({ repeats: 1, ungrouped: 1, matches: 3 });
  });
});

describe('what is put away', () => {
  it('leaves memory and snapshots as large as the open windows, whatever the lateness', async () => {
    const store = new MemoryColdStore();
    const [small, large] = [
      createCorrelator(rules, DEFAULT_CORRELATE_LIMITS, store),
      createCorrelator(rules, DEFAULT_CORRELATE_LIMITS),
    ];
    for (const correlator of [small, large])
      for (let minute = 0; minute < 11 * 60; minute += 1) {
        const at = minute * 60_000;
        const batch = Array.from({ length: 20 }, (_, i) =>
          from('a', `e${minute}-${i}`, at + i, `10.0.${i}.${minute % 50}`),
        );
        await correlator.accept(batch);
        await correlator.advance(T + at + 60_000);
      }
    expect(small.snapshot().length * 10).toBeLessThan(large.snapshot().length);
    expect(small.counters().put_away).toBeGreaterThan(12_000);
    expect(store.reads).toBe(0);
  });

  it('is tried again when it can not be written, and nothing is lost', async () => {
    const store = new MemoryColdStore();
    const correlator = createCorrelator(rules, DEFAULT_CORRELATE_LIMITS, store);
    await correlator.accept([from('a', 'e1', 0), from('a', 'e2', 1000)]);
    store.failing = true;
    await correlator.advance(T + HOUR);
    expect(correlator.counters()).toMatchObject({ cold_failures: 1, keys: 1 });
    store.failing = false;
    await correlator.advance(T + 3 * HOUR);
    expect(correlator.counters()).toMatchObject({ cold_failures: 1, keys: 0 });
    expect(kinds(await correlator.accept([from('a', 'e3', 2000)]))).toEqual(['raised']);
  });
});

describe('late evidence', () => {
  it('supersedes an alert that began earlier than was known, and joins two into the earlier', async () => {
    const correlator = correlatorOf();
    const second = 1000;
    const one = await correlator.accept(
      ['e1', 'e2', 'e3'].map((id, i) => from('a', id, 100 * second + i)),
    );
    const two = await correlator.accept(
      ['f1', 'f2', 'f3'].map((id, i) => from('a', id, 500 * second + i)),
    );
    const early = await correlator.accept([from('a', 'd0', 50 * second)]);
    expect(kinds(early)).toEqual(['raised', 'superseded']);
    const [raised, superseded] = early;
    expect(raised?.alert).toMatchObject({ first: T + 50 * second, count: 4 });
    expect(superseded?.alert).toMatchObject({
      id: one[0]?.alert.id,
      state: { kind: 'superseded', by: raised?.alert.id },
    });
    const between = ['g1', 'g2', 'g3'].map((id, i) => from('a', id, 300 * second + i));
    const joined = await correlator.accept(between);
    expect(kinds(joined)).toEqual(['changed', 'superseded']);
    expect(joined[0]?.alert).toMatchObject({ id: raised?.alert.id, count: 10 });
    expect(joined[1]?.alert).toMatchObject({
      id: two[0]?.alert.id,
      state: { by: raised?.alert.id },
    });
  });

  it('withdraws a ratio that was diluted, with the event that did it', async () => {
    const ratio = correlation('r', ['a'], { ours: ours({ ratio: { base: ['b'], gte: 0.5 } }) });
    const set = ruleSet([member('a'), member('b')], [ratio]);
    const correlator = createCorrelator(set, DEFAULT_CORRELATE_LIMITS);
    const bad = ['e1', 'e2', 'e3'].flatMap((id, i) => [from('a', id, i), from('b', id, i)]);
    expect(kinds(await correlator.accept(bad))).toEqual(['raised']);
    const diluted = await correlator.accept(['x1', 'x2', 'x3', 'x4'].map((id) => from('b', id, 0)));
    expect(diluted).toMatchObject([
      { kind: 'withdrawn', alert: { state: { kind: 'withdrawn', by: 'x1' } } },
    ]);
  });
});
