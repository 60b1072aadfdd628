// Bench `correlate` (bars: event_count ≥ 300 k events/s in order and 100,000 keys at most twice the
// cost of 1,000; value_count ≥ 300 k in order at 3,000 and 9,000 distinct values, ≥ 100 k with one
// event in ten up to 12 h late; a million keys of 40 bytes with 3 matches each ≤ 500 MB). Batches
// of 1,000 matches, a match a millisecond as the public lanes have it. Rates are per CPU second of
// this process.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  createCorrelator,
  DEFAULT_CORRELATE_LIMITS,
  FileColdStore,
  type ColdStore,
} from '#libs/correlate';
import type { CorrelationView, Match } from '#libs/model';

import { correlation, match, member, ruleSet } from '../model/builders.ts';

const SEED = 20_261_123;
const START = Date.UTC(2026, 10, 23, 1);
const BATCH = 1_000;
const MATCHES = Number(process.env['BENCH_MATCHES'] ?? 1_000_000);
const LATE_MS = 12 * 3_600_000;

let state = SEED;
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 4_294_967_296) * below);
}

function print(name: string, value: number, unit: string): void {
  const figure = { bench: 'correlate', name, value: Math.round(value * 100) / 100, unit };
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}

function correlatorOf(over: Partial<CorrelationView>, cold?: ColdStore) {
  const byUser = [{ name: 'user.name', fieldOf: 'user.name' }];
  const rule = { groupBy: byUser, condition: [{ op: 'gte' as const, value: 10 }], ...over };
  const set = ruleSet([member('failed')], [correlation('c', ['failed'], rule)]);
  return createCorrelator(set, { ...DEFAULT_CORRELATE_LIMITS, keysMax: 2_000_000 }, cold);
}

/** Which match comes when, by its number. */
interface Arrival {
  readonly i: number;
  readonly received: number;
}

const eventId = (i: number): string => `e${String(i).padStart(21, '0')}`;

function failed(i: number, keys: number, values: number): Match {
  return match('failed', eventId(i), START + i, {
    'user.name': `user-${random(keys)}`,
    'source.ip': `10.0.${random(values)}`,
  });
}

interface Load {
  readonly keys: number;
  readonly values: number;
  readonly arrivals: readonly Arrival[];
}

/** Matches per CPU second of correlation alone: each batch is made outside of the measured time. */
async function rate(
  over: Partial<CorrelationView>,
  { keys, values, arrivals }: Load,
  cold?: ColdStore,
) {
  const correlator = correlatorOf(over, cold);
  let changes = 0;
  let spent = 0;
  for (let at = 0; at < arrivals.length; at += BATCH) {
    const batch = arrivals.slice(at, at + BATCH);
    const matches = batch.map(({ i }) => failed(i, keys, values));
    const before = process.cpuUsage();
    changes += (await correlator.accept(matches)).length;
    changes += (await correlator.advance(batch.at(-1)?.received ?? 0)).length;
    const { user, system } = process.cpuUsage(before);
    spent += user + system;
  }
  if (changes === 0) throw new Error('the benchmark raised no alert');
  return arrivals.length / (spent / 1e6);
}

function inOrder(keys: number, values: number): Load {
  const arrivals = Array.from({ length: MATCHES }, (_, i) => ({ i, received: START + i }));
  return { keys, values, arrivals };
}

function withLate(values: number): Load {
  const arrivals = inOrder(10, values)
    .arrivals.map((a) => (a.i % 10 === 0 ? { ...a, received: a.received + random(LATE_MS) } : a))
    .toSorted((a, b) => a.received - b.received);
  return { keys: 10, values, arrivals };
}

const valueCount = { type: 'value_count' as const, field: ['source.ip'] };
const few = await rate({}, inOrder(1_000, 1_000));
print('event_count in order, 1,000 keys', few, 'events/s');
const many = await rate({}, inOrder(100_000, 1_000));
print('event_count in order, 100,000 keys', many, 'events/s');
print('event_count cost of 100,000 keys against 1,000', few / many, 'ratio');
for (const values of [3_000, 9_000]) {
  const name = `${values.toLocaleString('en-GB')} values, 10 keys`;
  print(`value_count in order, ${name}`, await rate(valueCount, inOrder(10, values)), 'events/s');
  print(`value_count, a tenth late, ${name}`, await rate(valueCount, withLate(values)), 'events/s');
}

const folder = mkdtempSync(join(tmpdir(), 'thapcanh-bench-'));
const away = await rate(valueCount, withLate(3_000), new FileColdStore(folder));
rmSync(folder, { recursive: true });
print('value_count, a tenth late, older matches on disk, 3,000 values, 10 keys', away, 'events/s');

const KEYS = 1_000_000;
const collect = globalThis.gc ?? (() => undefined);
collect();
const empty = process.memoryUsage().rss;
const correlator = correlatorOf({});
for (let round = 0; round < 3; round += 1) {
  for (let i = 0; i < KEYS; i += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, k) => {
      const n = i + k;
      const at = START + round * 1_000 + Math.floor(n / 1_000);
      const user = `user-${String(n).padStart(35, '0')}`;
      return match('failed', eventId(round * KEYS + n), at, { 'user.name': user });
    });
    await correlator.accept(batch);
  }
}
collect();
const held = process.memoryUsage();
print('1,000,000 keys of 40 bytes with 3 matches each, growth', (held.rss - empty) / 1e6, 'MB');
print('1,000,000 keys of 40 bytes with 3 matches each, heap', held.heapUsed / 1e6, 'MB');
if (correlator.counters().keys !== KEYS) throw new Error('keys are missing');
