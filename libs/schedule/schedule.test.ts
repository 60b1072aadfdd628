import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { ProcessLease } from '#libs/coordination';
import { ManualClock, SystemClock, type Clock } from '#libs/model';

import { MemoryDocuments } from '../../test/support/memory-documents.ts';
import { RunClaims } from './run-claims.ts';
import { Schedule } from './schedule.ts';

const NAME = { vi: 'Việc thử', en: 'Test job' };

function claimsOf(clock: Clock, documents = new MemoryDocuments()): RunClaims {
  return new RunClaims(documents, clock, 'here');
}

/** Lets promises that are due settle. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe('Schedule', () => {
  it('runs a job at its interval and again after a failure, and says so', async () => {
    const clock = new ManualClock(0);
    const schedule = new Schedule(new ProcessLease(), clock, claimsOf(clock));
    const ran: number[] = [];
    const run = (): Promise<void> => {
      ran.push(clock.now());
      return ran.length === 1 ? Promise.reject(new Error('no disk')) : Promise.resolve();
    };
    schedule.add({ id: 'try', name: NAME, when: { everyS: 10 }, run });
    schedule.start();
    clock.advance(10_000);
    await settle();
    expect(schedule.lines()[0]).toMatchObject({ state: 'degraded', figures: { job_failures: 1 } });
    clock.advance(10_000);
    await settle();
    expect(schedule.lines()[0]).toMatchObject({ state: 'ok', figures: { job_runs: 1 } });
    expect(ran).toEqual([10_000, 20_000]);
    await schedule.stop();
    clock.advance(60_000);
    expect(ran).toHaveLength(2);
  });

  it('leaves a job alone that another process of the cluster holds', async () => {
    const clock = new ManualClock(0);
    const lease = new ProcessLease();
    await lease.take('job shared');
    const schedule = new Schedule(lease, clock, claimsOf(clock));
    let ran = 0;
    const run = (): Promise<void> => {
      ran += 1;
      return Promise.resolve();
    };
    schedule.add({ id: 'shared', name: NAME, when: { everyS: 1 }, run });
    schedule.start();
    clock.advance(1_000);
    await settle();
    expect(ran).toBe(0);
    await schedule.stop();
  });

  it('runs a job of the calendar once, though two processes come to it one after the other', async () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 20, 14, 58) });
    onTestFinished(() => void vi.useRealTimers());
    const clock = new SystemClock();
    const documents = new MemoryDocuments();
    const lease = new ProcessLease();
    const schedules = [1, 2].map(() => new Schedule(lease, clock, claimsOf(clock, documents)));
    let ran = 0;
    const run = (): Promise<void> => {
      ran += 1;
      return Promise.resolve();
    };
    for (const schedule of schedules) {
      schedule.add({ id: 'nightly', name: NAME, when: { cron: '15 3 * * *' }, run });
      schedule.start();
    }
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ran).toBe(1);
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(ran).toBe(2);
    for (const schedule of schedules) await schedule.stop();
  });

  it('lets the process that began a job that stays go on with it, until it stops', async () => {
    const clock = new ManualClock(0);
    const lease = new ProcessLease();
    const ran: string[] = [];
    const schedules = ['a', 'b'].map((name) => {
      const schedule = new Schedule(lease, clock, claimsOf(clock));
      const run = (): Promise<void> => {
        ran.push(name);
        return Promise.resolve();
      };
      schedule.add({ id: 'watch', name: NAME, when: { everyS: 1 }, stays: true, run });
      schedule.start();
      return schedule;
    });
    for (let second = 0; second < 3; second += 1) {
      clock.advance(1_000);
      await settle();
    }
    expect(ran).toEqual(['a', 'a', 'a']);
    await schedules[0]?.stop();
    clock.advance(1_000);
    await settle();
    expect(ran.at(-1)).toBe('b');
    await schedules[1]?.stop();
  });
});
