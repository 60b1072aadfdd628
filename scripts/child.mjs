// Child processes whose end follows ours: signals are passed on and the way a child ended becomes
// the way we end.
import { spawn } from 'node:child_process';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const killAfterMs = 10_000;

/**
 * Runs a command to its end, then `afterwards`, also when it was ended. Its output goes to standard
 * error unless `stdio` says otherwise; with
 * `timeLimitMs` the whole process group is ended when the time is over. Resolves to
 * `{ code, signal, timedOut }`; ends this process the same way when a signal arrives meanwhile.
 */
export async function run(command, args, options = {}) {
  const { timeLimitMs, afterwards, stdio = ['ignore', 2, 2], ...rest } = options;
  const ownGroup = timeLimitMs !== undefined && process.platform !== 'win32';
  const child = spawn(command, args, { stdio, detached: ownGroup, ...rest });
  const signalChild = (signal) => {
    if (child.pid === undefined) return;
    try {
      process.kill(ownGroup ? -child.pid : child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };

  let received;
  const forward = (signal) => {
    received = signal;
    signalChild(signal);
  };
  for (const signal of forwarded) process.on(signal, forward);
  let timedOut = false;
  const timers = [];
  if (timeLimitMs !== undefined) {
    const end = () => {
      timedOut = true;
      signalChild('SIGTERM');
      timers.push(setTimeout(() => signalChild('SIGKILL'), killAfterMs));
    };
    timers.push(setTimeout(end, timeLimitMs));
  }

  try {
    const ended = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve({ code, signal, timedOut }));
    });
    // Whatever the command left behind in its group must not outlive it.
    if (ownGroup) signalChild('SIGKILL');
    afterwards?.();
    if (received !== undefined) await endBy(received);
    return { ...ended, timedOut };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const signal of forwarded) process.off(signal, forward);
  }
}

/** As run, but a failure is an error that carries the command's name. */
export async function runOrFail(what, command, args, options) {
  const { code, signal } = await run(command, args, options);
  if (code !== 0) throw new Error(`${what} failed (${signal ?? `exit code ${code}`})`);
}

/**
 * This process becomes the given program: replaced by it where Node can (24 and newer), else it
 * stays as a thin parent that passes signals on and ends as the program ends. Never returns.
 */
export async function become(command, args) {
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(command, [command, ...args], process.env);
  }
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  const { code, signal } = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, exitSignal) => resolve({ code: exitCode, signal: exitSignal }));
  });
  if (signal !== null) await endBy(signal);
  process.exit(code);
}

async function endBy(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // The signal is delivered asynchronously; nothing may run in between.
  await new Promise(() => setInterval(() => {}, 1000));
}

/** Prints one line of progress for people; standard output stays free for the product. */
export function say(message) {
  process.stderr.write(`[thapcanh] ${message}\n`);
}

/** Runs a script's main function; an error ends it with exit code 1 and its message alone. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    if (process.env.THAPCANH_TRACE) console.error(error);
    process.exit(1);
  }
}
