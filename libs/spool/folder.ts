import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

import { PermanentError } from '#libs/model';

import { SPOOL_FORMAT } from './limits.ts';
import { listSegments } from './segment.ts';

/** The spool's folder and what was made once with it. */
export interface SpoolFolder {
  readonly path: string;
  readonly quarantine: string;
  /** Random, part of the ids of events whose sender gave none. */
  readonly id: string;
  /** Start of every checksum; as secret as the folder. */
  readonly seed: number;
}

const FACTS = 'spool.json';

/** Makes names that were created or removed in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function folderOf(path: string, id: string): SpoolFolder {
  return { path, quarantine: join(path, 'quarantine'), id, seed: crc32(`seed ${id}`) };
}

async function readFacts(path: string): Promise<string | undefined> {
  try {
    return await readFile(join(path, FACTS), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseFacts(path: string, text: string): SpoolFolder {
  let facts: { format?: unknown; id?: unknown };
  try {
    facts = JSON.parse(text) as typeof facts;
  } catch (error) {
    throw new PermanentError(`${join(path, FACTS)} is damaged: restore it from a backup`, {
      cause: error,
    });
  }
  if (typeof facts.format !== 'number' || typeof facts.id !== 'string') {
    throw new PermanentError(`${join(path, FACTS)} is damaged: restore it from a backup`);
  }
  if (facts.format > SPOOL_FORMAT) {
    throw new PermanentError(
      `${path} has format ${facts.format} of a newer version; this one knows ${SPOOL_FORMAT}`,
    );
  }
  return folderOf(path, facts.id);
}

async function makeFacts(path: string): Promise<SpoolFolder> {
  if ((await listSegments(path)).length > 0) {
    throw new PermanentError(
      `${path} holds segments but no ${FACTS}: restore it from a backup, or move the segments away`,
    );
  }
  const id = randomBytes(18).toString('base64url');
  const file = await open(join(path, `${FACTS}.new`), 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ format: SPOOL_FORMAT, id })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(join(path, `${FACTS}.new`), join(path, FACTS));
  await syncFolder(path);
  return folderOf(path, id);
}

/**
 * The spool of a data folder, made when it is not there. Throws PermanentError on a newer or
 * damaged one.
 */
export async function prepareFolder(dataFolder: string): Promise<SpoolFolder> {
  const path = join(dataFolder, 'spool');
  await mkdir(join(path, 'quarantine'), { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  await chmod(join(path, 'quarantine'), 0o700);
  const facts = await readFacts(path);
  return facts === undefined ? makeFacts(path) : parseFacts(path, facts);
}

/** The spool of a data folder that another thread has opened already. */
export async function knownFolder(dataFolder: string): Promise<SpoolFolder> {
  const path = join(dataFolder, 'spool');
  const facts = await readFacts(path);
  if (facts === undefined) throw new PermanentError(`there is no spool in ${dataFolder}`);
  return parseFacts(path, facts);
}
