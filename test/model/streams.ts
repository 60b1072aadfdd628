import type { Correlator } from '#libs/correlate';
import type { Alert, AlertChange, CorrelationView, Match, RuleSetView } from '#libs/model';
import fc from 'fast-check';

import type { ModelAlert } from './alerts.ts';
import { correlation, match, member, ours, plainRule, ruleSet } from './builders.ts';

export const HOUR = 3_600_000;
const LATENESS = 12 * HOUR;
const STEP = 30_000;

/** A match, when it comes (ms after it happened), and how often. */
interface Arrival {
  readonly match: Match;
  readonly delay: number;
  readonly repeats: readonly number[];
}

const byUser = [{ name: 'user.name', fieldOf: 'user.name' }];
const either = [{ name: 'who', fieldOf: { a: 'user.name', b: 'source.ip', c: 'user.name' } }];

/**
 * One rule set with a rule of every type over the member rules a, b and c, and plain rules p and q.
 */
export function everyType(): RuleSetView {
  const c = (id: string, rules: string[], over: Partial<CorrelationView> = {}) =>
    correlation(id, rules, over);
  /** The same, but for what one province has otherwise. */
  const there = (id: string, rules: string[], over: object, own: Partial<CorrelationView>) =>
    c(id, rules, { ...over, byProvince: { '46': c(id, rules, { ...over, ...own }) } });
  const gte = (value: number) => [{ op: 'gte' as const, value }];
  const all = { op: 'and' as const, of: [mem('a'), { op: 'not' as const, of: mem('c') }] };
  return ruleSet(
    [
      plainRule('p', {
        byProvince: { '46': plainRule('p', { level: 'high', ours: ours({ suppressMs: 60_000 }) }) },
      }),
      plainRule('q', { ours: ours({ group: ['user.name'], suppressMs: 120_000, national: true }) }),
      ...['a', 'b', 'c'].map((id) => member(id)),
    ],
    [
      there('count', ['a'], {}, { condition: gte(2), timespanMs: 420_000, level: 'critical' }),
      c('count-present', ['a'], { ours: ours({ group: ['user.name|source.ip', 'host.name'] }) }),
      c('count-two', ['a', 'b'], { condition: gte(4), groupBy: [] }),
      c('count-alias', ['a', 'b'], { condition: gte(2), groupBy: either }),
      c('count-some', ['a'], {
        condition: [...gte(2), { op: 'lte', value: 3 }],
        ours: ours({ entities: { 'user.name': 'account' } }),
      }),
      c('count-few', ['b'], { condition: [{ op: 'lt', value: 2 }] }),
      c('values', ['a', 'b'], { type: 'value_count', field: ['user.name'], groupBy: [] }),
      c('pairs', ['a'], {
        type: 'value_count',
        field: ['user.name', 'source.ip'],
        groupBy: [],
        ours: ours({ national: true }),
      }),
      c('both', ['a', 'b'], { type: 'temporal', condition: gte(2) }),
      c('a-not-c', ['a', 'c'], { type: 'temporal', condition: all }),
      c('then', ['a', 'b', 'c'], { type: 'temporal_ordered', condition: gte(3), groupBy: byUser }),
      c('sum', ['a'], { type: 'value_sum', field: ['n'], condition: gte(30) }),
      c('avg', ['a'], { type: 'value_avg', field: ['n'], condition: gte(12.5) }),
      c('p90', ['a'], {
        type: 'value_percentile',
        field: ['n'],
        percentile: 90,
        condition: gte(15),
      }),
      c('median', ['a'], { type: 'value_median', field: ['n'], condition: gte(11) }),
      c('ratio', ['b'], {
        condition: gte(2),
        groupBy: [],
        ours: ours({ ratio: { base: ['a', 'b'], gte: 0.4 } }),
      }),
      c('much', ['b'], {
        condition: gte(2),
        groupBy: [],
        ours: ours({
          ratio: { base: ['a', 'b'], gte: 0.3 },
          rise: { to: 'critical', ratioGte: 0.6, forMs: 60_000, officeHours: true },
        }),
      }),
      c('above', ['a'], { groupBy: [], ours: ours({ baseline: { gte: 2, days: 2 } }) }),
      c('above-share', ['b'], {
        condition: gte(2),
        groupBy: byUser,
        ours: ours({ baseline: { gte: 1.5, days: 1 }, ratio: { base: ['a', 'b'], gte: 0.2 } }),
      }),
      c('new', ['a', 'c'], {
        type: 'new_value',
        field: ['source.ip'],
        condition: [],
        groupBy: byUser,
        timespanMs: 3 * 24 * HOUR,
      }),
      c('new-present', ['b'], {
        type: 'new_value',
        field: ['user.name'],
        condition: [],
        timespanMs: 24 * HOUR,
        ours: ours({ group: ['source.ip'] }),
      }),
      there(
        'missing',
        ['a', 'b'],
        { type: 'absence', condition: [], groupBy: byUser },
        { timespanMs: 600_000 },
      ),
      there('feeder', ['b'], { condition: gte(2), silent: true }, { condition: gte(1) }),
      c('then-c', ['feeder', 'c'], { type: 'temporal_ordered', condition: gte(2) }),
      c('many-feeders', ['feeder'], { condition: gte(2), groupBy: [], timespanMs: 900_000 }),
      c('few-ratio', ['ratio', 'then-c', 'a'], { condition: gte(3), groupBy: [] }),
    ],
  );
}

