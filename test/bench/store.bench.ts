// `npm run bench -- store [--events N] [--days N] [--files N]`: the event store of the embedded
// platform. Builds a folder of day files, seals them, and times questions against it; then a folder
// of one small file for each day of a year. The bars speak of five million events in seven days.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { CENTRE, SystemClock } from '#libs/model';
import {
  openEventReader,
  openEventWriter,
  parseQuery,
  sealDay,
  type Coverage,
  type EventReader,
  type Query,
} from '#libs/store';

import { batchOf, random } from './store-events.ts';

const DAY_MS = 86_400_000;
const REFERENCE_PARSE_US = 4.8;
const BATCH = 500;
const FLUSH_BATCHES = 12;
/** Questions that have to read texts may answer in part; the bar is their deadline. */
const OTHER_MS = 500;
const EVENTS_PER_FILE = 2_000;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '5000000' },
    days: { type: 'string', default: '7' },
    runs: { type: 'string', default: '20' },
    files: { type: 'string', default: '365' },
  },
});
const total = Number(values.events);
const days = Number(values.days);
const runs = Number(values.runs);
const files = Number(values.files);
const last = Date.UTC(2026, 10, 22);
const first = last - (days - 1) * DAY_MS;

function say(name: string, value: number, unit: string, more: object = {}): void {
  const rounded = Number(value.toPrecision(4));
  process.stdout.write(
    `${JSON.stringify({ bench: 'store', name, value: rounded, unit, ...more })}\n`,
  );
}

/** How this machine stands to the reference now: a factor for absolute times. */
function machineFactor(lines: readonly string[]): number {
  const { used } = cpuOf(() => lines.map((line) => JSON.parse(line) as unknown).length);
  return used / lines.length / REFERENCE_PARSE_US;
}

/** CPU of this process in us while `act` runs. */
function cpuOf<T>(act: () => T): { result: T; used: number } {
  const start = process.cpuUsage();
  const result = act();
  const { user, system } = process.cpuUsage(start);
  return { result, used: user + system };
}

function build(folder: string): number {
  const writer = openEventWriter(folder, { clock: new SystemClock() });
  let cpu = 0;
  let part = 0;
  const lines: string[] = [];
  const timeOf = (number: number) =>
    Math.max(first, first + Math.floor((number / total) * days * DAY_MS) - random(2_000));
  for (let at = 0; at < total; at += BATCH) {
    const batch = batchOf(at, Math.min(BATCH, total - at), last, timeOf);
    if (lines.length < 20_000) {
      lines.push(...batch.events.map(({ fields }) => JSON.stringify(fields)));
    }
    cpu += cpuOf(() => {
      writer.append(batch);
      // What the writer does of itself every half second, it does by count here.
      if ((at / BATCH) % FLUSH_BATCHES === FLUSH_BATCHES - 1) writer.flush();
    }).used;
    if (Math.floor(((at + BATCH) / total) * 5) > part) {
      part++;
      say(`write, cost so far after ${part}/5`, cpu / (at + BATCH), 'us/event');
    }
  }
  cpu += cpuOf(() => writer.checkpoint()).used;
  const factor = machineFactor(lines);
  const lineBytes = lines.reduce((sum, line) => sum + line.length, 0) / lines.length;
  const cost = cpu / total;
  say('write', cost, 'us/event', {
    events: total,
    days,
    factor: Number(factor.toFixed(2)),
    bar: 10,
  });
  writer.close();
  return lineBytes;
}

function sealAll(folder: string): void {
  for (const name of readdirSync(folder)) {
    const day = /^(\d.*)\.db$/.exec(name)?.[1];
    if (day === undefined) continue;
    const steps = sealDay(folder, day);
    while (steps.next().done !== true);
  }
}

/** A year of small days, of which three hold the value that is asked for. */
async function askYear(folder: string): Promise<void> {
  const start = last - (files - 1) * DAY_MS;
  const writer = openEventWriter(folder, { clock: new SystemClock() });
  for (let day = 0; day < files; day++) {
    const step = Math.floor(DAY_MS / EVENTS_PER_FILE);
    const timeOf = (number: number) => start + day * DAY_MS + (number % EVENTS_PER_FILE) * step;
    const batch = batchOf(day * EVENTS_PER_FILE, EVENTS_PER_FILE, last, timeOf);
    if (day % Math.ceil(files / 3) === 1) {
      for (const { fields } of batch.events.slice(0, 2)) fields['user.name'] = 'needle';
      for (const { fields } of batch.events.slice(2, 4)) fields['labels.case'] = 'needle';
    }
    writer.append(batch);
    writer.flush();
  }
  writer.close();
  sealAll(folder);
  const reader = openEventReader(folder);
  const span = { scope: { province: CENTRE }, from: start, to: last + DAY_MS };
  for (const text of ['user.name:needle', 'labels.case:needle', 'user.name:nobody']) {
    for (const round of ['first', 'second']) {
      const begin = performance.now();
      const { events, complete } = await reader.search({ ...span, query: query(text), limit: 100 });
      const found = { events: events.length, complete, files, bar: 2_000 };
      say(`${text} over a year, ${round} call`, performance.now() - begin, 'ms', found);
    }
  }
  await reader.close();
}

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function query(text: string): Query {
  const parsed = parseQuery(text);
  if (parsed.query === undefined) throw new Error(parsed.problem.message);
  return parsed.query;
}

