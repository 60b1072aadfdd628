import { Audit } from '#libs/audit';
import { Auth } from '#libs/auth';
import { loadConfig } from '#libs/config';
import { SystemClock } from '#libs/model';
import { onPlatform } from '#libs/platform';
import type { Documents } from '#libs/store';

import { EXIT, type Io } from '../verb.ts';
import type { Holdings } from './holdings.ts';

/** What is kept, beside a running product or without one. */
export interface Books {
  readonly documents: Documents;
  readonly auth: Auth;
  readonly audit: Audit;
  readonly clock: SystemClock;
  readonly holdings: Holdings;
}

/** Who the record names for what is done on the command line. */
export const COMMAND_LINE = 'command line';

/**
 * Opens what the environment names, the data folder or Elasticsearch, for one piece of work; says
 * why it cannot. A running product sees the result within seconds.
 */
export async function withBooks(
  verb: string,
  io: Io,
  work: (books: Books) => Promise<number>,
): Promise<number> {
  const read = loadConfig();
  if (!read.ok) {
    for (const { path, message } of read.problems) {
      io.err.write(`thapcanh ${verb}: ${path}: ${message}\n`);
    }
    return EXIT.wrong;
  }
  const { config, environment } = read;
  const opened = await onPlatform(environment, {
    embedded: async () => (await import('./folder-holdings.ts')).openFolder(environment.data),
    distributed: async (address) =>
      (await import('./cluster-holdings.ts')).openCluster(address, config),
  });
  if (!opened.ok) {
    io.err.write(`thapcanh ${verb}: ${opened.message}\n`);
    return EXIT.wrong;
  }
  const { holdings } = opened;
  const { documents } = holdings;
  const clock = new SystemClock();
  try {
    const audit = new Audit(documents, clock, holdings.chain);
    const auth = new Auth({ documents, clock });
    return await work({ documents, clock, audit, auth, holdings });
  } finally {
    await holdings.close();
  }
}
