import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';

import { expect, it, onTestFinished } from 'vitest';

import { CENTRE, newFields, placedEventId, type Event, type FieldValue } from '#libs/model';

import { DAY_MS } from '../contracts/sample-events.contract.ts';
import { matchesQuery } from '../query/matches.ts';
import { parseQuery } from '../query/parse.ts';
import type { Query } from '../query/syntax.ts';
import { DayWriter } from './day-writer.ts';
import { dayFile, dayStart } from './days.ts';
import { openEventReader } from './event-reader.ts';
import { upgradeDays, type UpgradeProgress } from './upgrade-days.ts';

/** Events of `day-format-3.db.zst`, which the version before wrote; the first came in twice. */
const OLD_EVENTS = 1_000;
const OLD_DAY = '2026-11-20';

const START = Date.parse(`${OLD_DAY}T00:00:00.000Z`);

/** Event number `n` of that file: one in a hundred has names that no other has. */
function oldEvent(n: number): Event {
  const time = START + n * 80_000;
  const message: FieldValue = n % 53 === 0 ? ['hai dòng', `line ${n}`] : `đăng nhập sai ${n % 40}`;
  const fields = newFields();
  fields['@timestamp'] = new Date(time).toISOString();
  fields['message'] = message;
  fields['event.original'] = n % 2 === 0 ? message : `<13>web: ${String(message)}`;
  fields['event.outcome'] = n % 9 === 0 ? 'failure' : 'success';
  fields['user.name'] = `User${n % 30}`;
  fields['user.id'] = n % 4 === 0 ? null : `u${n % 70}`;
  fields['http.response.body.bytes'] = n * 3;
  if (n % 100 === 0) {
    for (let name = 0; name < 500; name++) fields[`flood${n}.${name}`] = `v${name}`;
  }
  const id = n % 7 === 0 ? `event ${n} by its own name` : placedEventId('old', 0, n);
  return { id, time, received: time + (n % 900), fields };
}

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

it('leaves a file in peace whose process ended before its tables were made', async () => {
  const folder = oldFolder();
  const unborn = dayFile(folder, '2026-11-21');
  writeFileSync(unborn, '');
  upgradeDays(folder, () => {});
  expect(await searched(folder, '')).toHaveLength(OLD_EVENTS);
  const writer = new DayWriter(unborn, dayStart('2026-11-21'), 1_024);
  onTestFinished(() => writer.close());
  writer.take(oldEvent(OLD_EVENTS * 2), 1);
  expect(writer.commit(1).written).toBe(1);
});
