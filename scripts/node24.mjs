// Finds the Node the product runs on. Runs itself under any Node from 20 on, so it uses no
// dependency.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's top folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const majorNeeded = 24;

/**
 * Absolute path of a Node 24 or newer: the installed package's, else the running one; else
 * undefined.
 */
export function findNode24() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const folder = join(root, 'node_modules', `node-${platform}-${process.arch}`);
  const description = join(folder, 'package.json');
  if (existsSync(description)) {
    const { bin } = JSON.parse(readFileSync(description, 'utf8'));
    const binary = join(folder, typeof bin === 'string' ? bin : bin.node);
    if (existsSync(binary)) return binary;
  }
  const runningMajor = Number(process.versions.node.split('.')[0]);
  return runningMajor >= majorNeeded ? process.execPath : undefined;
}

/** As findNode24, for use after the install; throws with what to do where this machine has none. */
export function node24() {
  const found = findNode24();
  if (found !== undefined) return found;
  throw new Error(
    `Tháp Canh needs Node ${majorNeeded} or newer. There is no packaged one for ` +
      `${process.platform}-${process.arch}: install it from https://nodejs.org and start again.`,
  );
}
