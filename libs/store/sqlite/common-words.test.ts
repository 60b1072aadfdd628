import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { CENTRE, ManualClock, type Event } from '#libs/model';

import { DAY_MS, eventAt, FIRST_DAY } from '../contracts/sample-events.contract.ts';
import { matchesQuery } from '../query/matches.ts';
import { parseQuery } from '../query/parse.ts';
import type { Query } from '../query/syntax.ts';
import { openEventReader } from './event-reader.ts';
import { openEventWriter } from './event-writer.ts';
import { CHUNK_EVENTS } from './layout.ts';
import { sealDay } from './seal-day.ts';

/** Words that are common from the start, from the middle on, in one half of the lines, or never. */
function line(index: number): string {
  const late = index > CHUNK_EVENTS * 1.5 ? 'sau' : 'trước';
  const half = index % 2 === 0 ? 'even' : 'odd';
  const gone = index < CHUNK_EVENTS ? ' first' : '';
  const rare = index % 1_000 === 7 ? ' rare' : '';
  return `GET /ho-so ${late} ${half}${gone}${rare} n${index % 97} HTTP/1.1`;
}

function events(from: number, to: number): Event[] {
  return Array.from({ length: to - from }, (_, at) => {
    const index = from + at;
    // Some have no message, and some two.
    if (index % 61 === 0) return eventAt(FIRST_DAY + index, { 'user.id': 'get' });
    const message = index % 53 === 0 ? [line(index), 'get double'] : line(index);
    return eventAt(FIRST_DAY + index, { message });
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
];

it('finds common words as the plain reading of the language does, also over a stop and sealed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'thapcanh-words-'));
  const clock = new ManualClock(0);
  const all: Event[] = [];
  const end = CHUNK_EVENTS * 2 + 500;
  let from = 0;
  // A stop in the middle of chunks.
  for (const to of [CHUNK_EVENTS + 300, CHUNK_EVENTS * 2 + 77, end]) {
    const writer = openEventWriter(folder, { clock });
    const some = events(from, to);
    all.push(...some);
    writer.append({ from, to, received: 0, events: some });
    writer.close();
    from = to;
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
      const page = await reader.search({ ...span, query, limit: 100 });
      const expected = all.filter((event) => matchesQuery(query, event));
      const { series } = await reader.histogram({ ...span, query, buckets: 2 });
      const counted = series.flatMap(({ counts }) => counts).reduce((sum, each) => sum + each, 0);
      expect([text, counted]).toEqual([text, expected.length]);
      const newest = expected.toReversed().slice(0, 100);
      expect(page.events.map(({ id }) => id)).toEqual(newest.map(({ id }) => id));
    }
  };
  await compare();
  const steps = sealDay(folder, '2026-11-20');
  while (steps.next().done !== true);
  await compare();
});
