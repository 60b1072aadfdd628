import { eventOf, PermanentError, type Event } from '#libs/model';

import { ArchiveReader } from './archive-reader.ts';
import type { End, EntryFacts, Manifest, Progress, RestoreSink, StoredDocument } from './format.ts';

const POSITION_BYTES = 8;
/** A path that a file of an archive may have: nothing that leads out of the folder. */
const PATH = /^(?!.*\.\.)[a-z0-9][a-z0-9._/-]*$/i;

/** Which entries of which backup a target has already; durable before the next entry begins. */
export interface RestoreMarks {
  /** Entries done of this backup; `foreign` when the target holds anything else. */
  begin(backup: string): Promise<number | 'foreign'>;
  done(backup: string, entries: number): Promise<void>;
}

export interface RestoreOptions {
  readonly file: string;
  readonly marks: RestoreMarks;
  /** Asked for once it is clear that the target may be filled. */
  readonly sink: () => Promise<RestoreSink> | RestoreSink;
  readonly progress?: (progress: Progress) => void;
}

export type Restored =
  | {
      readonly done: true;
      readonly manifest: Manifest;
      readonly end: End;
      readonly skipped: number;
    }
  | { readonly done: false; readonly reason: 'target_not_empty' };

/**
 * Puts a backup into a target that is empty, or that an earlier try with the same backup left half
 * full. The whole archive is checked before anything is written; a damaged one is a PermanentError
 * and changes nothing.
 */
export async function restoreBackup({
  file,
  marks,
  sink: opened,
  progress = () => undefined,
}: RestoreOptions): Promise<Restored> {
  const archive = await ArchiveReader.open(file);
  try {
    const { manifest, end } = archive;
    await archive.verify((done, total) => progress({ what: 'checking', done, total }));
    const before = await marks.begin(manifest.id);
    if (before === 'foreign') return { done: false, reason: 'target_not_empty' };
    const sink = await opened();
    const total = end.entries.reduce((sum, { rows }) => sum + rows, 0);
    let rows = 0;
    for (const [at, entry] of end.entries.entries()) {
      rows += entry.rows;
      if (at < before) continue;
      await put(archive, entry, sink);
      await marks.done(manifest.id, at + 1);
      progress({
        what: entry.name.startsWith('events/') ? 'events' : 'documents',
        done: rows,
        total,
      });
    }
    return { done: true, manifest, end, skipped: before };
  } finally {
    await archive.close();
  }
}

async function put(archive: ArchiveReader, entry: EntryFacts, sink: RestoreSink): Promise<void> {
  const [folder = '', ...rest] = entry.name.split('/');
  const path = rest.join('/');
  if (folder === 'documents') {
    await sink.documents((await archive.rows(entry)) as StoredDocument[]);
  } else if (folder === 'events') {
    const [day = '', group = ''] = rest;
    const events = ((await archive.rows(entry)) as Event[]).map(eventOf);
    await sink.events(Number.parseInt(group, 10), day, events);
  } else if (folder === 'state') {
    const bytes = await archive.bytes(entry);
    const position = Number(bytes.readBigInt64LE(0));
    await sink.state({ name: path, position, snapshot: bytes.subarray(POSITION_BYTES) });
  } else if (folder === 'files') {
    if (!PATH.test(path)) throw new PermanentError(`'${path}' cannot be the path of a file`);
    await sink.file({ path, bytes: await archive.bytes(entry) });
  }
}
