import type { CorrelationView, Match } from '#libs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { modelAlerts } from '../../test/model/alerts.ts';
import { correlation, match, member, ruleSet } from '../../test/model/builders.ts';
import {
  arrivals,
  chainedTypes,
  HOUR,
  InForce,
  inArrivalOrder,
  play,
  soonOrLast,
  sorted,
} from '../../test/model/streams.ts';
import { MemoryColdStore } from '../../test/support/memory-cold-store.ts';
import { createCorrelator } from './correlator.ts';
import { DEFAULT_CORRELATE_LIMITS } from './limits.ts';

const limits = DEFAULT_CORRELATE_LIMITS;
const MINUTE = 60_000;
const T = Date.UTC(2026, 10, 23);
const PAST_ALL = Date.UTC(2026, 11, 24);
const runs = Number(process.env['CORRELATE_RUNS'] ?? 60);

const two = [{ op: 'gte' as const, value: 2 }];
const at = (rule: string, minutes: number): Match =>
  match(rule, `${rule}${minutes}`, T + minutes * MINUTE);

/** What came when, in minutes; `late` comes at the last moment it may. */
interface Course {
  readonly correlations: readonly CorrelationView[];
  readonly soon: readonly Match[];
  readonly late: Match;
}

/** Plays a course, with half a day between what came soon and what came late. */
async function expectModel(course: Course, store?: MemoryColdStore): Promise<void> {
  const { correlations, soon, late } = course;
  const rules = ruleSet(['a', 'b', 'c'].map(member), correlations);
  const correlator = createCorrelator(rules, limits, store);
  const standing = new InForce();
  await play(
    correlator,
    soon.map((one) => ({ match: one, received: one.event.time + 1000 })),
    1,
    standing,
  );
  const end = late.event.time + 12 * HOUR;
  for (const reached of [T + 2 * HOUR, end - 10 * MINUTE, end])
    standing.apply(await correlator.advance(reached));
  standing.apply(await correlator.accept([late]));
  standing.apply(await correlator.advance(PAST_ALL));
  const wanted = modelAlerts(rules, [...soon, late], { reached: PAST_ALL });
  expect(standing.list()).toEqual(sorted(wanted));
  expect(wanted.length).toBeGreaterThan(0);
}

const then = (of: string) =>
  correlation('then', [of, 'c'], { type: 'temporal_ordered', condition: two });
const busy = [1, 4, 8, 12, 16, 20].map((minutes) => at('b', minutes));
const during = [...busy.slice(0, 2), at('c', 5), ...busy.slice(2)];

describe('a correlation over a correlation', () => {
  it('leaves times alone that have left it when its member takes them back', async () => {
    const feeder = correlation('feeder', ['b'], { condition: two, silent: true });
    const course = { correlations: [feeder, then('feeder')], soon: during, late: at('b', 11) };
    await expectModel(course);
    await expectModel(course, new MemoryColdStore());
  });

  it('leaves times alone that a member with a longer window still holds', async () => {
    const slow = { condition: two, silent: true, timespanMs: 15 * MINUTE };
    const correlations = [correlation('slow', ['b'], slow), then('slow')];
    await expectModel({ correlations, soon: during, late: at('b', 11) });
  });

  it('goes on from the last time that has left, also when nothing new was counted then', async () => {
    const correlations = [
      correlation('feeder', ['b'], { condition: two, silent: true }),
      correlation('both', ['feeder', 'c'], {
        type: 'temporal',
        condition: two,
        timespanMs: 15 * MINUTE,
      }),
    ];
    const soon = [...busy.slice(0, 4), at('c', 5), at('c', 22), at('c', 31)];
    soon.sort((one, other) => one.event.time - other.event.time);
    await expectModel({ correlations, soon, late: at('c', 30) });
  });

  it('counts what stayed unanswered longer than matches may be late', async () => {
    const wait = { type: 'absence', condition: [], silent: true, timespanMs: 20 * HOUR } as const;
    const correlations = [
      correlation('unanswered', ['a', 'c'], wait),
      correlation('both', ['unanswered', 'b'], { type: 'temporal', condition: two }),
    ];
    const soon = [at('a', 0), at('b', 1), at('b', 900)];
    await expectModel({ correlations, soon, late: at('a', 899) });
  });

  it('ends in the same alerts, put away or not, over restarts and up to the lateness', async () => {
    const rules = chainedTypes();
    const margins = fc.constantFrom(limits.coldMarginMs, 0, undefined);
    let back = 0;
    await fc.assert(
      fc.asyncProperty(
        arrivals(0, 160, 20, soonOrLast),
        fc.constantFrom(1, 2, 7),
        fc.nat(),
        margins,
        async (list, size, cut, coldMarginMs) => {
          const stream = inArrivalOrder(list);
          const to = cut % (stream.length + 1);
          const store = coldMarginMs === undefined ? undefined : new MemoryColdStore();
          const own = coldMarginMs === undefined ? limits : { ...limits, coldMarginMs };
          const standing = new InForce();
          const before = createCorrelator(rules, own, store);
          await play(before, stream.slice(0, to), size, standing);
          const after = createCorrelator(rules, own, store);
          after.restore(before.snapshot());
          await play(after, stream.slice(to), size, standing);
          standing.apply(await after.advance(PAST_ALL));
          back += after.counters().taken_back;
          const matches = list.map((a) => a.match);
          const wanted = sorted(modelAlerts(rules, matches, { reached: PAST_ALL }));
          expect(standing.list()).toEqual(wanted);
          await after.advance(PAST_ALL + 90 * HOUR);
          expect(after.counters().keys).toBe(0);
        },
      ),
      { numRuns: runs },
    );
    expect(back).toBeGreaterThan(runs);
  });
});