/** Correlations over correlations, to three deep, over members of every type of our own. */
export function chainedTypes(): RuleSetView {
  const c = correlation;
  const gte = (value: number) => [{ op: 'gte' as const, value }];
  const wait = (timespanMs: number) =>
    ({ type: 'absence', condition: [], silent: true, timespanMs }) as const;
  const all = everyType();
  const few = ['feeder', 'ratio', 'then-c', 'many-feeders', 'few-ratio'];
  const correlations = [
    ...all.correlations.filter(({ id }) => few.includes(id)),
    c('slow', ['b'], { condition: gte(2), silent: true, timespanMs: 900_000 }),
    c('some', ['a'], { condition: [...gte(2), { op: 'lte', value: 3 }], timespanMs: 600_000 }),
    c('unanswered', ['a', 'c'], wait(1_200_000)),
    c('long-unanswered', ['a', 'c'], wait(20 * HOUR)),
    c('of-slow', ['slow', 'c'], { type: 'temporal_ordered', condition: gte(2) }),
    c('of-some', ['some', 'ratio', 'c'], { type: 'temporal', condition: gte(2), groupBy: [] }),
    c('of-unanswered', ['unanswered', 'b'], { condition: gte(2), timespanMs: 120_000 }),
    c('of-long', ['long-unanswered', 'b'], { type: 'temporal', timespanMs: 120_000 }),
    c('of-of', ['few-ratio', 'of-slow', 'of-long'], { groupBy: [], condition: gte(2) }),
  ];
  return ruleSet(all.rules, correlations);
}

function mem(rule: string) {
  return { op: 'member' as const, rule };
}

const time = fc
  .tuple(fc.constantFrom(0, 0, 0, 20, 1600, 3300, 4320, 5770), fc.nat({ max: 40 }))
  .map(([cluster, step]) => Date.UTC(2026, 10, 23) + cluster * 2 * STEP + step * STEP);

const delay = fc.oneof(
  { weight: 5, arbitrary: fc.nat({ max: 2 * STEP }) },
  { weight: 2, arbitrary: fc.nat({ max: 40 * STEP }) },
  { weight: 1, arbitrary: fc.nat({ max: LATENESS }) },
);

/** Most come soon, the others when it is just not too late. */
export const soonOrLast = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 2 * STEP }) },
  { weight: 1, arbitrary: fc.nat({ max: 40 * STEP }).map((early) => LATENESS - early) },
);

/** Matches of every rule over few keys and times, so that windows meet, join and part. */
export function arrivals(
  keys: number,
  size: number,
  minLength = 0,
  delays = delay,
): fc.Arbitrary<readonly Arrival[]> {
  const fields = fc.record({
    'source.ip': fc.nat({ max: keys }).map((n) => `10.0.0.${n}`),
    'user.name': fc.option(
      fc.nat({ max: keys }).map((n) => `user-${n}`),
      { nil: null, freq: 6 },
    ),
    'gov.locality.code': fc.constantFrom('66', '66', '66', '46'),
    'gov.locality.commune_code': fc.constantFrom('03433', '03433', '24133', null),
    n: fc.constantFrom(1, 9.3, 10.1, 20, 'x', null),
  });
  const arrival = fc.record({
    rule: fc.constantFrom('a', 'a', 'b', 'b', 'c', 'p', 'q'),
    time,
    fields,
    delay: delays,
    repeats: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(delays, { maxLength: 2 }) },
    ),
    alsoB: fc.boolean(),
  });
  return fc.array(arrival, { minLength, maxLength: size, size: 'max' }).map((list) =>
    list.flatMap(({ rule, time: at, fields: f, alsoB, ...when }, i) => {
      const id = `e${String((i * 7919) % 100_003).padStart(6, '0')}`;
      const one = { match: match(rule, id, at, f), ...when };
      return alsoB && rule === 'a' ? [one, { ...one, match: { ...one.match, rule: 'b' } }] : [one];
    }),
  );
}

/** Order of arrival with the receipt time of each. */
export function inArrivalOrder(list: readonly Arrival[]): { match: Match; received: number }[] {
  return list
    .flatMap((a) =>
      [a.delay, ...a.repeats].map((d) => ({ match: a.match, received: a.match.event.time + d })),
    )
    .toSorted((a, b) => a.received - b.received);
}

/** What stands after a series of changes. */
export class InForce {
  readonly alerts = new Map<string, Alert>();

  apply(changes: readonly AlertChange[]): void {
    for (const { alert } of changes) {
      if (alert.state.kind === 'in_force') this.alerts.set(alert.id, alert);
      else this.alerts.delete(alert.id);
    }
  }

  /** As the reference has them, in the order of their ids. */
  list(): ModelAlert[] {
    return sorted(
      [...this.alerts.values()].map(
        ({ title: _t, group: _g, late: _l, state: _s, ...alert }): ModelAlert => alert,
      ),
    );
  }
}

export function sorted(alerts: readonly ModelAlert[]): ModelAlert[] {
  return alerts.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Feeds a stream in batches of `size`, telling after each how far receipt has come. */
export async function play(
  correlator: Correlator,
  stream: readonly { match: Match; received: number }[],
  size: number,
  standing: InForce,
): Promise<void> {
  for (let i = 0; i < stream.length; i += size) {
    const batch = stream.slice(i, i + size);
    standing.apply(await correlator.accept(batch.map((a) => a.match)));
    standing.apply(await correlator.advance(batch.at(-1)?.received ?? 0));
  }
}
