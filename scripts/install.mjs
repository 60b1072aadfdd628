// Installs the dependencies when the lock file says something else than what is installed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runOrFail, say } from './child.mjs';
import { root } from './node24.mjs';
import { withProjectLock } from './project-lock.mjs';

const installed = join(root, 'node_modules');
const hashFile = join(installed, '.lock-hash');
const lockFile = join(root, 'package-lock.json');

/** Makes node_modules agree with package-lock.json; does nothing, without network, when it does. */
export async function ensureInstalled() {
  if (isCurrent()) return;
  await withProjectLock(async () => {
    if (isCurrent()) return;
    if (holdsEveryLockedPackage()) {
      writeFileSync(hashFile, lockHash());
      return;
    }
    say('installing dependencies (npm ci), about half a minute');
    const { command, args, env } = npm();
    // NODE_ENV=production would leave out what the build needs.
    await runOrFail('npm ci', command, [...args, 'ci', '--include=dev', '--no-progress'], {
      cwd: root,
      env,
    });
    writeFileSync(hashFile, lockHash());
  });
}

function isCurrent() {
  return existsSync(hashFile) && readFileSync(hashFile, 'utf8').trim() === lockHash();
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

// Someone may have run `npm ci` by hand; npm's own record of what it installed tells.
function holdsEveryLockedPackage() {
  const record = join(installed, '.package-lock.json');
  if (!existsSync(record)) return false;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || optional === true || present[path]?.version === version,
  );
}

// npm must not run on the Node inside node_modules, which `npm ci` deletes.
function npm() {
  const { npm_node_execpath: node, npm_execpath: npmProgram, PATH = '' } = process.env;
  const outside = PATH.split(delimiter).filter((entry) => !entry.includes('node_modules'));
  const env = { ...process.env, PATH: outside.join(delimiter) };
  if (node && npmProgram && existsSync(npmProgram) && !node.startsWith(installed)) {
    return { command: node, args: [npmProgram], env };
  }
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [], env };
}
