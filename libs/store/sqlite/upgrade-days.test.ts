import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';

import { expect, it, onTestFinished } from 'vitest';

import { CENTRE, type Event } from '#libs/model';

import { DAY_MS } from '../contracts/sample-events.contract.ts';
import { matchesQuery } from '../query/matches.ts';
import { parseQuery } from '../query/parse.ts';
import type { Query } from '../query/syntax.ts';
import { DayWriter } from './day-writer.ts';
import { dayFile, dayStart } from './days.ts';
import { openEventReader } from './event-reader.ts';
import { OLD_DAY, OLD_EVENTS, oldEvent } from './fixtures/format-3-events.ts';
import { upgradeDays, type UpgradeProgress } from './upgrade-days.ts';

const OLD_FILE = join(import.meta.dirname, 'fixtures', 'day-format-3.db.zst');

function oldFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'thapcanh-upgrade-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(dayFile(folder, OLD_DAY), zstdDecompressSync(readFileSync(OLD_FILE)));
  return folder;
}

async function searched(folder: string, text: string): Promise<Event[]> {
  const reader = openEventReader(folder);
  onTestFinished(() => reader.close());
  const query = parseQuery(text).query as Query;
  const from = dayStart(OLD_DAY);
  const span = { query, scope: { province: CENTRE }, from, to: from + DAY_MS };
  return [...(await reader.search({ ...span, limit: 1_000 })).events];
}

it('writes the days of the version before anew, whole and searchable, and says how far it is', async () => {
  const folder = oldFolder();
  const progress: UpgradeProgress[] = [];
  upgradeDays(folder, (each) => progress.push(each));
  expect(progress.at(-1)).toEqual({ day: OLD_DAY, events: OLD_EVENTS, of: OLD_EVENTS });
  const all = Array.from({ length: OLD_EVENTS }, (_, n) => oldEvent(n)).toReversed();
  expect(await searched(folder, '')).toEqual(all);
  for (const text of [
    'dang nhap 7',
    'user.name:user3 AND event.outcome:failure',
    'flood300.7:v7',
  ]) {
    const query = parseQuery(text).query as Query;
    const expected = all.filter((event) => matchesQuery(query, event));
    expect(expected.length).toBeGreaterThan(0);
    expect(await searched(folder, text)).toEqual(expected);
  }
  // It knows what it holds: the spool's position, and every id.
  const writer = new DayWriter(dayFile(folder, OLD_DAY), dayStart(OLD_DAY), 1_024);
  onTestFinished(() => writer.close());
  for (const event of all) writer.take(event, OLD_EVENTS);
  expect(writer.commit(OLD_EVENTS)).toEqual({ written: 0, repeats: 0, replayed: OLD_EVENTS });
});

it('begins again where it was stopped, and does nothing once it is done', async () => {
  const folder = oldFolder();
  const stop = () => {
    throw new Error('stopped');
  };
  expect(() => upgradeDays(folder, stop)).toThrow('stopped');
  upgradeDays(folder, () => {});
  expect(readdirSync(folder).toSorted()).toEqual([`${OLD_DAY}.db`, 'format']);
  upgradeDays(folder, stop);
  expect(await searched(folder, '')).toHaveLength(OLD_EVENTS);
});

it('refuses a file of a format that is older still', () => {
  const folder = oldFolder();
  const db = new DatabaseSync(dayFile(folder, OLD_DAY));
  db.exec("UPDATE meta SET v = 2 WHERE k = 'format'");
  db.close();
  expect(() => upgradeDays(folder, () => {})).toThrow(/has format 2; this version reads 4/);
});
