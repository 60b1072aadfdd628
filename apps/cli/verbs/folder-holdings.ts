import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { SystemClock } from '#libs/model';
import { lockFolder } from '#libs/platform';
import {
  checkDataFolder,
  checkSqliteFile,
  FileStateStore,
  openEventReader,
  SqliteDocuments,
  type EventReader,
} from '#libs/store';

import type { Io } from '../verb.ts';
import { folderMarks, folderSink, folderSource } from './data-folder.ts';
import type { OpenedHoldings, OpenedTarget } from './holdings.ts';
import { ProgressLine } from './progress-line.ts';

const STATE_SUFFIX = '.state';

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted((a, b) => a.localeCompare(b)) : [];
}

function filesHold(folder: string, io: Io): boolean {
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

async function statesHold(folder: string, io: Io): Promise<boolean> {
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

/** What the data folder of the embedded platform holds. */
export function openFolder(folder: string): Promise<OpenedHoldings> {
  if (!existsSync(folder)) {
    const message = `there is no data folder ${folder}; start the product once, or name it by THAPCANH_DATA`;
    return Promise.resolve({ ok: false, message });
  }
  const check = checkDataFolder(folder);
  if (!check.ok) return Promise.resolve(check);
  const documents = new SqliteDocuments(join(folder, 'documents.db'));
  let events: EventReader | undefined;
  return Promise.resolve({
    ok: true,
    holdings: {
      documents,
      chain: 'cli',
      events: () => (events ??= openEventReader(join(folder, 'events'))),
      source: () => folderSource(folder),
      check: async (io) => {
        const files = filesHold(folder, io);
        return (await statesHold(folder, io)) && files;
      },
      close: async () => {
        await events?.close();
        await documents.close();
      },
    },
  });
}

/** An empty data folder, or one that an earlier try with the same backup left half full. */
export function openTarget(folder: string): Promise<OpenedTarget> {
  const lock = lockFolder(folder);
  if (!lock.locked) {
    const message = `${folder} is in use by another Tháp Canh process`;
    return Promise.resolve({ ok: false, message });
  }
  return Promise.resolve({
    ok: true,
    target: {
      name: folder,
      marks: folderMarks(folder),
      sink: () => folderSink(folder, new SystemClock()),
      filled: () => {
        const documents = new SqliteDocuments(join(folder, 'documents.db'));
        return { documents, source: folderSource(folder), close: () => documents.close() };
      },
      close: () => Promise.resolve(lock.release()),
    },
  });
}
