import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect, it, onTestFinished } from 'vitest';

import { CENTRE } from '#libs/model';
import { openEventReader, openEventWriter } from '#libs/store';

import { faultCount } from '../support/fault-count.ts';
import { startProcess, type OwnedProcess } from '../support/owned-process.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { BATCH_EVENTS, killEvent } from './store-kill-events.ts';

const BATCHES = 600;
const EVENTS = BATCHES * BATCH_EVENTS;

function startWriter(folder: string): Promise<OwnedProcess> {
  return startProcess(onTestFinished, {
    name: 'the writer of events',
    program: process.execPath,
    args: [
      '--conditions=source',
      join(import.meta.dirname, 'store-kill-writer.ts'),
      folder,
      String(BATCHES),
    ],
    ready: /^from /,
  });
}

const numbersIn = (output: string, word: string) =>
  [...output.matchAll(new RegExp(`^${word} (-?\\d+)$`, 'gm'))].map(([, number]) => Number(number));

it('loses and doubles no event when its writer is killed in the middle, again and again', async () => {
  const folder = tempFolder(onTestFinished);
  const kills = faultCount({ few: 3, full: 20 });
  let durable = -1;
  for (let kill = 0; kill < kills; kill++) {
    const writer = await startWriter(folder);
    const [from = Number.NaN] = numbersIn(writer.output(), 'from');
    expect(from, 'what was durable before the kill').toBeGreaterThanOrEqual(durable);
    // Later and later in the work between two checkpoints, whatever the machine's pace.
    const marks = 1 + (kill % 4);
    await until('positions are durable', () =>
      numbersIn(writer.output(), 'durable').length >= marks ? true : undefined,
    );
    await writer.kill9();
    durable = Math.max(durable, ...numbersIn(writer.output(), 'durable'));
  }
  const last = await startWriter(folder);
  expect((await last.ended).code).toBe(0);
  expect(last.output()).toMatch(/all written/);

  const reader = openEventReader(folder);
  onTestFinished(() => reader.close());
  const request = {
    query: { kind: 'all' },
    scope: { province: CENTRE },
    from: 0,
    to: 4e12,
  } as const;
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await reader.search({
      ...request,
      limit: 1_000,
      ...(cursor === undefined ? {} : { cursor }),
    });
    seen.push(...page.events.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  const expected = Array.from({ length: EVENTS }, (_, n) => killEvent(n).id);
  expect(seen).toHaveLength(EVENTS);
  expect(new Set(seen)).toEqual(new Set(expected));
  for (const n of [0, 9, EVENTS - 1]) {
    const query = {
      kind: 'term',
      field: 'labels.number',
      value: `n${n}`,
      wildcard: false,
    } as const;
    const { events } = await reader.search({ ...request, query, limit: 5 });
    expect(events).toEqual([killEvent(n)]);
  }
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.db'))) {
    const db = new DatabaseSync(join(folder, name));
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.close();
  }
});

it('counts an event sent again as a repeat, and one read again from the spool not', async () => {
  const folder = tempFolder(onTestFinished);
  const clock = { now: () => 0, after: () => () => undefined };
  const batch = { from: 0, to: 10, received: 0, events: [killEvent(1), killEvent(2)] };
  const before = openEventWriter(folder, { clock });
  before.append(batch);
  before.close();
  const after = openEventWriter(folder, { clock });
  onTestFinished(() => after.close());
  after.append(batch);
  after.append({ ...batch, from: 10, to: 20, events: [killEvent(2), killEvent(3)] });
  after.flush();
  expect(after.counts()).toEqual({ written: 1, replayed: 2, repeats: 1 });
});
