import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');

/**
 * Builds the console as it is released, into a folder of its own: a test looks at the sources as
 * they are, and at
 * nothing that another build replaces meanwhile. In a process of its own, because a test runner's
 * NODE_ENV would
 * give React's development build.
 */
export async function buildConsole(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'thapcanh-console-'));
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const config = join(root, 'apps/console/vite.config.ts');
  const flags = ['--config', config, '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'];
  await promisify(execFile)(process.execPath, [vite, 'build', ...flags], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
