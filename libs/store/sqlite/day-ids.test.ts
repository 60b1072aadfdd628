import { DatabaseSync } from 'node:sqlite';

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';

import { eventAt, FIRST_DAY } from '../contracts/sample-events.contract.ts';
import { DayIds } from './day-ids.ts';
import { DayWriter } from './day-writer.ts';

function freshDb(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE idrun(id INTEGER PRIMARY KEY, z BLOB NOT NULL)');
  return db;
}

const half = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(0xffffffff, 0x80000000));

it('knows every key again, in memory and in runs, and no other', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(half, half), { maxLength: 60 }), (keys) => {
      const ids = new DayIds(freshDb(), 4);
      const oracle = new Set<string>();
      for (const [high, low] of keys) {
        const key = `${high === 0 ? 1 : high} ${low}`;
        expect(ids.add(high, low)).toBe(!oracle.has(key));
        oracle.add(key);
        ids.writeRun();
        ids.settle();
      }
    }),
  );
});

it('finds a repeat of any age after the file was opened again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'thapcanh-ids-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, '2026-11-20.db');
  const events = Array.from({ length: 1_000 }, (_, n) =>
    eventAt(FIRST_DAY + n, { message: `${n}` }),
  );
  const write = (writer: DayWriter, from: number, to: number, position: number) => {
    for (const event of events.slice(from, to)) writer.take(event, position);
    return writer.commit(position);
  };
  const before = new DayWriter(file, FIRST_DAY, 1_024, 150);
  for (let from = 0; from < 900; from += 100) write(before, from, from + 100, 1);
  before.close();
  const after = new DayWriter(file, FIRST_DAY, 1_024, 150);
  onTestFinished(() => after.close());
  expect(write(after, 0, 1_000, 2)).toEqual({ written: 100, repeats: 900, replayed: 0 });
});
