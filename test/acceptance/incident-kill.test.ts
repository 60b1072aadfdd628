import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { openIncidentBook } from '#libs/incident';
import { SystemClock } from '#libs/model';
import { SqliteDocuments } from '#libs/store';

import { expectedGroups } from '../support/alert-stories.ts';
import { faultCount } from '../support/fault-count.ts';
import { groupsOf, placeView } from '../support/incident-parts.ts';
import { type OwnedProcess, startProcess } from '../support/owned-process.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { storyOfSeed } from './incident-kill-engine.ts';

const SEED = 20261123;

function startEngine(folder: string): Promise<OwnedProcess> {
  return startProcess(onTestFinished, {
    name: 'the engine of incidents',
    program: process.execPath,
    args: [
      '--conditions=source',
      join(import.meta.dirname, 'incident-kill-engine.ts'),
      folder,
      String(SEED),
    ],
    ready: /^ready/,
  });
}

function reached(engine: OwnedProcess): number {
  return [...engine.output().matchAll(/^at (\d+)$/gm)].length;
}

async function bookOf(folder: string) {
  const documents = new SqliteDocuments(join(folder, 'documents.db'));
  onTestFinished(() => documents.close());
  return openIncidentBook({
    documents,
    clock: new SystemClock(),
    names: { rules: () => undefined, places: placeView },
    record: () => Promise.resolve(),
    allows: () => true,
  });
}

it('ends in the incidents of an undisturbed run when it is killed again and again', async () => {
  const folder = tempFolder(onTestFinished);
  const { stories, batches } = storyOfSeed(SEED);
  const kills = faultCount({ few: 3, full: 20 });
  const share = Math.ceil(batches.length / (kills + 1));
  for (let kill = 0; kill < kills; kill += 1) {
    const engine = await startEngine(folder);
    await until('it came a part of the way', () =>
      reached(engine) >= share - (kill % 7) ? true : undefined,
    );
    await engine.kill9();
  }
  const last = await startEngine(folder);
  expect((await last.ended).code).toBe(0);
  expect(last.output()).toMatch(/all told/);

  const book = await bookOf(folder);
  expect(groupsOf(book)).toEqual(expectedGroups(stories));
  const page = await book.list({ scope: { province: '00' }, show: 'all', limit: 5000 });
  if ('reason' in page) throw new Error(page.reason);
  const numbers = page.rows.map(({ id }) => Number(id.split('-')[2])).toSorted((a, b) => a - b);
  expect(numbers, 'every number once, none left out').toEqual(numbers.map((_, at) => at + 1));
});
