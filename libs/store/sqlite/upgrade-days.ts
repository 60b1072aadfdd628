import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { DayWriter } from './day-writer.ts';
import { dayFile, daysAmong, dayStart, type Day } from './days.ts';
import { replaceFile, syncFile, syncFolder } from './durable-file.ts';
import { DAY_FORMAT } from './layout.ts';
import { OLD_FORMAT, OldDay } from './old-day.ts';

/** How far an upgrade is, now and then and at the end of each day. */
export interface UpgradeProgress {
  readonly day: Day;
  readonly events: number;
  readonly of: number;
}

const FORMAT_FILE = 'format';
const CACHE_KIB = 16_384;
const COMMIT_EVENTS = 20_000;

/**
 * Writes day files of the format before this one anew, once for a folder, under the lock of the
 * data
 * folder and before anything else opens them. It may be stopped at any time and is then run again.
 * Throws when a file is of an older format still.
 */
export function upgradeDays(folder: string, report: (progress: UpgradeProgress) => void): void {
  if (!existsSync(folder)) return;
  const mark = join(folder, FORMAT_FILE);
  if (readMark(mark) === DAY_FORMAT) return;
  for (const day of daysAmong(readdirSync(folder))) upgradeDay(folder, day, report);
  replaceFile(mark, `${DAY_FORMAT}\n`);
}

function readMark(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function upgradeDay(folder: string, day: Day, report: (progress: UpgradeProgress) => void): void {
  const file = dayFile(folder, day);
  const fresh = `${file}.new`;
  for (const suffix of ['', '-wal', '-shm']) rmSync(fresh + suffix, { force: true });
  const old = new OldDay(file, dayStart(day));
  try {
    const { format } = old.facts;
    if (format === DAY_FORMAT || format === undefined) return;
    if (format !== OLD_FORMAT) {
      throw new Error(`day file ${file} has format ${format}; this version reads ${DAY_FORMAT}`);
    }
    copyEvents(old, fresh, day, report);
  } finally {
    // The last handle of a file takes its log with it.
    old.close();
  }
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
  syncFile(fresh);
  renameSync(fresh, file);
  rmSync(join(folder, `${day}.tokens`), { force: true });
  syncFolder(folder);
}

function copyEvents(
  old: OldDay,
  fresh: string,
  day: Day,
  report: (progress: UpgradeProgress) => void,
): void {
  const { position, repeats, events: of } = old.facts;
  const writer = new DayWriter(fresh, dayStart(day), CACHE_KIB);
  try {
    let events = 0;
    for (const event of old.events()) {
      // Only the last transaction may say how much of the spool the file has.
      writer.take(event, -1);
      if (++events % COMMIT_EVENTS !== 0) continue;
      writer.commit(-1);
      report({ day, events, of });
    }
    writer.addRepeats(repeats);
    writer.commit(position);
    report({ day, events, of });
  } finally {
    writer.close();
  }
}
