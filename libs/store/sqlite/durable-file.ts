import { closeSync, fdatasyncSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Brings a file's bytes to disk; an absent file has none. */
export function syncFile(file: string): void {
  withFile(file, fdatasyncSync);
}

/** Brings the names in a folder to disk: files made, renamed or removed. */
export function syncFolder(folder: string): void {
  withFile(folder, fsyncSync);
}

function withFile(file: string, use: (handle: number) => void): void {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    use(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Puts `content` in place of a file as a whole: after a crash the old or the new one stands there.
 */
export function replaceFile(file: string, content: string | Uint8Array): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, content, { flush: true, mode: 0o600 });
  renameSync(fresh, file);
  syncFolder(dirname(file));
}
