import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createCorrelator, DEFAULT_CORRELATE_LIMITS } from '#libs/correlate';
import { CENTRE, type Alert, type Event } from '#libs/model';
import { compile, neededOf, type SigmaSource } from '#libs/sigma';

import { event } from '../../../test/model/builders.ts';
import { matchesQuery, MemoryEventStore } from '../../../test/oracle/memory-event-store.ts';
import { anyDetection, anyEvent } from '../../../test/oracle/sigma-arbitrary.ts';
import { oracleMatch } from '../../../test/oracle/sigma-oracle.ts';
import { createDetector } from '../detector.ts';
import { Backtest, type BacktestRequest } from './backtest.ts';
import { neededQuery } from './needed-query.ts';

const T = Date.UTC(2026, 10, 23, 20);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const RULES: readonly SigmaSource[] = [
  `
title: Failed
name: failed
logsource: {product: keycloak}
detection: {s: {event.action: LOGIN_ERROR}, condition: s}
`,
  `
title: Done
name: done
logsource: {product: keycloak}
detection: {s: {event.action: LOGIN}, condition: s}
level: low
thapcanh: {group: [source.ip], suppress: 10m}
`,
  `
title: Brute force
name: brute
correlation:
  type: event_count
  rules: [failed]
  group-by: [source.ip]
  timespan: 5m
  condition: {gte: 3}
`,
  `
title: Spray
name: spray
correlation:
  type: value_count
  rules: [failed]
  group-by: [source.ip]
  timespan: 10m
  condition: {gte: 2, field: user.name}
`,
  `
title: In after failures
name: inside
correlation:
  type: temporal_ordered
  rules: [brute, done]
  group-by: [source.ip]
  timespan: 15m
  generate: true
`,
].map((text, i) => ({ file: `${i}.yml`, text }));

function backtestOf(events: readonly Event[], sources = RULES) {
  const store = new MemoryEventStore(events);
  const backtest = new Backtest({
    store,
    openCorrelation: (set) => Promise.resolve(createCorrelator(set, DEFAULT_CORRELATE_LIMITS)),
    rules: () => ({ sources, options: {} }),
    pause: () => Promise.resolve(),
  });
  return { store, backtest };
}

const anyLogin = fc.record({
  at: fc.oneof(fc.nat(90), fc.nat(20)),
  late: fc.oneof(fc.constant(0), fc.nat(60)),
  ip: fc.constantFrom('203.0.113.1', '203.0.113.2'),
  user: fc.constantFrom('an', 'binh', 'chi'),
  ok: fc.boolean(),
});

function eventsOf(
  logins: readonly { at: number; late: number; ip: string; user: string; ok: boolean }[],
) {
  return logins.map(({ at, late, ip, user, ok }, i): Event => {
    const time = T + at * MINUTE;
    const made = event(`e${String(i).padStart(4, '0')}`, time, {
      'event.dataset': 'keycloak.event',
      'event.action': ok ? 'LOGIN' : 'LOGIN_ERROR',
      'source.ip': ip,
      'user.name': user,
    });
    return { ...made, received: time + late * MINUTE };
  });
}

/** What the live detector ends with for one rule, batch by batch as the events came. */
async function live(events: readonly Event[], rule: string, until: number): Promise<Alert[]> {
  const set = compile(RULES);
  const detector = createDetector(set, createCorrelator(set, DEFAULT_CORRELATE_LIMITS));
  const last = new Map<string, Alert>();
  const sorted = events.toSorted((a, b) => a.received - b.received);
  for (const [i, one] of sorted.entries()) {
    const batch = { from: i, to: i + 1, received: one.received, events: [one] };
    for (const { alert } of (await detector.take(batch)).changes) last.set(alert.id, alert);
  }
  const reached = Math.max(until, sorted.at(-1)?.received ?? 0);
  for (const { alert } of (await detector.advance(reached)).changes) last.set(alert.id, alert);
  return [...last.values()].filter(
    (alert) => alert.rule === rule && alert.state.kind === 'in_force',
  );
}

const facts = ({ id, first, last, count }: Alert) => ({ id, first, last, count });

