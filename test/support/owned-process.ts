import { spawn, type ChildProcess } from 'node:child_process';

import type { CleanUp } from './clean-up.ts';

const outputCharactersMax = 65_536;
const stopMsMax = 15_000;
const askEveryMs = 20;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a test wants to run. */
export interface Command {
  /** For messages: "rsyslogd". */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /**
   * The process counts as started when a line of its output matches, or when the function says so.
   */
  readonly ready: RegExp | (() => boolean);
  readonly readyMsMax?: number;
}

/** A process that a test started and that ends with the test. */
export interface OwnedProcess {
  readonly pid: number;
  /** The output line that said it was ready; empty where a function did. */
  readonly readyLine: string;
  readonly ended: Promise<Ending>;
  /** The last 64 KB of standard output and standard error. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL when that does not help within 15 s. */
  stop(): Promise<Ending>;
  kill9(): Promise<Ending>;
}

// A worker that is ended in the middle of a test must not leave its processes behind.
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Resolves once the process said that it is ready; throws with its output when it ends or stays
 * silent.
 */
export async function startProcess(cleanUp: CleanUp, command: Command): Promise<OwnedProcess> {
  const { name, program, args, ready, readyMsMax = 120_000 } = command;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: command.env ?? process.env,
    cwd: command.cwd,
  });
  running.add(child);
  const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
  const { promise: started, resolve, reject } = Promise.withResolvers<string>();
  let output = '';
  const fail = (what: string, cause?: unknown) =>
    reject(new Error(`${name} ${what}\n${output.slice(-8000)}`, { cause }));

  const seeLines = lineReader((line) => {
    if (ready instanceof RegExp && ready.test(line)) resolve(line);
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output = (output + text).slice(-outputCharactersMax);
      seeLines(text);
    });
  }
  child.once('error', (error) => {
    running.delete(child);
    fail('could not be run', error);
    end({ code: null, signal: null });
  });
  // 'close' and not 'exit': only then all output has been read.
  child.once('close', (code, signal) => {
    running.delete(child);
    fail(`ended before it was ready (${signal ?? `exit code ${code}`})`);
    end({ code, signal });
  });

  const endBy = async (signal: NodeJS.Signals): Promise<Ending> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    const ending = await ended;
    clearTimeout(timer);
    return ending;
  };
  cleanUp(async () => {
    await endBy('SIGTERM');
  });

  const asking = setInterval(() => {
    if (!(ready instanceof RegExp) && ready()) resolve('');
  }, askEveryMs);
  const timer = setTimeout(() => fail(`was not ready within ${readyMsMax} ms`), readyMsMax);
  try {
    const readyLine = await started;
    return {
      pid: child.pid ?? 0,
      readyLine,
      ended,
      output: () => output,
      signal: (signal) => void child.kill(signal),
      stop: () => endBy('SIGTERM'),
      kill9: () => endBy('SIGKILL'),
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
    clearInterval(asking);
  }
}

function lineReader(take: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-outputCharactersMax);
    for (const line of lines) take(line);
  };
}
