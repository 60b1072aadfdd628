import { DelayedError, WaitingError, Worker, type Job } from 'bullmq';

import { redisOptions, type RedisLink } from '#libs/coordination/redis';
import { PermanentError, type Batch, type Clock } from '#libs/model';

import { Handover, type ReaderName, type ReaderState } from '../handover.ts';
import { StopSign } from '../stop-sign.ts';
import type { BatchBox, BatchJob, BoxedBatch } from './batch-box.ts';
import type { ParkedBox } from './parked.ts';
import { NewerFormat, packBatch } from './payload.ts';
import { queueName, queueOptions, type QueueKind } from './queues.ts';
import type { Trials } from './trials.ts';
import { Unpacked } from './unpacked.ts';

/** First pause after a failure; doubles up to `RETRY_MS_MAX`. */
const RETRY_MS_MIN = 200;
const RETRY_MS_MAX = 10_000;
/** When a job of a process that died goes to another: after its lock, at the next look. */
export interface StallTimes {
  readonly lockMs: number;
  readonly lookMs: number;
}

const STALL_TIMES: StallTimes = { lockMs: 5_000, lookMs: 2_000 };
/** BullMQ would call a job failed after one death: we count deaths ourselves. */
const STALLED_MAX = 1_000_000;
/** Workers that may die beside a batch before it is halved. */
const DEATHS_MAX = 3;
/** Workers that may die on a suspect, tried alone, before it is halved. */
const DEATHS_OF_SUSPECT_MAX = 1;
/** A single event on which one more worker died is parked. */
const DEATHS_OF_EVENT_MAX = 2;
/** What only a newer version can read is looked at again after this. */
const NEWER_MS = 5_000;
/** A worker that does not end within this is cut off; its jobs go to others. */
const CLOSE_MS_MAX = 5_000;

export interface BullParts {
  readonly link: RedisLink;
  readonly box: BatchBox;
  /** Jobs put in here run one at a time in a process. */
  readonly suspects: BatchBox;
  readonly trials: Trials;
  readonly parked: ParkedBox;
  readonly clock: Clock;
}

interface Seat {
  readonly reader: ReaderName;
  readonly take: (batch: Batch) => Promise<void>;
  readonly stop: StopSign;
  taken: number;
  received: number;
  parked: number;
  trouble?: { reason: string; since: number; tries: number };
}

/**
 * The handover over BullMQ: a job per reader and batch, its payload beside it. Any number of
 * processes read under one name. `position` of a state counts batches taken by this process.
 */
export class BullHandover extends Handover {
  readonly #parts: BullParts;
  readonly #concurrency: number;
  readonly #stall: StallTimes;
  readonly #seats = new Map<ReaderName, Seat>();
  readonly #unpacked = new Unpacked();

  /** `concurrency`: batches of one reader that are under way at once in this process. */
  constructor(parts: BullParts, concurrency: number, stall: StallTimes = STALL_TIMES) {
    super();
    this.#stall = stall;
    this.#parts = parts;
    this.#concurrency = concurrency;
  }

  read(reader: ReaderName, take: (batch: Batch) => Promise<void>): { stop(): Promise<void> } {
    const stop = new StopSign();
    const seat: Seat = { reader, take, stop, taken: 0, received: 0, parked: 0 };
    this.#seats.set(reader, seat);
    const workers = [
      this.#worker(seat, 'batches', this.#concurrency),
      this.#worker(seat, 'suspects', 1),
    ];
    return {
      stop: async () => {
        stop.raise();
        await Promise.all(workers.map(closeWorker));
      },
    };
  }