interface Case {
  readonly name: string;
  readonly bar: number;
  readonly run: () => Promise<Coverage>;
}

const scope = { province: CENTRE };
const week = { scope, from: first, to: last + DAY_MS };

function cases(reader: EventReader): Case[] {
  const search = (text: string, deadlineMs = 30_000) =>
    reader.search({ ...week, query: query(text), limit: 100, deadlineMs });
  const histogram = (text: string, deadlineMs = 30_000) =>
    reader.histogram({ ...week, query: query(text), buckets: 60, deadlineMs });
  const top = (text: string, field: string) =>
    reader.top({ ...week, query: query(text), field, limit: 10 });
  const split = () =>
    reader.histogram({
      ...week,
      query: query('gov.locality.code:12'),
      buckets: 60,
      by: 'event.outcome',
    });
  const exact: [name: string, bar: number, run: Case['run']][] = [
    ['newest 100', 10, () => search('')],
    ['rare value', 100, () => search(`user.name:user${19_000 + random(1_000)}`)],
    ['rare token', 100, () => search(`source.port:${1_024 + random(60_000)}`)],
    ['absent value', 100, () => search('user.name:nobody')],
    ['histogram', 100, () => histogram('')],
    ['histogram by outcome, filtered', 100, split],
    ['top hosts', 100, () => top('', 'host.name')],
    ['top hosts, filtered', 100, () => top('event.outcome:failure', 'host.name')],
  ];
  const others = [
    'host.name:web-12-1 AND event.outcome:failure',
    'timeout gateway retry',
    '"timeout gateway"',
    'source.ip:10.2.0.0/16',
    'http.response.status_code:>=502',
    'url.path:/dossier/*',
    'url.path:*/4999',
    'user_agent.original:*Chrome/13?.0',
  ].map((text): [string, number, Case['run']] => [text, OTHER_MS, () => search(text, OTHER_MS)]);
  const counts = ['timeout', 'http.response.body.bytes:>49000'].map(
    (text): [string, number, Case['run']] => [
      `histogram of ${text}`,
      OTHER_MS,
      () => histogram(text, OTHER_MS),
    ],
  );
  return [...exact, ...others, ...counts].map(([name, bar, run]) => ({ name, bar, run }));
}

async function ask(folder: string): Promise<void> {
  const opened = performance.now();
  const reader = openEventReader(folder);
  await reader.search({ ...week, query: query('user.name:user17'), limit: 100 });
  say('first call after a start', performance.now() - opened, 'ms', { bar: 500 });
  for (const { name, bar, run } of cases(reader)) {
    const times: number[] = [];
    const start = process.cpuUsage();
    let answer = await run();
    for (let round = 0; round < runs; round++) {
      const begin = performance.now();
      answer = await run();
      times.push(performance.now() - begin);
    }
    const { user, system } = process.cpuUsage(start);
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    const cpu = Number(((user + system) / (runs + 1) / 1_000).toFixed(2));
    const { complete, scanned, total: all } = answer;
    const more = { p50: Number(at(0.5).toFixed(2)), cpu, bar, complete };
    say(name, at(0.95), 'ms p95', complete ? more : { ...more, scanned, total: all });
  }
  await reader.close();
}

const folder = mkdtempSync(join(tmpdir(), 'thapcanh-bench-store-'));
try {
  const lineBytes = build(folder);
  say('line', lineBytes, 'bytes');
  say('disk before sealing', folderBytes(folder) / total, 'bytes/event');
  const { used } = cpuOf(() => sealAll(folder));
  say('seal', used / total, 'us/event');
  say('disk', folderBytes(folder) / total, 'bytes/event', { bar: 200, goal: 120, lineBytes });
  await ask(folder);
  say('memory', process.memoryUsage().rss / 1_048_576, 'MiB');
  const year = join(folder, 'year');
  mkdirSync(year);
  await askYear(year);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
