import { randomUUID } from 'node:crypto';

import type { Clock } from '#libs/model';

import { ArchiveWriter } from './archive-writer.ts';
import {
  BACKUP_FORMAT,
  type BackupSource,
  type End,
  type Progress,
  type StoredDocument,
} from './format.ts';
import { documentText, SetDigest } from './set-digest.ts';

/**
 * Kinds that are not kept: sessions and one-time links would let somebody in who was signed out
 * since; the others are one platform's own, and what they hold travels as files.
 */
export const LEFT_OUT: ReadonlySet<string> = new Set([
  'session',
  'one-time-link',
  'cluster-secret',
  'data-file',
  'restore',
]);
const NUMBER_DIGITS = 6;

/** How many rows there were, by kind or day, and the digest of them all. */
interface Counted {
  readonly counts: Record<string, number>;
  readonly digest: string;
}

const NO_EVENTS: Counted = { counts: {}, digest: new SetDigest().hex };
const POSITION_BYTES = 8;

export interface BackupOptions {
  readonly file: string;
  readonly version: string;
  readonly clock: Clock;
  readonly events: boolean;
  readonly progress?: (progress: Progress) => void;
}

/** What a finished backup holds. */
export interface BackupDone extends End {
  readonly id: string;
}

function numbered(folder: string, n: number): string {
  return `${folder}/${String(n).padStart(NUMBER_DIGITS, '0')}`;
}

/**
 * Writes everything of a source into one archive: states first, so that the documents, which are
 * read later, know at least as much. Leaves no file when it fails.
 */
export async function makeBackup(
  source: BackupSource,
  { file, version, clock, events, progress = () => undefined }: BackupOptions,
): Promise<BackupDone> {
  const id = randomUUID();
  const made = new Date(clock.now()).toISOString();
  const manifest = {
    product: 'thapcanh',
    format: BACKUP_FORMAT,
    id,
    version,
    made,
    events,
  } as const;
  const archive = await ArchiveWriter.create(file, manifest);
  try {
    for await (const { name, position, snapshot } of source.states()) {
      const head = Buffer.alloc(POSITION_BYTES);
      head.writeBigInt64LE(BigInt(position));
      await archive.bytes(`state/${name}`, Buffer.concat([head, snapshot]));
    }
    for await (const { path, bytes } of source.files()) await archive.bytes(`files/${path}`, bytes);
    const documents = await writeDocuments(archive, source, progress);
    const days = events ? await writeEvents(archive, source, progress) : NO_EVENTS;
    const digests = { documents: documents.digest, events: days.digest };
    const counts = { documents: documents.counts, events: days.counts, digests };
    return { id, ...(await archive.finish(counts)) };
  } catch (error) {
    await archive.abandon();
    throw error;
  }
}

async function writeDocuments(
  archive: ArchiveWriter,
  source: BackupSource,
  progress: (progress: Progress) => void,
): Promise<Counted> {
  const counts: Record<string, number> = {};
  const digest = new SetDigest();
  let group = 0;
  let done = 0;
  for await (const rows of source.documents()) {
    const kept: StoredDocument[] = rows.filter(({ kind }) => !LEFT_OUT.has(kind));
    if (kept.length === 0) continue;
    for (const row of kept) {
      counts[row.kind] = (counts[row.kind] ?? 0) + 1;
      digest.add(documentText(row));
    }
    await archive.rows(numbered('documents', (group += 1)), kept);
    progress({ what: 'documents', done: (done += kept.length) });
  }
  return { counts, digest: digest.hex };
}

async function writeEvents(
  archive: ArchiveWriter,
  source: BackupSource,
  progress: (progress: Progress) => void,
): Promise<Counted> {
  const counts: Record<string, number> = {};
  const digest = new SetDigest();
  let group = 0;
  let done = 0;
  for await (const { day, rows } of source.events()) {
    if (rows.length === 0) continue;
    counts[day] = (counts[day] ?? 0) + rows.length;
    for (const row of rows) digest.add(row.id);
    await archive.rows(numbered(`events/${day}`, (group += 1)), rows);
    progress({ what: 'events', done: (done += rows.length) });
  }
  return { counts, digest: digest.hex };
}
