import { randomUUID } from 'node:crypto';

import type { Backtest, BacktestOutcome, BacktestRequest } from '#libs/detect';
import { covers, type Clock, type Place } from '#libs/model';

/** Backtests that run at once, and jobs that are remembered. */
const RUNNING_MAX = 2;
const JOBS_MAX = 50;

/** A backtest that was asked for; times in ms, `progress` from 0 to 1. */
export interface BacktestJob {
  readonly id: string;
  readonly by: string;
  readonly at: number;
  readonly request: BacktestRequest;
  readonly progress: number;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** Once it is done. */
  readonly outcome?: BacktestOutcome;
  /** Why it failed. */
  readonly problem?: string;
}

export type JobRefused = { readonly reason: 'job_unknown' | 'too_many' };

interface Held {
  job: BacktestJob;
  readonly stop: AbortController;
}

/** Backtests of this process, one after the other; who asks sees only those of its own scope. */
export class BacktestJobs {
  readonly #backtest: Pick<Backtest, 'run'>;
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Held>();
  #running = 0;

  constructor(backtest: Pick<Backtest, 'run'>, clock: Clock) {
    this.#backtest = backtest;
    this.#clock = clock;
  }

  /** Begins a backtest, or lets it wait for its turn. */
  start(request: BacktestRequest, by: string): BacktestJob | JobRefused {
    this.#forgetOldest();
    if (this.#jobs.size >= JOBS_MAX) return { reason: 'too_many' };
    const id = randomUUID();
    const at = this.#clock.now();
    const job: BacktestJob = { id, by, at, request, progress: 0, state: 'waiting' };
    this.#jobs.set(id, { job, stop: new AbortController() });
    this.#next();
    return this.#jobs.get(id)?.job ?? job;
  }

  get(id: string, scope: Place): BacktestJob | undefined {
    const held = this.#jobs.get(id);
    return held !== undefined && covers(scope, held.job.request.scope) ? held.job : undefined;
  }

  /** The newest first. */
  list(scope: Place): readonly BacktestJob[] {
    return [...this.#jobs.values()]
      .map(({ job }) => job)
      .filter(({ request }) => covers(scope, request.scope))
      .toReversed();
  }

  /** Ends a backtest; what it found so far is thrown away. */
  cancel(id: string, scope: Place): BacktestJob | JobRefused {
    const held = this.#jobs.get(id);
    if (held === undefined || this.get(id, scope) === undefined) return { reason: 'job_unknown' };
    held.stop.abort();
    if (held.job.state === 'waiting') {
      held.job = { ...held.job, state: 'done', outcome: { done: false, reason: 'canceled' } };
    }
    return held.job;
  }

  #next(): void {
    if (this.#running >= RUNNING_MAX) return;
    const held = [...this.#jobs.values()].find(({ job }) => job.state === 'waiting');
    if (held !== undefined) void this.#run(held);
  }

  async #run(held: Held): Promise<void> {
    this.#running++;
    held.job = { ...held.job, state: 'running' };
    try {
      const outcome = await this.#backtest.run(held.job.request, {
        signal: held.stop.signal,
        progress: (progress) => {
          held.job = { ...held.job, progress };
        },
      });
      held.job = { ...held.job, state: 'done', outcome };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      held.job = { ...held.job, state: 'failed', problem };
    } finally {
      this.#running--;
      this.#next();
    }
  }

  #forgetOldest(): void {
    for (const [id, { job }] of this.#jobs) {
      if (this.#jobs.size < JOBS_MAX) return;
      if (job.state === 'done' || job.state === 'failed') this.#jobs.delete(id);
    }
  }
}
