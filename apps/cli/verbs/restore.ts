import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { Audit, verifyRecord } from '#libs/audit';
import { differencesFrom, restoreBackup, type End, type Restored } from '#libs/backup';
import { loadConfig } from '#libs/config';
import { PermanentError, SystemClock } from '#libs/model';
import { onPlatform } from '#libs/platform';
import type { Documents } from '#libs/store';

import { EXIT, type Io, type Verb } from '../verb.ts';
import type { OpenedTarget, RestoreTarget } from './holdings.ts';
import { ProgressLine } from './progress-line.ts';

const USAGE = `thapcanh restore FILE

Puts a backup into THAPCANH_DATA, or with REDIS_URL and ELASTICSEARCH_URL set into Elasticsearch;
either has to be empty. The whole archive is checked before anything is written. A restore that was
cut off goes on where it was when the same backup is restored again; the product does not start on
what is half full. What is there at the end is compared with the archive, and the record is
verified.
`;

async function recordIsWhole(documents: Documents): Promise<boolean> {
  const chains = await verifyRecord(documents, new Audit(documents, new SystemClock(), 'cli'));
  return chains.every(({ whole }) => whole);
}

/** What the target now has other than the archive says. */
async function differences(end: End, target: RestoreTarget): Promise<readonly string[]> {
  const filled = target.filled();
  const { documents, source } = filled;
  try {
    const found = await differencesFrom(end, source);
    return (await recordIsWhole(documents)) ? found : [...found, 'the record is not whole'];
  } finally {
    await filled.close();
  }
}

async function fill(target: RestoreTarget, file: string, io: Io): Promise<number> {
  const { marks, name } = target;
  const line = new ProgressLine(io);
  let sink: ReturnType<RestoreTarget['sink']> | undefined;
  let restored: Restored;
  try {
    restored = await restoreBackup({
      file,
      marks,
      sink: () => (sink = target.sink()),
      progress: ({ what, done, total }) => line.tell(what, done, total),
    });
  } finally {
    line.end();
    await sink?.close();
  }
  if (!restored.done) {
    io.err.write(
      `thapcanh restore: ${name} is not empty, and not the beginning of this backup; name an empty one\n`,
    );
    return EXIT.wrong;
  }
  const { manifest, end, skipped } = restored;
  if (skipped > 0) io.err.write(`went on after ${skipped} of ${end.entries.length} entries\n`);
  const found = await differences(end, target);
  for (const difference of found) io.err.write(`thapcanh restore: ${difference}\n`);
  if (found.length > 0) return EXIT.wrong;
  await marks.finish();
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((all, n) => all + n, 0);
  const said = { id: manifest.id, made: manifest.made, folder: name };
  const counts = { documents: sum(end.documents), events: sum(end.events) };
  io.out.write(`${JSON.stringify({ ...said, ...counts })}\n`);
  return EXIT.done;
}

/** The place that the environment names. */
function openPlace(): Promise<OpenedTarget> {
  const read = loadConfig();
  if (!read.ok) {
    const message = read.problems.map(({ path, message: why }) => `${path}: ${why}`).join('; ');
    return Promise.resolve({ ok: false, message });
  }
  const { config, environment } = read;
  return onPlatform(environment, {
    embedded: async () => (await import('./folder-holdings.ts')).openTarget(environment.data),
    distributed: async (address) =>
      (await import('./cluster-holdings.ts')).openTarget(address, config),
  });
}

/** `thapcanh restore`. */
export const restoreVerb: Verb = {
  name: 'restore',
  summary: 'put an archive back, on either platform',
  usage: USAGE,
  async run(args, io) {
    const [given, ...rest] = args;
    if (given === undefined || rest.length > 0 || given.startsWith('-')) {
      io.err.write(`thapcanh restore: say FILE\n\n${USAGE}`);
      return EXIT.usage;
    }
    const file = resolve(given);
    if (!existsSync(file)) {
      io.err.write(`thapcanh restore: there is no file ${file}\n`);
      return EXIT.wrong;
    }
    const opened = await openPlace();
    if (!opened.ok) {
      io.err.write(`thapcanh restore: ${opened.message}\n`);
      return EXIT.wrong;
    }
    const { target } = opened;
    try {
      return await fill(target, file, io);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      io.err.write(`thapcanh restore: ${error.message}\n`);
      return EXIT.wrong;
    } finally {
      await target.close();
    }
  },
};
