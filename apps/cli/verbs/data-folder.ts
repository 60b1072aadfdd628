import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import type { BackupSource, RestoreMarks, RestoreSink, StoredFile } from '#libs/backup';
import { CENTRE, type Clock, type Event } from '#libs/model';
import {
  checkDataFolder,
  dumpDocuments,
  FileStateStore,
  openEventReader,
  openEventWriter,
  SqliteDocuments,
} from '#libs/store';

const DAY_MS = 86_400_000;
const EVENTS_PAGE = 10_000;
const FILE_BYTES_MAX = 64 * 1_048_576;
const MARKS_FILE = 'restore.json';
const FORMAT_FILE = 'format.json';
/** What is written another way, made anew, or of this folder alone. */
const NOT_FILES = /^(documents\.db.*|events|spool|state|lock.*|format\.json|restore.*)$/;
/** What may lie in a folder that counts as empty. */
const HARMLESS = /^(lock.*|lost\+found)$/;
const STATE_SUFFIX = '.state';

/** Everything of a data folder, also while the product runs on it. */
export function folderSource(folder: string): BackupSource {
  return {
    async *states() {
      const names = await readdir(join(folder, 'state')).catch(() => []);
      const states = new FileStateStore(join(folder, 'state'));
      for (const file of names.toSorted((a, b) => a.localeCompare(b))) {
        if (!file.endsWith(STATE_SUFFIX)) continue;
        const name = file.slice(0, -STATE_SUFFIX.length);
        const state = await states.load(name);
        if (state !== undefined) yield { name, ...state };
      }
    },
    files: () => smallFiles(folder, folder),
    documents: () => dumpDocuments(join(folder, 'documents.db')),
    events: () => allEvents(join(folder, 'events')),
  };
}

async function* smallFiles(folder: string, root: string): AsyncGenerator<StoredFile> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name))) {
    if (folder === root && NOT_FILES.test(entry.name)) continue;
    const file = join(folder, entry.name);
    if (entry.isDirectory()) yield* smallFiles(file, root);
    else if (entry.isFile()) {
      const bytes = await readFile(file);
      if (bytes.length > FILE_BYTES_MAX) throw new Error(`${file} is too large for a backup`);
      yield { path: relative(root, file), bytes };
    }
  }
}

async function* allEvents(folder: string): AsyncGenerator<{ day: string; rows: readonly Event[] }> {
  const reader = openEventReader(folder);
  try {
    const days = await reader.days();
    for (const day of days.map((facts) => facts.day).toSorted()) {
      const from = Date.parse(`${day}T00:00:00.000Z`);
      let cursor: string | undefined;
      do {
        const page = await reader.search({
          query: { kind: 'all' },
          scope: { province: CENTRE },
          from,
          to: from + DAY_MS,
          limit: EVENTS_PAGE,
          ...(cursor === undefined ? {} : { cursor }),
        });
        yield { day, rows: page.events };
        cursor = page.next;
      } while (cursor !== undefined);
    }
  } finally {
    await reader.close();
  }
}

/** Replaces a file as a whole; durable when it resolves. */
async function replace(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  const folder = await open(dirname(file), 'r');
  await folder.sync();
  await folder.close();
}

/**
 * What of a folder a restore has filled; the format is written last, so that nothing starts on
 * half.
 */
export function folderMarks(folder: string): RestoreMarks & { finish(): Promise<void> } {
  const file = join(folder, MARKS_FILE);
  const write = (backup: string, entries: number): Promise<void> =>
    replace(file, Buffer.from(`${JSON.stringify({ backup, entries })}\n`));
  return {
    async begin(backup) {
      const names = (await readdir(folder)).filter((name) => !HARMLESS.test(name));
      if (names.length === 0) {
        await write(backup, 0);
        return 0;
      }
      if (!existsSync(file)) return 'foreign';
      const marks = JSON.parse(await readFile(file, 'utf8')) as { backup: string; entries: number };
      return marks.backup === backup ? marks.entries : 'foreign';
    },
    done: write,
    async finish() {
      // The format of a fresh folder, put in place at once.
      const fresh = join(folder, 'restore.format');
      await rm(fresh, { recursive: true, force: true });
      checkDataFolder(fresh);
      await rename(join(fresh, FORMAT_FILE), join(folder, FORMAT_FILE));
      await rm(fresh, { recursive: true, force: true });
      await rm(file, { force: true });
    },
  };
}

/** Fills a data folder; `close` when everything is in. */
export function folderSink(folder: string, clock: Clock): RestoreSink & { close(): Promise<void> } {
  const documents = new SqliteDocuments(join(folder, 'documents.db'));
  const states = new FileStateStore(join(folder, 'state'));
  const writer = openEventWriter(join(folder, 'events'), { clock });
  return {
    state: ({ name, position, snapshot }) => states.save(name, position, snapshot),
    file: ({ path, bytes }) => replace(join(folder, path), bytes),
    async documents(rows) {
      await documents.write(rows.map((row) => ({ ...row, expect: 'any' as const })));
    },
    events(group, _day, events) {
      // A group that an earlier try wrote already is told by its number.
      writer.append({ from: group - 1, to: group, received: clock.now(), events });
      writer.flush();
      writer.checkpoint();
      return Promise.resolve();
    },
    async close() {
      writer.close();
      await documents.close();
    },
  };
}
