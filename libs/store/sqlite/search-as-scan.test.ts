import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { CENTRE, ManualClock, type Event, type FieldValue } from '#libs/model';

import { DAY_MS, eventAt, FIRST_DAY } from '../contracts/sample-events.contract.ts';
import { matchesQuery } from '../query/matches.ts';
import { parseQuery } from '../query/parse.ts';
import type { Query } from '../query/syntax.ts';
import { openEventReader } from './event-reader.ts';
import { openEventWriter } from './event-writer.ts';
import { CHUNK_EVENTS } from './layout.ts';
import { sealDay } from './seal-day.ts';

const DAY = '2026-11-20';
const EVENTS = CHUNK_EVENTS * 2 + 500;

function lineOf(index: number): string {
  const late = index > CHUNK_EVENTS * 1.5 ? 'sau' : 'trước';
  const half = index % 2 === 0 ? 'even' : 'odd';
  const gone = index < CHUNK_EVENTS ? ' first' : '';
  const rare = index % 1_000 === 7 ? ' rare' : '';
  return `GET /ho-so ${late} ${half}${gone}${rare} n${index % 97} HTTP/1.1`;
}

/** Events of every kind of index, over several blocks and chunks. */
function makeEvent(index: number): Event {
  const time = FIRST_DAY + index * 7 + ((index * 31) % 900);
  // Some have no message, and some two.
  if (index % 61 === 0) return eventAt(time, { 'user.id': 'get' });
  const message: FieldValue = index % 53 === 0 ? [lineOf(index), 'get double'] : lineOf(index);
  return eventAt(time, {
    message,
    'event.original': index % 3 === 0 ? lineOf(index) : `<13>web-${index % 5}: ${lineOf(index)}`,
    '@timestamp': new Date(time).toISOString(),
    'event.ingested': new Date(time + 1_500).toISOString(),
    'event.outcome': index % 10 === 0 ? 'failure' : 'success',
    'user.name': `User${(index * 13) % 700}`,
    'source.ip': `10.${index % 4}.${index % 200}.${(index * 7) % 250}`,
    'client.ip': `10.${index % 4}.${index % 200}.${(index * 7) % 250}`,
    'url.path': `/ho-so/${index % 900}`,
    'http.response.body.bytes': (index * 37) % 5_000,
    ...(index % 400 === 1 ? { [`odd.name${index}`]: [`v${index}`, 'Đặc biệt'] } : {}),
  });
}

const QUESTIONS = [
  'get',
  'truoc',
  'sau',
  'even',
  'odd rare',
  'even AND NOT sau',
  'first',
  'first OR rare',
  '"get ho"',
  '"even rare"',
  'ev*',
  'http sau n1*',
  '*ou*',
  'sa?',
  'nothing',
  'web 3 rare',
  'user.name:user13',
  'user.name:user13 AND event.outcome:failure',
  'user.name:(user1 OR user2) NOT even',
  'user.name:user1*',
  'user.name:nobody OR user.id:GET',
  'source.ip:10.2.0.0/16 AND rare',
  'client.ip:10.1.3.0/24',
  'client.ip:10.3.7.49',
  'url.path:/ho-so/77',
  'url.path:/ho-so/7*',
  'http.response.body.bytes:>4990',
  'http.response.body.bytes:37',
  'odd.name401:v401',
  'odd.name401:*',
  'odd.name801:"đặc biệt"',
  'NOT message:*',
  'NOT user.name:*',
  '@timestamp:["2026-11-20T00:00:10Z" TO "2026-11-20T00:00:11Z"]',
  'event.original:*web*',
];

it('answers as a reading of all events does, over blocks, stops and sealing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'thapcanh-scan-'));
  const clock = new ManualClock(0);
  const all: Event[] = [];
  let from = 0;
  // Stops in the middle of blocks and chunks.
  for (const to of [300, CHUNK_EVENTS + 300, CHUNK_EVENTS * 2 + 77, EVENTS]) {
    const writer = openEventWriter(folder, { clock });
    for (; from < to; from += 100) {
      const events = Array.from({ length: Math.min(100, to - from) }, (_, n) =>
        makeEvent(from + n),
      );
      all.push(...events);
      writer.append({ from, to: from + 100, received: 0, events });
      writer.flush();
    }
    from = to;
    writer.close();
  }
  const reader = openEventReader(folder, { openDays: 2 });
  onTestFinished(async () => {
    await reader.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const compare = async (): Promise<void> => {
    for (const text of QUESTIONS) {
      const query = parseQuery(text).query as Query;
      const span = { scope: { province: CENTRE }, from: FIRST_DAY, to: FIRST_DAY + DAY_MS };
      const expected = all.filter((event) => matchesQuery(query, event));
      const { series } = await reader.histogram({ ...span, query, buckets: 2 });
      const counted = series.flatMap(({ counts }) => counts).reduce((sum, each) => sum + each, 0);
      expect([text, counted]).toEqual([text, expected.length]);
      const page = await reader.search({ ...span, query, limit: 100 });
      const newest = expected.toSorted((a, b) => b.time - a.time).slice(0, 100);
      expect(page.events.map(({ time }) => time)).toEqual(newest.map(({ time }) => time));
      const given = new Map(all.map((event) => [event.id, event]));
      for (const event of page.events) expect(event).toEqual(given.get(event.id));
    }
  };
  await compare();
  const steps = sealDay(folder, DAY);
  while (steps.next().done !== true);
  await compare();
}, 120_000);
