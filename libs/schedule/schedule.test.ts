import { describe, expect, it } from 'vitest';

import { ProcessLease } from '#libs/coordination';
import { ManualClock } from '#libs/model';

import { Schedule } from './schedule.ts';

const NAME = { vi: 'Việc thử', en: 'Test job' };

/** Lets promises that are due settle. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe('Schedule', () => {
  it('runs a job at its interval and again after a failure, and says so', async () => {
    const clock = new ManualClock(0);
    const schedule = new Schedule(new ProcessLease(), clock);
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
    const schedule = new Schedule(lease, clock);
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
});
