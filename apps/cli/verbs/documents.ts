import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { Audit } from '#libs/audit';
import { Auth } from '#libs/auth';
import { readEnvironment } from '#libs/config';
import { SystemClock } from '#libs/model';
import { checkDataFolder, SqliteDocuments } from '#libs/store';

import { EXIT, type Io } from '../verb.ts';

/** The books of the data folder, beside a running product or without one. */
export interface Books {
  /** The data folder. */
  readonly folder: string;
  readonly documents: SqliteDocuments;
  readonly auth: Auth;
  readonly audit: Audit;
  readonly clock: SystemClock;
}

/** Who the record names for what is done on the command line. */
export const COMMAND_LINE = 'command line';

/**
 * Opens the documents of THAPCANH_DATA for one piece of work; says why it cannot. A running product
 * sees the result within seconds.
 */
export async function withBooks(
  verb: string,
  io: Io,
  work: (books: Books) => Promise<number>,
): Promise<number> {
  const { data } = readEnvironment();
  if (!existsSync(data)) {
    io.err.write(
      `thapcanh ${verb}: there is no data folder ${data}; start the product once, or name it by THAPCANH_DATA\n`,
    );
    return EXIT.wrong;
  }
  const check = checkDataFolder(data);
  if (!check.ok) {
    io.err.write(`thapcanh ${verb}: ${check.message}\n`);
    return EXIT.wrong;
  }
  const documents = new SqliteDocuments(join(data, 'documents.db'));
  const clock = new SystemClock();
  try {
    // A chain of its own: the running product writes the main one, and two writers would fight for
    // its head.
    const audit = new Audit(documents, clock, 'cli');
    return await work({
      folder: data,
      documents,
      clock,
      audit,
      auth: new Auth({ documents, clock }),
    });
  } finally {
    await documents.close();
  }
}
