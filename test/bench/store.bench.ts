// `npm run bench -- store [--events N] [--days N]`: the event store of the embedded platform.
// Builds
// a folder of day files, seals all days but the last, and times questions against it.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { CENTRE, newFields, placedEventId, SystemClock, type Event } from '#libs/model';
import { openEventReader, openEventWriter, parseQuery, sealDay, type Query } from '#libs/store';

const DAY_MS = 86_400_000;
const REFERENCE_PARSE_US = 4.8;
const BATCH = 500;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '500000' },
    days: { type: 'string', default: '7' },
    runs: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
  },
});
const total = Number(values.events);
const days = Number(values.days);
const runs = Number(values.runs);
const last = Date.UTC(2026, 10, 22);
const first = last - (days - 1) * DAY_MS;

let state = Number(values.seed) >>> 0;
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 4_294_967_296) * below);
}
/** Small numbers often, large ones seldom. */
const skewed = (below: number) => Math.floor(below * (random(1_000_000) / 1_000_000) ** 3);

const paths = ['/', '/login', '/dossier/list', '/dossier/submit', '/api/v1/otp', '/static/app.js'];
const words = 'accepted refused session opened closed timeout upstream gateway retry dossier'.split(
  ' ',
);

/** About 600 bytes as a JSON line, of the kinds that a province sends most. */
function makeEvent(time: number, position: number, ordinal: number): Event {
  const fields = newFields();
  const failed = random(10) === 0;
  const province = String(10 + skewed(34)).padStart(2, '0');
  fields['@timestamp'] = new Date(time).toISOString();
  fields['event.dataset'] = ['nginx.access', 'system.auth', 'keycloak.event'][random(3)] ?? '';
  fields['event.category'] = ['web'];
  fields['event.action'] = ['login', 'get', 'post', 'logout'][random(4)] ?? '';
  fields['event.outcome'] = failed ? 'failure' : 'success';
  fields['gov.locality.code'] = province;
  fields['gov.locality.commune_code'] = String(10_000 + skewed(3_000));
  fields['gov.source.id'] = `src-${province}-${skewed(40)}`;
  fields['host.name'] = `web-${province}-${random(4)}`;
  fields['service.name'] = 'motcua';
  fields['user.name'] = `user${skewed(20_000)}`;
  fields['source.ip'] = `10.${random(4)}.${skewed(200)}.${random(250)}`;
  fields['source.port'] = 1_024 + random(60_000);
  fields['http.request.method'] = random(3) === 0 ? 'POST' : 'GET';
  fields['http.response.status_code'] = failed ? 500 + random(4) : 200;
  fields['http.response.body.bytes'] = random(50_000);
  fields['url.path'] = `${paths[skewed(paths.length)]}/${skewed(5_000)}`;
  fields['user_agent.original'] = `Mozilla/5.0 (Windows NT 10.0) Chrome/${100 + random(40)}.0`;
  fields['message'] =
    `${words[random(10)]} ${words[random(10)]} for H${province}-26-${random(1_000_000)} ` +
    `in ${random(900)} ms by worker ${random(32)} ${words[random(10)]}`;
  const id = placedEventId('bench', position, ordinal);
  return { id, time, received: time + 300 + random(900), fields };
}

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
  const writer = openEventWriter(folder, { clock: new SystemClock(), flushEvents: 20_000 });
  let cpu = 0;
  let part = 0;
  const lines: string[] = [];
  for (let at = 0; at < total; at += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, total - at) }, (_, index) => {
      const time = first + Math.floor(((at + index) / total) * days * DAY_MS) - random(2_000);
      return makeEvent(Math.max(first, time), at, index);
    });
    if (lines.length < 20_000) lines.push(...events.map(({ fields }) => JSON.stringify(fields)));
    cpu += cpuOf(() => writer.append({ from: at, to: at + BATCH, received: last, events })).used;
    if (Math.floor(((at + BATCH) / total) * 5) > part) {
      part++;
      say(`write, cost so far after ${part}/5`, cpu / (at + BATCH), 'us/event');
    }
  }
  cpu += cpuOf(() => writer.checkpoint()).used;
  const factor = machineFactor(lines);
  const lineBytes = lines.reduce((sum, line) => sum + line.length, 0) / lines.length;
  const cost = cpu / total;
  say('write', cost, 'us/event', { events: total, days, factor: Number(factor.toFixed(2)) });
  say('write, scaled', cost / factor, 'us/event', { bar: 12 });
  writer.close();
  return lineBytes;
}

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function query(text: string): Query {
  const parsed = parseQuery(text);
  if (parsed.query === undefined) throw new Error(parsed.problem.message);
  return parsed.query;
}

