import { verifyRecord } from '#libs/audit';
import { ArchiveReader } from '#libs/backup';
import { PermanentError } from '#libs/model';

import { EXIT, type Io, type Verb } from '../verb.ts';
import { withBooks, type Books } from './documents.ts';
import { ProgressLine } from './progress-line.ts';

const USAGE = `thapcanh verify
thapcanh verify BACKUP

Without a file: reads the record of what people did from its first entry to its last and checks
that every entry is bound to the one before and every chain is as the others saw it; then, in a data
folder, that the documents, the event days and the states of detection can be read. With a file:
checks every entry of a backup against its hash.
Exit 1 with everything that does not hold.
`;

async function verifyChains({ documents, audit }: Books, io: Io): Promise<boolean> {
  const all = await verifyRecord(documents, audit, [audit.chain]);
  // The product's chains before that of the command line.
  const isOwn = ({ chain }: { chain: string }): number => (chain === audit.chain ? 1 : 0);
  const results = all.toSorted((a, b) => isOwn(a) - isOwn(b));
  for (const result of results) {
    io.out.write(
      result.whole
        ? `record ${result.chain}: whole, ${result.entries} entries, head ${result.head}\n`
        : `record ${result.chain}: entry ${result.seq} does not hold: ${result.reason}\n`,
    );
  }
  return results.every(({ whole }) => whole);
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
      return (await books.holdings.check(io)) && record ? EXIT.done : EXIT.wrong;
    });
  },
};
