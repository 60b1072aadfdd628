import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { lockFolder } from './folder-lock.ts';

/** What another process is told that tries to take the folder. */
function askFromOutside(folder: string): string {
  const script = `
    import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)};
    process.stdout.write(JSON.stringify(lockFolder(${JSON.stringify(folder)})));
  `;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
}

it('refuses a second process on the same folder until the first lets go or dies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const lock = lockFolder(folder);
  expect(lock.locked).toBe(true);
  expect(askFromOutside(folder)).toBe('{"locked":false,"reason":"in_use"}');
  if (lock.locked) lock.release();
  expect(askFromOutside(folder)).toBe('{"locked":true}');
  // The process that held it has ended without releasing.
  expect(askFromOutside(folder)).toBe('{"locked":true}');
});
