import type { Match } from '#libs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { modelAlerts } from '../../test/model/alerts.ts';
import { correlation, match, member, ruleSet } from '../../test/model/builders.ts';
import {
  arrivals,
  everyType,
  HOUR,
  InForce,
  inArrivalOrder,
  play,
  sorted,
} from '../../test/model/streams.ts';
import { MemoryColdStore } from '../../test/support/memory-cold-store.ts';
import { createCorrelator } from './correlator.ts';
import { DEFAULT_CORRELATE_LIMITS } from './limits.ts';

const limits = DEFAULT_CORRELATE_LIMITS;
const rules = everyType();
const PAST_ALL = Date.UTC(2026, 11, 24);
const runs = Number(process.env['CORRELATE_RUNS'] ?? 150);

describe('the correlator against the reference', () => {
  it.each([
    ['one batch each', 1],
    ['small batches', 7],
    ['one batch', 10_000],
  ])('ends in the same alerts however late, shuffled and repeated: %s', async (_name, size) => {
    await fc.assert(
      fc.asyncProperty(arrivals(2, 60), async (list) => {
        const correlator = createCorrelator(rules, limits);
        const standing = new InForce();
        await play(correlator, inArrivalOrder(list), size, standing);
        standing.apply(await correlator.advance(PAST_ALL));
        const matches = list.map((a) => a.match);
        expect(standing.list()).toEqual(sorted(modelAlerts(rules, matches, { reached: PAST_ALL })));
      }),
      { numRuns: runs },
    );
  });

  it.each([
    ['puts away at once, takes back for a moment', 0, 0],
    ['puts away soon, keeps what it took back', 60_000, 3_600_000],
  ])('ends in the same alerts when it %s', async (_name, coldMarginMs, coldRestMs) => {
    let [away, back] = [0, 0];
    await fc.assert(
      fc.asyncProperty(arrivals(2, 60), fc.nat(), async (list, cut) => {
        const stream = inArrivalOrder(list);
        const at = cut % (stream.length + 1);
        const store = new MemoryColdStore();
        const small = { ...limits, coldMarginMs, coldRestMs };
        const standing = new InForce();
        const before = createCorrelator(rules, small, store);
        await play(before, stream.slice(0, at), 5, standing);
        const after = createCorrelator(rules, small, store);
        after.restore(before.snapshot());
        await play(after, stream.slice(at), 5, standing);
        standing.apply(await after.advance(PAST_ALL));
        away += after.counters().put_away;
        back += after.counters().taken_back;
        const matches = list.map((a) => a.match);
        expect(standing.list()).toEqual(sorted(modelAlerts(rules, matches, { reached: PAST_ALL })));
        await after.advance(PAST_ALL + 90 * HOUR);
        expect([after.counters().keys, store.size]).toEqual([0, 0]);
      }),
      { numRuns: runs },
    );
    expect(Math.min(away, back)).toBeGreaterThan(runs);
  });

  it('puts no match away whose absence ends just when it is looked at', async () => {
    const store = new MemoryColdStore();
    const eager = { ...limits, coldMarginMs: 0, coldRestMs: 0 };
    const set = ruleSet(
      [member('a'), member('b')],
      [correlation('missing', ['a', 'b'], { type: 'absence', condition: [], timespanMs: 300_000 })],
    );
    const correlator = createCorrelator(set, eager, store);
    const start = Date.UTC(2026, 10, 23);
    const standing = new InForce();
    const reach = async (minute: number, ...matches: Match[]) => {
      standing.apply(await correlator.accept(matches));
      standing.apply(await correlator.advance(start + minute * 60_000));
    };
    const seen = (minute: number) => match('a', `e${minute}`, start + minute * 60_000);
    await reach(0, seen(0));
    await reach(25);
    await reach(35, seen(35));
    await reach(40);
    await reach(400);
    const minutes = standing.list().map(({ first }) => (first - start) / 60_000);
    expect(minutes.toSorted((a, b) => a - b)).toEqual([0, 35]);
  });

  it('ends in the same alerts when one key is busy beyond what evidence holds', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals(0, 220, 150), fc.constantFrom(3, 20, 80), async (list, size) => {
        const correlator = createCorrelator(rules, limits);
        const standing = new InForce();
        await play(correlator, inArrivalOrder(list), size, standing);
        standing.apply(await correlator.advance(PAST_ALL));
        const matches = list.map((a) => a.match);
        expect(standing.list()).toEqual(sorted(modelAlerts(rules, matches, { reached: PAST_ALL })));
      }),
      { numRuns: Math.ceil(runs / 10), endOnFailure: true },
    );
  });

  it('goes on from a snapshot taken anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals(2, 60), fc.nat(), async (list, cut) => {
        const stream = inArrivalOrder(list);
        const at = cut % (stream.length + 1);
        const standing = new InForce();
        const before = createCorrelator(rules, limits);
        await play(before, stream.slice(0, at), 5, standing);
        const after = createCorrelator(rules, limits);
        after.restore(before.snapshot());
        await play(after, stream.slice(at), 5, standing);
        standing.apply(await after.advance(PAST_ALL));
        const matches = list.map((a) => a.match);
        expect(standing.list()).toEqual(sorted(modelAlerts(rules, matches, { reached: PAST_ALL })));
      }),
      { numRuns: runs },
    );
  });

  it('forgets everything once no late match can come any more', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals(2, 40), async (list) => {
        const correlator = createCorrelator(rules, limits);
        await play(correlator, inArrivalOrder(list), 5, new InForce());
        await correlator.advance(PAST_ALL);
        await correlator.advance(PAST_ALL + 14 * HOUR);
        expect(correlator.counters().keys).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
