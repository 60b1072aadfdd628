import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { Audit } from '#libs/audit';
import { differencesFrom, restoreBackup, type Restored } from '#libs/backup';
import { readEnvironment } from '#libs/config';
import { PermanentError, SystemClock } from '#libs/model';
import { lockFolder } from '#libs/platform';
import { SqliteDocuments } from '#libs/store';

import { EXIT, type Io, type Verb } from '../verb.ts';
import { folderMarks, folderSink, folderSource } from './data-folder.ts';
import { ProgressLine } from './progress-line.ts';

const USAGE = `thapcanh restore FILE

Puts a backup into THAPCANH_DATA, which has to be empty. The whole archive is checked before
anything is written. A restore that was cut off goes on where it was when the same backup is
restored again; the product does not start on a folder that is half full. What is there at the end
is compared with the archive, and the record is verified.
`;

async function recordIsWhole(folder: string): Promise<boolean> {
  const documents = new SqliteDocuments(join(folder, 'documents.db'));
  try {
    const main = await new Audit(documents, new SystemClock()).verify();
    const cli = await new Audit(documents, new SystemClock(), 'cli').verify();
    return main.whole && cli.whole;
  } finally {
    await documents.close();
  }
}

async function fill(folder: string, file: string, io: Io): Promise<number> {
  const clock = new SystemClock();
  const marks = folderMarks(folder);
  const line = new ProgressLine(io);
  let sink: ReturnType<typeof folderSink> | undefined;
  let restored: Restored;
  try {
    restored = await restoreBackup({
      file,
      marks,
      sink: () => (sink = folderSink(folder, clock)),
      progress: ({ what, done, total }) => line.tell(what, done, total),
    });
  } finally {
    line.end();
    await sink?.close();
  }
  if (!restored.done) {
    io.err.write(
      `thapcanh restore: ${folder} is not empty, and not the beginning of this backup; name an empty folder by THAPCANH_DATA\n`,
    );
    return EXIT.wrong;
  }
  const { manifest, end, skipped } = restored;
  if (skipped > 0) io.err.write(`went on after ${skipped} of ${end.entries.length} entries\n`);
  const differences = await differencesFrom(end, folderSource(folder));
  if (!(await recordIsWhole(folder))) differences.push('the record is not whole');
  for (const difference of differences) io.err.write(`thapcanh restore: ${difference}\n`);
  if (differences.length > 0) return EXIT.wrong;
  await marks.finish();
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((all, n) => all + n, 0);
  const said = { id: manifest.id, made: manifest.made, folder };
  const counts = { documents: sum(end.documents), events: sum(end.events) };
  io.out.write(`${JSON.stringify({ ...said, ...counts })}\n`);
  return EXIT.done;
}

/** `thapcanh restore`. */
export const restoreVerb: Verb = {
  name: 'restore',
  summary: 'put an archive back into an empty data folder',
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
    const { data } = readEnvironment();
    const lock = lockFolder(data);
    if (!lock.locked) {
      io.err.write(`thapcanh restore: ${data} is in use by another Tháp Canh process\n`);
      return EXIT.wrong;
    }
    try {
      return await fill(data, file, io);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      io.err.write(`thapcanh restore: ${error.message}\n`);
      return EXIT.wrong;
    } finally {
      lock.release();
    }
  },
};
