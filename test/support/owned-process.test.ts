import { describe, expect, it } from 'vitest';

import { UndoList } from './clean-up.ts';
import { startProcess } from './owned-process.ts';
import { until } from './until.ts';

function program(body: string, ready: RegExp | (() => boolean) = /^up$/) {
  return { name: 'the program', program: process.execPath, args: ['-e', body], ready };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const staysUp = "console.log('starting'); console.log('up'); setInterval(() => {}, 1000);";

describe('a process that a test starts', () => {
  it('is ready by its line and gone when the test cleans up', async () => {
    const list = new UndoList();
    const owned = await startProcess(list.add, program(staysUp, /^u(p)$/));
    expect(owned.readyLine).toBe('up');
    expect(owned.output()).toContain('starting');
    expect(isRunning(owned.pid)).toBe(true);
    await list.run();
    expect(await owned.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(isRunning(owned.pid)).toBe(false);
  });

  it('fails with its own words when it ends before it is ready', async () => {
    const list = new UndoList();
    const start = startProcess(list.add, program("console.error('port in use'); process.exit(3)"));
    await expect(start).rejects.toThrow(/ended before it was ready \(exit code 3\)\n.*port in use/);
    await list.run();
  });

  it('fails when there is no such program', async () => {
    const list = new UndoList();
    const start = startProcess(list.add, { ...program(''), program: '/nowhere/at-all' });
    await expect(start).rejects.toThrow(/could not be run/);
    await list.run();
  });

  it('is killed when it stays silent for too long', async () => {
    const list = new UndoList();
    let pid = 0;
    const silent = "console.log('pid ' + process.pid); setInterval(() => {}, 1000);";
    const start = startProcess(list.add, { ...program(silent), readyMsMax: 1000 });
    await expect(
      start.catch((error: Error) => {
        pid = Number(/pid (\d+)/.exec(error.message)?.[1]);
        throw error;
      }),
    ).rejects.toThrow(/not ready within 1000 ms/);
    expect(pid).toBeGreaterThan(0);
    await until('it is gone', () => (isRunning(pid) ? undefined : true));
    await list.run();
  });

  it('ends by SIGKILL when a test asks for it', async () => {
    const list = new UndoList();
    const deaf = "process.on('SIGTERM', () => {});";
    const owned = await startProcess(list.add, program(deaf + staysUp));
    expect(await owned.kill9()).toEqual({ code: null, signal: 'SIGKILL' });
    await list.run();
  });
});

describe('cleaning up', () => {
  it('undoes all in reverse order though one fails, and then says so', async () => {
    const list = new UndoList();
    const undone: string[] = [];
    list.add(() => void undone.push('first'));
    list.add(() => {
      throw new Error('stuck');
    });
    list.add(async () => void undone.push('last'));
    await expect(list.run()).rejects.toThrow('stuck');
    expect(undone).toEqual(['last', 'first']);
  });
});