async function ask(folder: string): Promise<void> {
  const scope = { province: CENTRE };
  const week = { scope, from: first, to: last + DAY_MS };
  const day = { scope, from: last, to: last + DAY_MS };
  const opened = performance.now();
  const reader = openEventReader(folder);
  await reader.search({ ...week, query: query('user.name:user17'), limit: 100 });
  say('first call after a start', performance.now() - opened, 'ms', { bar: 500 });
  const search = (text: string, span = week) =>
    reader.search({ ...span, query: query(text), limit: 100 });
  const cases: [name: string, bar: number, run: () => Promise<unknown>][] = [
    ['newest 100', 10, () => search('')],
    ['rare value', 100, () => search(`user.name:user${19_000 + random(1_000)}`)],
    ['rare token', 100, () => search(`source.port:${1_024 + random(60_000)}`)],
    ['absent value', 100, () => search('user.name:nobody')],
    ['histogram', 100, () => reader.histogram({ ...week, query: query(''), buckets: 60 })],
    [
      'histogram by outcome, filtered',
      100,
      () =>
        reader.histogram({
          ...week,
          query: query('gov.locality.code:12'),
          buckets: 60,
          by: 'event.outcome',
        }),
    ],
    [
      'top hosts',
      100,
      () => reader.top({ ...week, query: query(''), field: 'host.name', limit: 10 }),
    ],
    [
      'top hosts, filtered',
      100,
      () =>
        reader.top({
          ...week,
          query: query('event.outcome:failure'),
          field: 'host.name',
          limit: 10,
        }),
    ],
    ['two fields', 500, () => search('host.name:web-12-1 AND event.outcome:failure')],
    ['three words', 500, () => search('timeout gateway retry')],
    ['phrase', 500, () => search('"timeout gateway"')],
    ['network', 500, () => search('source.ip:10.2.0.0/16')],
    ['range', 500, () => search('http.response.status_code:>=502')],
    ['wildcard', 500, () => search('url.path:/dossier/*')],
    ['inner wildcard, one day', 500, () => search('user_agent.original:*Chrome/13?.0', day)],
    [
      'histogram of a word',
      500,
      () => reader.histogram({ ...week, query: query('timeout'), buckets: 60, deadlineMs: 5_000 }),
    ],
    [
      'histogram read from originals, 500 ms',
      600,
      () =>
        reader.histogram({
          ...week,
          query: query('http.response.body.bytes:>49000'),
          buckets: 60,
          deadlineMs: 500,
        }),
    ],
  ];
  for (const [name, bar, run] of cases) {
    const times: number[] = [];
    const start = process.cpuUsage();
    for (let round = 0; round < runs; round++) {
      const begin = performance.now();
      await run();
      times.push(performance.now() - begin);
    }
    const { user, system } = process.cpuUsage(start);
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    const cpu = Number(((user + system) / runs / 1_000).toFixed(2));
    say(name, at(0.95), 'ms p95', { p50: Number(at(0.5).toFixed(2)), cpu, bar });
  }
  await reader.close();
}

const folder = mkdtempSync(join(tmpdir(), 'thapcanh-bench-store-'));
try {
  const lineBytes = build(folder);
  say('line', lineBytes, 'bytes');
  say('disk before sealing', folderBytes(folder) / total, 'bytes/event');
  const names = readdirSync(folder).flatMap((name) => /^(\d.*)\.db$/.exec(name)?.[1] ?? []);
  const { used } = cpuOf(() => {
    for (const name of names) {
      const steps = sealDay(folder, name);
      while (steps.next().done !== true);
    }
  });
  say('seal', used / total, 'us/event');
  say('disk', folderBytes(folder) / total, 'bytes/event', { bar: 200, goal: 120, lineBytes });
  await ask(folder);
  say('memory', process.memoryUsage().rss / 1_048_576, 'MiB');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
