import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type LockResult =
  | { readonly locked: true; release(): void }
  | { readonly locked: false; readonly reason: 'in_use' };

const LOCK_FILE = 'lock';

/**
 * Takes the data folder for this process alone, making it (mode 0700) when missing. The lock is
 * SQLite's lock on a file
 * in it: the kernel drops it when the process dies, however it dies.
 */
export function lockFolder(folder: string): LockResult {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(folder, LOCK_FILE), { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (/locked|busy/i.test(String(error))) return { locked: false, reason: 'in_use' };
    throw error;
  }
  return { locked: true, release: () => database.close() };
}
