import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { lockFolder } from '#libs/platform';
import { checkDataFolder, upgradeDays, type UpgradeProgress } from '#libs/store';

export type OpenedFolder =
  | { readonly ok: true; readonly maskKey: Uint8Array; release(): void }
  | { readonly ok: false; readonly message: string };

const MASK_KEY_FILE = 'mask.key';
const MASK_KEY_BYTES = 32;

/** The key of the masking hashes: made once, readable by this user alone. */
function maskKeyOf(folder: string): Uint8Array {
  const file = join(folder, MASK_KEY_FILE);
  if (!existsSync(file)) writeFileSync(file, randomBytes(MASK_KEY_BYTES), { mode: 0o600 });
  return readFileSync(file);
}

/** An upgrade takes minutes for millions of events: whoever waits for the start sees it move. */
function tellUpgrade({ day, events, of }: UpgradeProgress): void {
  process.stderr.write(`events of ${day} are written anew for this version: ${events} of ${of}\n`);
}

/**
 * Takes the data folder for this process, checks its format and migrates it; says in words why it
 * cannot be had.
 */
export function openDataFolder(folder: string): OpenedFolder {
  const lock = lockFolder(folder);
  if (!lock.locked) {
    return { ok: false, message: `${folder} is in use by another Tháp Canh process` };
  }
  const check = checkDataFolder(folder);
  if (!check.ok) {
    lock.release();
    return { ok: false, message: check.message };
  }
  try {
    upgradeDays(join(folder, 'events'), tellUpgrade);
  } catch (error) {
    lock.release();
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
  chmodSync(folder, 0o700);
  return { ok: true, maskKey: maskKeyOf(folder), release: () => lock.release() };
}
