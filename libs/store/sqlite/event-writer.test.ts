import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect, it, onTestFinished } from 'vitest';

import { CENTRE, ManualClock, type Batch, type Event } from '#libs/model';

import { DAY_MS, eventAt, FIRST_DAY } from '../contracts/sample-events.contract.ts';
import { dayFile } from './days.ts';
import { openEventReader } from './event-reader.ts';
import { openEventWriter, type EventWriter } from './event-writer.ts';
import { BLOCK_EVENTS } from './layout.ts';

const EVENTS = BLOCK_EVENTS + 50;

function parts(): { folder: string; writer: EventWriter } {
  const folder = mkdtempSync(join(tmpdir(), 'thapcanh-writer-'));
  const writer = openEventWriter(folder, { clock: new ManualClock(0) });
  onTestFinished(() => {
    writer.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, writer };
}

function batchOf(from: number): Batch {
  const events = Array.from({ length: EVENTS }, (_, n) =>
    eventAt(FIRST_DAY + ((from + n) % 2) * DAY_MS + n, { 'user.id': `u${n}`, message: `m ${n}` }),
  );
  return { from, to: from + 1, received: 0, events };
}

async function idsIn(folder: string): Promise<string[]> {
  const reader = openEventReader(folder);
  const span = { scope: { province: CENTRE }, from: FIRST_DAY, to: FIRST_DAY + 2 * DAY_MS };
  const page = await reader.search({ ...span, query: { kind: 'all' }, limit: 1_000 });
  await reader.close();
  return page.events.map(({ id }) => id).toSorted();
}

const idsOf = (events: readonly Event[]) => events.map(({ id }) => id).toSorted();

it('keeps what it could not write, says why, and writes all of it once it can', async () => {
  const { folder, writer } = parts();
  const [first, second] = [batchOf(0), batchOf(1)];
  writer.append(first);
  writer.flush();
  const db = new DatabaseSync(dayFile(folder, '2026-11-21'));
  db.exec(`CREATE TRIGGER full BEFORE INSERT ON meta
    BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`);
  writer.append(second);
  expect(() => writer.flush()).toThrow('the disk is full');
  expect(() => writer.checkpoint()).toThrow('the disk is full');
  expect(writer.counts().trouble).toMatchObject({ reason: 'the disk is full', tries: 2 });
  expect(writer.counts().written).toBeLessThan(EVENTS * 2);
  db.exec('DROP TRIGGER full');
  db.close();
  expect(writer.checkpoint()).toBe(2);
  expect(writer.counts()).toEqual({ written: EVENTS * 2, repeats: 0, replayed: 0 });
  expect(await idsIn(folder)).toEqual(idsOf([...first.events, ...second.events]));
});
