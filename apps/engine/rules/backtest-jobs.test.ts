import { describe, expect, it } from 'vitest';

import type { BacktestOutcome, BacktestRequest } from '#libs/detect';
import { CENTRE, ManualClock } from '#libs/model';

import { BacktestJobs } from './backtest-jobs.ts';

const request: BacktestRequest = { rule: 'brute', from: 0, to: 1, scope: { province: '46' } };
const centre = { province: CENTRE };
const canceled: BacktestOutcome = { done: false, reason: 'canceled' };

/** A backtest that ends when it is told to. */
function rig() {
  const ends: ((outcome: BacktestOutcome | Error) => void)[] = [];
  const run = (
    _: BacktestRequest,
    ears: { signal?: AbortSignal; progress?: (share: number) => void },
  ) =>
    new Promise<BacktestOutcome>((resolve, reject) => {
      ears.progress?.(0.5);
      ears.signal?.addEventListener('abort', () => resolve(canceled));
      ends.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
    });
  const jobs = new BacktestJobs({ run }, new ManualClock(0));
  const start = () => {
    const job = jobs.start(request, 'lan');
    if ('reason' in job) throw new Error(job.reason);
    return job.id;
  };
  const turn = () => new Promise(setImmediate);
  return { jobs, ends, start, turn };
}

describe('backtest jobs', () => {
  it('run two at once, the others in turn, and show how far they came', async () => {
    const { jobs, ends, start, turn } = rig();
    const ids = [start(), start(), start()];
    const states = () => ids.map((id) => jobs.get(id, centre)?.state);
    expect(states()).toEqual(['running', 'running', 'waiting']);
    expect(jobs.get(ids[0] ?? '', centre)?.progress).toBe(0.5);
    ends[0]?.({ done: false, reason: 'rule_unknown' });
    await turn();
    expect(states()).toEqual(['done', 'running', 'running']);
    ends[1]?.(new Error('the store is away'));
    await turn();
    expect(jobs.get(ids[1] ?? '', centre)).toMatchObject({
      state: 'failed',
      problem: 'the store is away',
    });
  });

  it('end when they are canceled, waiting or running', async () => {
    const { jobs, start, turn } = rig();
    const running = start();
    start();
    const waiting = start();
    expect(jobs.cancel(waiting, centre)).toMatchObject({ state: 'done', outcome: canceled });
    jobs.cancel(running, centre);
    await turn();
    expect(jobs.get(running, centre)).toMatchObject({ state: 'done', outcome: canceled });
  });

  it('are seen and canceled only by who may see their events', () => {
    const { jobs, start } = rig();
    const id = start();
    const elsewhere = { province: '01' };
    expect(jobs.get(id, elsewhere)).toBeUndefined();
    expect(jobs.list(elsewhere)).toEqual([]);
    expect(jobs.cancel(id, elsewhere)).toEqual({ reason: 'job_unknown' });
    expect(jobs.list(request.scope)).toHaveLength(1);
  });

  it('refuse when too many wait', () => {
    const { jobs, start } = rig();
    for (let i = 0; i < 50; i++) start();
    expect(jobs.start(request, 'lan')).toEqual({ reason: 'too_many' });
  });
});
