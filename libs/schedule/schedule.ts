import { schedule as cron, type ScheduledTask } from 'node-cron';

import type { Held, Lease } from '#libs/coordination';
import type { Clock } from '#libs/model';
import type { HealthLine } from '#libs/protocol';

import type { RunClaims } from './run-claims.ts';

/**
 * When a job runs: every so many seconds of the product's clock, or by a calendar line in Viet
 * Nam's time.
 */
export type When = { readonly everyS: number } | { readonly cron: string };

export interface Job {
  readonly id: string;
  readonly name: Readonly<Record<'vi' | 'en', string>>;
  readonly when: When;
  /** Runs in every process, each for itself, instead of once in the cluster. */
  readonly everywhere?: true;
  /** The process that runs it goes on doing so for as long as it lives. */
  readonly stays?: true;
  /** Does the work; what it throws is shown on the health page and tried again at the next time. */
  readonly run: () => Promise<void>;
}

interface Seat {
  readonly job: Job;
  runs: number;
  failures: number;
  skipped: number;
  busy: boolean;
  last?: { at: number; ms: number; error?: string };
  task?: ScheduledTask;
  cancel?: () => void;
  /** Kept between two runs of a job that stays. */
  held?: Held;
}

const ZONE = 'Asia/Ho_Chi_Minh';

/** Runs the scheduled jobs, each at most once at a time in the whole cluster. */
export class Schedule {
  readonly #lease: Lease;
  readonly #clock: Clock;
  readonly #claims: RunClaims;
  readonly #seats = new Map<string, Seat>();
  readonly #underWay = new Set<Promise<void>>();
  #running = false;

  constructor(lease: Lease, clock: Clock, claims: RunClaims) {
    this.#lease = lease;
    this.#clock = clock;
    this.#claims = claims;
  }

  add(job: Job): void {
    this.#seats.set(job.id, { job, runs: 0, failures: 0, skipped: 0, busy: false });
  }

  start(): void {
    this.#running = true;
    for (const seat of this.#seats.values()) this.#arm(seat);
  }

  /** Resolves when no job is under way any more. */
  async stop(): Promise<void> {
    this.#running = false;
    for (const seat of this.#seats.values()) {
      seat.cancel?.();
      await seat.task?.destroy();
    }
    await Promise.allSettled(this.#underWay);
    for (const { held } of this.#seats.values()) await held?.release();
  }

  lines(): readonly HealthLine[] {
    return [...this.#seats.values()].map((seat) => lineOf(seat, this.#clock.now()));
  }

  #arm(seat: Seat): void {
    const { when } = seat.job;
    if ('cron' in when) {
      seat.task = cron(when.cron, () => this.#track(this.#run(seat)), { timezone: ZONE });
      return;
    }
    const again = (): void => {
      if (!this.#running) return;
      seat.cancel = this.#clock.after(when.everyS * 1_000, () => {
        this.#track(this.#run(seat).then(again));
      });
    };
    again();
  }

  #track(work: Promise<void>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  async #run(seat: Seat): Promise<void> {
    if (seat.busy) {
      seat.skipped += 1;
      return;
    }
    const { id, everywhere, stays } = seat.job;
    const held = seat.held ?? (everywhere ? undefined : await this.#take(seat));
    if (held === undefined && !everywhere) return;
    seat.busy = true;
    const started = performance.now();
    const at = this.#clock.now();
    const done = (error?: string): void => {
      const ms = Math.round(performance.now() - started);
      seat.last = { at, ms, ...(error === undefined ? {} : { error }) };
    };
    try {
      // The lease alone would let another run it right after, when its clock is a little behind.
      if ('cron' in seat.job.when && !everywhere && !(await this.#claims.claim(id))) return;
      await seat.job.run();
      seat.runs += 1;
      done();
    } catch (error) {
      seat.failures += 1;
      done(error instanceof Error ? error.message : String(error));
    } finally {
      seat.busy = false;
      if (stays === undefined) await held?.release();
    }
  }

  async #take(seat: Seat): Promise<Held | undefined> {
    const held = await this.#lease.take(`job ${seat.job.id}`, () => delete seat.held);
    if (held !== undefined && seat.job.stays) seat.held = held;
    return held;
  }
}

function lineOf(seat: Seat, now: number): HealthLine {
  const { job, last, runs, failures, skipped } = seat;
  const ago = last === undefined ? 0 : Math.max(0, Math.round((now - last.at) / 1_000));
  const state = last?.error === undefined ? 'ok' : 'degraded';
  return {
    id: `job_${job.id}`,
    group: 'job',
    state,
    name: job.name,
    text: textOf(last, ago),
    figures: {
      job_runs: runs,
      job_failures: failures,
      job_skipped: skipped,
      job_ms: last?.ms ?? 0,
    },
  };
}

function textOf(last: Seat['last'], agoS: number): HealthLine['text'] {
  if (last === undefined) return { vi: 'Chưa đến giờ chạy.', en: 'Not due yet.' };
  if (last.error === undefined) {
    return {
      vi: `Chạy xong ${agoS} giây trước, mất ${last.ms} ms.`,
      en: `Done ${agoS} seconds ago, took ${last.ms} ms.`,
    };
  }
  return {
    vi: `Lần chạy ${agoS} giây trước bị lỗi, sẽ chạy lại: ${last.error}`,
    en: `Failed ${agoS} seconds ago and will run again: ${last.error}`,
  };
}
