// One install or build at a time in one project folder, however many commands start at once.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { say } from './child.mjs';
import { root } from './node24.mjs';

// Under dist, not under node_modules: the install deletes that folder.
const lockFile = join(root, 'dist', '.lock');
const waitMsMax = 15 * 60_000;
const unwrittenMsMax = 5000;

/** Runs the work while holding the project's lock; a lock whose process is gone is taken over. */
export async function withProjectLock(work) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  await take();
  const release = () => rmSync(lockFile, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

async function take() {
  const until = Date.now() + waitMsMax;
  for (let told = false; ;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = holderOfLock();
    if (holder === undefined) {
      rmSync(lockFile, { force: true });
      continue;
    }
    if (Date.now() > until) throw new Error(`process ${holder} holds ${lockFile} for too long`);
    if (!told) say(`waiting for process ${holder}, which is installing or building`);
    told = true;
    await pause(200);
  }
}

function holderOfLock() {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'));
    if (pid > 0) {
      process.kill(pid, 0);
      return pid;
    }
    return Date.now() - statSync(lockFile).mtimeMs < unwrittenMsMax ? 'unknown' : undefined;
  } catch (error) {
    return error.code === 'EPERM' ? 'of another user' : undefined;
  }
}
