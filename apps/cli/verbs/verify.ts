import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Audit, verifyRecord } from '#libs/audit';
import { ArchiveReader } from '#libs/backup';
import { PermanentError } from '#libs/model';
import { checkSqliteFile, FileStateStore } from '#libs/store';

import { EXIT, type Io, type Verb } from '../verb.ts';
import { withBooks, type Books } from './documents.ts';
import { ProgressLine } from './progress-line.ts';

const USAGE = `thapcanh verify
thapcanh verify BACKUP

Without a file: reads the record of what people did from its first entry to its last and checks
that every entry is bound to the one before and every chain is as the others saw it; then that the
documents, the event days and the states of detection can be read. With a file: checks every entry
of a backup against its hash.
Exit 1 with everything that does not hold.
`;

const CHAINS = ['main', 'cli'];
const STATE_SUFFIX = '.state';

async function verifyChains({ documents, clock }: Books, io: Io): Promise<boolean> {
  const results = await verifyRecord(documents, new Audit(documents, clock, 'cli'), CHAINS);
  for (const result of results) {
    io.out.write(
      result.whole
        ? `record ${result.chain}: whole, ${result.entries} entries, head ${result.head}\n`
        : `record ${result.chain}: entry ${result.seq} does not hold: ${result.reason}\n`,
    );
  }
  return results.every(({ whole }) => whole);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted((a, b) => a.localeCompare(b)) : [];
}

function verifyFiles({ folder }: Books, io: Io): boolean {
  const line = new ProgressLine(io);
  const days = namesIn(join(folder, 'events')).filter((name) => name.endsWith('.db'));
  const files = [join(folder, 'documents.db'), ...days.map((name) => join(folder, 'events', name))];
  let damaged = 0;
  for (const [at, file] of files.entries()) {
    line.tell('files', at, files.length);
    let said: string;
    try {
      said = checkSqliteFile(file);
    } catch (error) {
      said = (error as Error).message;
    }
    if (said === 'ok') continue;
    damaged += 1;
    io.out.write(`${file}: ${said}\n`);
  }
  line.end();
  io.out.write(`files: ${files.length - damaged} of ${files.length} whole\n`);
  return damaged === 0;
}

async function verifyStates({ folder }: Books, io: Io): Promise<boolean> {
  const states = new FileStateStore(join(folder, 'state'));
  let whole = true;
  for (const file of namesIn(join(folder, 'state'))) {
    if (!file.endsWith(STATE_SUFFIX)) continue;
    try {
      await states.load(file.slice(0, -STATE_SUFFIX.length));
    } catch (error) {
      whole = false;
      io.out.write(`${(error as Error).message}\n`);
    }
  }
  return whole;
}

async function verifyBackup(file: string, io: Io): Promise<number> {
  const line = new ProgressLine(io);
  try {
    const archive = await ArchiveReader.open(file);
    try {
      await archive.verify((done, total) => line.tell('bytes', done, total));
    } finally {
      line.end();
      await archive.close();
    }
    const { manifest, end } = archive;
    const said = { id: manifest.id, made: manifest.made, entries: end.entries.length };
    io.out.write(`${file}: whole, ${JSON.stringify(said)}\n`);
    return EXIT.done;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof PermanentError) && code !== 'ENOENT') throw error;
    io.out.write(`${file}: ${(error as Error).message}\n`);
    return EXIT.wrong;
  }
}

/** `thapcanh verify`. */
export const verifyVerb: Verb = {
  name: 'verify',
  summary: 'verify the record, the stores, or a backup',
  usage: USAGE,
  run(args, io) {
    const [file, ...rest] = args;
    if (rest.length > 0 || file?.startsWith('-') === true) {
      io.err.write(`thapcanh verify takes a backup or nothing\n\n${USAGE}`);
      return Promise.resolve(EXIT.usage);
    }
    if (file !== undefined) return verifyBackup(file, io);
    return withBooks('verify', io, async (books) => {
      const record = await verifyChains(books, io);
      const files = verifyFiles(books, io);
      const states = await verifyStates(books, io);
      return record && files && states ? EXIT.done : EXIT.wrong;
    });
  },
};