describe('the question to the store', () => {
  it('lets through every event that meets the rule', () => {
    fc.assert(
      fc.property(
        anyDetection,
        fc.array(anyEvent, { minLength: 1, maxLength: 10 }),
        (text, all) => {
          const source = { file: 'a.yml', text: `title: t\nlogsource: {product: p}\n${text}\n` };
          const [rule] = compile([source], { routing: 'off' }).rules;
          if (rule === undefined) return;
          const query = neededQuery(neededOf(rule.condition));
          for (const record of all) {
            // Events of the store are flat; their lists hold no objects.
            const flat = event('e', T, {});
            for (const [name, value] of Object.entries(record)) {
              const isFlat = [value].flat().every((one) => typeof one !== 'object' || one === null);
              if (isFlat) flat.fields[name] = value as string;
            }
            if (oracleMatch([rule], flat.fields).length === 0) continue;
            expect(query).toBeDefined();
            if (query !== undefined) expect(matchesQuery(query, flat)).toBe(true);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('a backtest', () => {
  it.each(['done', 'brute', 'spray', 'inside'])(
    'says what live would have said: %s',
    async (rule) => {
      let alerts = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(anyLogin, { maxLength: 60, size: 'max' }), async (logins) => {
          const events = eventsOf(logins);
          const to = T + 3 * HOUR;
          const { backtest } = backtestOf(events);
          const request: BacktestRequest = {
            rule,
            from: T - HOUR,
            to,
            scope: { province: CENTRE },
          };
          const outcome = await backtest.run(request);
          if (!outcome.done) throw new Error(outcome.reason);
          const wanted = await live(events, rule, to);
          const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
          alerts += wanted.length;
          expect(outcome.report.alerts).toBe(wanted.length);
          const shown = outcome.report.examples.map(facts).toSorted(byId);
          const all = wanted.map(facts).toSorted(byId);
          expect(wanted.length > 20 ? shown.length : shown).toEqual(wanted.length > 20 ? 20 : all);
        }),
        { numRuns: 60 },
      );
      expect(alerts).toBeGreaterThan(10);
    },
  );

  it('counts only what begins in its span, though windows reach back before it', async () => {
    const at = (minute: number) => ({
      at: minute,
      late: 0,
      ip: '203.0.113.1',
      user: 'an',
      ok: false,
    });
    const { backtest } = backtestOf(
      eventsOf([at(0), at(1), at(2), at(3), at(4), at(40), at(41), at(42)]),
    );
    const scope = { province: CENTRE };
    const run = async (from: number) => {
      const outcome = await backtest.run({ rule: 'brute', from, to: T + 2 * HOUR, scope });
      return outcome.done ? outcome.report.alerts : outcome.reason;
    };
    expect(await run(T)).toBe(2);
    expect(await run(T + 3 * MINUTE)).toBe(1);
  });

  it('reads of the store only what could match, and tells days and localities', async () => {
    const noise = eventsOf([{ at: 1, late: 0, ip: '203.0.113.9', user: 'x', ok: true }]);
    const failing = [1, 2, 3].map((at) => ({
      at,
      late: 0,
      ip: '203.0.113.1',
      user: 'an',
      ok: false,
    }));
    const { backtest } = backtestOf([
      ...noise,
      ...eventsOf(failing).map((e) => ({ ...e, id: `f${e.id}` })),
    ]);
    const scope = { province: CENTRE };
    const outcome = await backtest.run({ rule: 'brute', from: T, to: T + HOUR, scope });
    expect(outcome).toMatchObject({
      done: true,
      report: {
        scanned: 3,
        matched: 3,
        counts: [{ day: '2026-11-24', alerts: 1 }],
        complete: true,
      },
    });
  });

  it('runs a draft in place of the rule, or says what is wrong with it', async () => {
    const { backtest } = backtestOf(
      eventsOf([1, 2].map((at) => ({ at, late: 0, ip: '203.0.113.1', user: 'an', ok: false }))),
    );
    const request = { rule: 'brute', from: T, to: T + HOUR, scope: { province: CENTRE } };
    const draft = (RULES[2]?.text ?? '').replace('gte: 3', 'gte: 2');
    expect(await backtest.run({ ...request, draft })).toMatchObject({ report: { alerts: 1 } });
    const broken = draft.replace('event_count', 'nonsense');
    expect(await backtest.run({ ...request, draft: broken })).toMatchObject({ reason: 'refused' });
    expect(await backtest.run({ ...request, rule: 'nobody' })).toMatchObject({
      reason: 'rule_unknown',
    });
  });

  it('tells its progress and ends when it is canceled', async () => {
    const many = Array.from({ length: 3_000 }, (_, i) => ({
      at: i % 90,
      late: 0,
      ip: `10.0.0.${i % 200}`,
      user: 'an',
      ok: false,
    }));
    const { backtest, store } = backtestOf(eventsOf(many));
    const request = {
      rule: 'brute',
      from: T - HOUR,
      to: T + 2 * HOUR,
      scope: { province: CENTRE },
    };
    const told: number[] = [];
    await backtest.run(request, { progress: (share) => told.push(share) });
    expect(told.length).toBeGreaterThan(2);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
    const before = store.searches;
    const stop = new AbortController();
    const canceled = backtest.run(request, { signal: stop.signal, progress: () => stop.abort() });
    expect(await canceled).toEqual({ done: false, reason: 'canceled' });
    expect(store.searches - before).toBe(1);
  });
});
