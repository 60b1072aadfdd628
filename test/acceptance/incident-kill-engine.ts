import { writeSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import { createAlertBook } from '#libs/alerting';
import { openIncidentBook } from '#libs/incident';
import type { AlertChange } from '#libs/model';
import { SystemClock } from '#libs/model';
import { FileStateStore, SqliteDocuments } from '#libs/store';

import { arrival, lives, orders, storyOf } from '../support/alert-stories.ts';
import { placeView } from '../support/incident-parts.ts';

/** How many batches pass between two snapshots; a kill in between replays them. */
const SNAPSHOT_EVERY = 5;
const STATE = 'engine';

/** The story that a seed tells: every version of every alert, and the batches they come in. */
export function storyOfSeed(seed: number) {
  const [all = []] = fc.sample(fc.array(lives, { minLength: 30, maxLength: 30 }), {
    seed,
    numRuns: 1,
  });
  const [choices = [0]] = fc.sample(orders, { seed, numRuns: 1 });
  const stories = all.flatMap((crowd, at) => storyOf(crowd, `${at}-`));
  return { stories, batches: arrival(stories, choices) };
}

/**
 * Applies the story from its last snapshot on, and says with a line on standard output how far it
 * came.
 */
async function run(folder: string, seed: number): Promise<void> {
  const clock = new SystemClock();
  const documents = new SqliteDocuments(join(folder, 'documents.db'));
  const states = new FileStateStore(join(folder, 'state'));
  const incidents = await openIncidentBook({
    documents,
    clock,
    names: { rules: () => undefined, places: placeView },
    record: () => Promise.resolve(),
    allows: () => true,
  });
  const alerts = await createAlertBook({
    documents,
    incidents,
    clock,
    recoverable: () => false,
    inhibits: () => [],
    record: () => Promise.resolve(),
  });
  const start = (await states.load(STATE))?.position ?? 0;
  const { batches } = storyOfSeed(seed);
  writeSync(process.stdout.fd, 'ready\n');
  for (let at = start; at < batches.length; at += 1) {
    const changes = (batches[at] ?? []).map((alert): AlertChange => ({ kind: 'changed', alert }));
    await alerts.apply(changes, [], { spool: String(seed), position: at + 1 });
    if ((at + 1) % SNAPSHOT_EVERY === 0) await states.save(STATE, at + 1, new Uint8Array());
    writeSync(process.stdout.fd, `at ${at + 1}\n`);
  }
  await documents.close();
  writeSync(process.stdout.fd, 'all told\n');
}

const [, , folder, seed] = process.argv;
if (folder !== undefined && seed !== undefined && import.meta.main) await run(folder, Number(seed));
