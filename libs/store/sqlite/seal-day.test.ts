import { existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { CENTRE, ManualClock, type Event } from '#libs/model';

import { DAY_MS, eventAt, FIRST_DAY } from '../contracts/sample-events.contract.ts';
import { parseQuery } from '../query/parse.ts';
import type { Query } from '../query/syntax.ts';
import { dayFile, sealFile } from './days.ts';
import { openEventKeeper } from './event-keeper.ts';
import { openEventReader, type EventReader } from './event-reader.ts';
import { openEventWriter, type EventWriter } from './event-writer.ts';
import { sealDay } from './seal-day.ts';

const DAY = '2026-11-20';

function parts(): { folder: string; writer: EventWriter; reader: EventReader } {
  const folder = mkdtempSync(join(tmpdir(), 'thapcanh-seal-'));
  const writer = openEventWriter(folder, { clock: new ManualClock(0) });
  const reader = openEventReader(folder, { openDays: 2 });
  onTestFinished(async () => {
    writer.close();
    await reader.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, writer, reader };
}

let position = 0;
function write(writer: EventWriter, events: readonly Event[]): void {
  writer.append({ from: position, to: ++position, received: 0, events });
  writer.flush();
}

function sealWhole(folder: string, day: string): void {
  const steps = sealDay(folder, day);
  while (steps.next().done !== true);
}

async function count(reader: EventReader, text: string): Promise<[number, number]> {
  const query = parseQuery(text).query as Query;
  const span = { query, scope: { province: CENTRE }, from: FIRST_DAY, to: FIRST_DAY + 9 * DAY_MS };
  const page = await reader.search({ ...span, limit: 100 });
  expect(page.complete).toBe(true);
  return [page.events.length, page.total];
}

const someEvents = () =>
  Array.from({ length: 700 }, (_, index) =>
    eventAt(FIRST_DAY + index * 1_000, {
      message: `worker ${index} started`,
      'user.id': `u${index % 50}`,
      'user.name': `name${index % 40}`,
    }),
  );

describe('a sealed day', () => {
  it('answers as before, and without being opened what it certainly lacks', async () => {
    const { folder, writer, reader } = parts();
    write(writer, someEvents());
    sealWhole(folder, DAY);
    expect(existsSync(sealFile(folder, DAY))).toBe(true);
    expect(await count(reader, 'user.id:u7')).toEqual([14, 700]);
    expect(await count(reader, 'user.name:NAME7 AND started')).toEqual([18, 700]);
    expect(await count(reader, 'user.id:nobody')).toEqual([0, 700]);
    expect(await count(reader, 'worker 12')).toEqual([1, 700]);
  });

  it('still takes late events, which are found at once', async () => {
    const { folder, writer, reader } = parts();
    write(writer, someEvents());
    sealWhole(folder, DAY);
    expect(await count(reader, 'user.id:late')).toEqual([0, 700]);
    write(writer, [eventAt(FIRST_DAY + 5, { 'user.id': 'late' })]);
    expect(await count(reader, 'user.id:late')).toEqual([1, 701]);
    sealWhole(folder, DAY);
    expect(await count(reader, 'user.id:late')).toEqual([1, 701]);
  });

  it('is not declared sealed when events come between the steps', () => {
    const { folder, writer } = parts();
    write(writer, someEvents());
    const steps = sealDay(folder, DAY);
    steps.next();
    write(writer, [eventAt(FIRST_DAY + 9, { 'user.id': 'between' })]);
    while (steps.next().done !== true);
    expect(existsSync(sealFile(folder, DAY))).toBe(false);
    sealWhole(folder, DAY);
    expect(existsSync(sealFile(folder, DAY))).toBe(true);
  });
});

describe('the keeper', () => {
  it('seals days 36 hours after their end, once they are quiet', async () => {
    const { folder, writer } = parts();
    write(writer, [...someEvents(), eventAt(FIRST_DAY + DAY_MS, { message: 'next' })]);
    writer.close();
    const keeper = openEventKeeper(folder);
    onTestFinished(() => keeper.close());
    const end = FIRST_DAY + DAY_MS;
    expect(await keeper.sealDue(end + 37 * 3_600_000)).toEqual([]);
    for (const day of [DAY, '2026-11-21']) utimesSync(dayFile(folder, day), 1, 1);
    expect(await keeper.sealDue(end + 35 * 3_600_000)).toEqual([]);
    expect(await keeper.sealDue(end + 37 * 3_600_000)).toEqual([DAY]);
    expect(await keeper.sealDue(end + 37 * 3_600_000)).toEqual([]);
  });
});