  states(): readonly ReaderState[] {
    return [...this.#seats.values()].map(({ reader, taken, received, parked, trouble }) => ({
      reader,
      position: taken,
      received,
      parked,
      ...(trouble === undefined ? {} : { trouble: { ...trouble } }),
    }));
  }

  #worker(seat: Seat, kind: QueueKind, concurrency: number): Worker<BatchJob> {
    const { link } = this.#parts;
    const worker = new Worker<BatchJob>(
      queueName(seat.reader, kind),
      (job, token) => this.#process(seat, kind, job, token),
      {
        ...queueOptions(link),
        connection: { ...redisOptions('patient'), url: link.url },
        concurrency,
        lockDuration: this.#stall.lockMs,
        stalledInterval: this.#stall.lookMs,
        maxStalledCount: STALLED_MAX,
        removeOnComplete: { count: 0 },
      },
    );
    worker.on('error', () => undefined);
    return worker;
  }

  async #process(
    seat: Seat,
    kind: QueueKind,
    job: Job<BatchJob>,
    token: string | undefined,
  ): Promise<void> {
    const { batch: id } = job.data;
    const { box } = this.#parts;
    const payload = await box.payload(id, seat.reader);
    if (payload === undefined) {
      await box.done(id, seat.reader);
      return;
    }
    let batch: Batch;
    try {
      batch = await this.#unpacked.take(id, payload);
    } catch (error) {
      if (error instanceof NewerFormat) {
        this.#note(seat, error, 1);
        await job.moveToDelayed(this.#parts.clock.now() + NEWER_MS, token);
        throw new DelayedError();
      }
      await this.#park(seat, { id, received: job.timestamp, payload }, 0, reasonOf(error));
      return;
    }
    if (kind === 'suspects') {
      if (await this.#convict(seat, id, batch, payload)) return;
      const { trials } = this.#parts;
      await trials.alone(id, seat.reader, () => this.#offer(seat, id, batch, payload));
    } else {
      if (job.stalledCounter >= DEATHS_MAX) {
        await this.#halve(seat, id, batch);
        return;
      }
      await this.#offer(seat, id, batch, payload);
    }
    if (!seat.stop.raised) return;
    if (await this.#isTaken(id, seat.reader)) return;
    await job.moveToWait(token);
    throw new WaitingError();
  }

  async #isTaken(id: string, reader: ReaderName): Promise<boolean> {
    return (await this.#parts.box.payload(id, reader)) === undefined;
  }

  /** Halves or parks what a worker died on; false for one that may be tried once more. */
  async #convict(seat: Seat, id: string, batch: Batch, payload: Buffer): Promise<boolean> {
    const { trials } = this.#parts;
    const events = batch.events.length;
    const deaths = await trials.deaths(id, seat.reader);
    if (deaths < (events > 1 ? DEATHS_OF_SUSPECT_MAX : DEATHS_OF_EVENT_MAX)) return false;
    if (events > 1) {
      await this.#halve(seat, id, batch);
    } else {
      const received = oldestOf(batch);
      const reason = 'processes died on this event';
      await this.#park(seat, { id, received, payload }, events, reason);
    }
    await trials.forget(id, seat.reader);
    return true;
  }

  /** Puts the halves among the suspects; a single event goes there whole. */
  async #halve(seat: Seat, id: string, batch: Batch): Promise<void> {
    const { events } = batch;
    const middle = Math.ceil(events.length / 2);
    const parts = [events.slice(0, middle), events.slice(middle)];
    const halves = await Promise.all(
      parts
        .filter((part) => part.length > 0)
        .map(async (part, n): Promise<BoxedBatch> => ({
          id: `${id}.${n}`,
          received: oldestOf(batch),
          payload: await packBatch({ ...batch, events: part }),
        })),
    );
    if (halves.length > 0) await this.#parts.suspects.put(halves, [seat.reader]);
    await this.#parts.box.done(id, seat.reader);
  }

  async #offer(seat: Seat, id: string, batch: Batch, payload: Buffer): Promise<void> {
    for (let tries = 1; !seat.stop.raised; tries += 1) {
      try {
        await this.#take(seat, id, batch, payload);
        seat.received = Math.max(seat.received, batch.received);
        delete seat.trouble;
        return;
      } catch (error) {
        this.#note(seat, error, tries);
        await seat.stop.orElse(pause(tries));
      }
    }
  }

  async #take(seat: Seat, id: string, batch: Batch, payload: Buffer): Promise<void> {
    try {
      await seat.take(batch);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      const boxed = { id, received: oldestOf(batch), payload };
      await this.#park(seat, boxed, batch.events.length, error.message);
      return;
    }
    await this.#parts.box.done(id, seat.reader);
    seat.taken += 1;
  }

  /** Throws when it cannot be parked now: the batch then stays with its reader. */
  async #park(seat: Seat, boxed: BoxedBatch, events: number, reason: string): Promise<void> {
    const { id: batch, received, payload } = boxed;
    const { reader } = seat;
    await this.#parts.parked.park({ batch, reader, reason, events, received }, payload);
    seat.parked += 1;
  }

  #note(seat: Seat, error: unknown, tries: number): void {
    const since = seat.trouble?.since ?? this.#parts.clock.now();
    seat.trouble = { reason: reasonOf(error), since, tries };
  }
}

/** Receipt time of the oldest event of a batch. */
export function oldestOf(batch: Batch): number {
  return batch.events.reduce((least, { received }) => Math.min(least, received), batch.received);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pause(tries: number): Promise<void> {
  const ms = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(tries - 1, 10));
  // Real time, not the product's clock: a simulated hour must not turn a retry into a busy loop.
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function closeWorker(worker: Worker): Promise<void> {
  const timer = setTimeout(() => void worker.close(true), CLOSE_MS_MAX);
  const cutOff = setTimeout(() => void worker.disconnect(), CLOSE_MS_MAX);
  await worker.close();
  clearTimeout(timer);
  clearTimeout(cutOff);
}
