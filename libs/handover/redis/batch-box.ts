import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import type { RedisLink } from '#libs/coordination/redis';

import type { ReaderName } from '../handover.ts';

/** A payload with its name and the receipt time of its newest event, ms since the epoch. */
export interface BoxedBatch {
  readonly id: string;
  readonly received: number;
  readonly payload: Buffer;
}

/** What a job says: the batch's name; the payload lies apart, once for all readers. */
export interface BatchJob {
  readonly batch: string;
}

// KEYS payload, readers, batches, open; ARGV id, reader. The payload goes with the last name.
const DONE = `
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('SREM', KEYS[2], ARGV[2])
if redis.call('SCARD', KEYS[2]) == 0 then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('ZREM', KEYS[3], ARGV[1])
end
return 1`;

type ReaderQueues = Readonly<Record<ReaderName, Queue<BatchJob>>>;

// A processor that throws is tried again for ever: it alone decides what is parked.
const JOB_OPTIONS = {
  attempts: Number.MAX_SAFE_INTEGER,
  removeOnComplete: true,
  removeOnFail: false,
} as const;

/** Batches looked at by one sweep. */
const SWEEP_MAX = 1_000;
/** A drainer that was cut off for longer than this starts its step anew. */
const SWEPT_KEPT_MS = 86_400_000;

/** Payloads in Redis, each with the names of the readers that still need it. */
export class BatchBox {
  readonly #link: RedisLink;
  readonly #redis: Redis;
  readonly #queues: ReaderQueues;
  readonly #anywhere: readonly ReaderQueues[];

  /** Jobs go into `queues`; `anywhere` are all queues in which jobs of a batch may be. */
  constructor(
    link: RedisLink,
    redis: Redis,
    queues: ReaderQueues,
    anywhere: readonly ReaderQueues[],
  ) {
    this.#link = link;
    this.#redis = redis;
    this.#queues = queues;
    this.#anywhere = anywhere;
  }

  /**
   * Writes payloads, then a job for each of the readers. May be repeated from the start: at worst a
   * reader gets a batch again.
   */
  async put(batches: readonly BoxedBatch[], readers: readonly ReaderName[]): Promise<void> {
    const now = await this.now();
    const writing = this.#redis.multi();
    writing.zrem(this.#swept, ...batches.map(({ id }) => id));
    for (const { id, received, payload } of batches) {
      writing.set(this.#payload(id), payload).sadd(this.#readers(id), ...readers);
      writing.zadd(this.#all, now, id);
      for (const reader of readers) writing.zadd(this.#open(reader), received, id);
    }
    await execute(writing);
    for (const reader of readers) {
      await this.#queues[reader].addBulk(
        batches.map(({ id }) => ({
          name: 'batch',
          data: { batch: id },
          opts: { ...JOB_OPTIONS, jobId: id },
        })),
      );
    }
  }

  /** True when one of them was swept before its jobs were in: it has to be put again. */
  async anySwept(batches: readonly BoxedBatch[]): Promise<boolean> {
    if (batches.length === 0) return false;
    const marks = await this.#redis.zmscore(this.#swept, ...batches.map(({ id }) => id));
    return marks.some((mark) => mark !== null);
  }

  /** The payload, unless this reader has taken it already or it is gone. */
  async payload(id: string, reader: ReaderName): Promise<Buffer | undefined> {
    const [wanted, payload] = await Promise.all([
      this.#redis.sismember(this.#readers(id), reader),
      this.#redis.getBuffer(this.#payload(id)),
    ]);
    return wanted === 1 ? (payload ?? undefined) : undefined;
  }

  async done(id: string, reader: ReaderName): Promise<void> {
    const keys = [this.#payload(id), this.#readers(id), this.#all, this.#open(reader)];
    await this.#redis.eval(DONE, keys.length, ...keys, id, reader);
  }

  /** Receipt time of the oldest batch that the reader has not finished; undefined when none is. */
  async oldest(reader: ReaderName): Promise<number | undefined> {
    const open = this.#open(reader);
    const ends = ['-inf', '+inf'] as const;
    const found = await this.#redis.zrangebyscore(open, ...ends, 'WITHSCORES', 'LIMIT', 0, 1);
    return found[1] === undefined ? undefined : Number(found[1]);
  }

  /** Batches that the reader has not finished. */
  waiting(reader: ReaderName): Promise<number> {
    return this.#redis.zcard(this.#open(reader));
  }

  /**
   * Removes payloads older than `ageMs` none of whose jobs exist: their drainer died before the
   * jobs were in and has handed them over again, or every job is done. Says how many.
   */
  async sweep(ageMs: number): Promise<number> {
    const now = await this.now();
    const last = now - ageMs;
    const ids = await this.#redis.zrangebyscore(this.#all, '-inf', last, 'LIMIT', 0, SWEEP_MAX);
    let swept = 0;
    for (const id of ids) {
      // Marked before its jobs are looked for: a drainer that is adding them now sees the mark.
      await this.#redis.zadd(this.#swept, now, id);
      const readers = (await this.#redis.smembers(this.#readers(id))) as ReaderName[];
      const jobs = await Promise.all(
        readers.flatMap((reader) => this.#anywhere.map((queues) => queues[reader].getJob(id))),
      );
      if (jobs.some((job) => job !== undefined)) {
        await this.#redis.zrem(this.#swept, id);
        continue;
      }
      await Promise.all(readers.map((reader) => this.done(id, reader)));
      swept += 1;
    }
    await this.#redis.zremrangebyscore(this.#swept, '-inf', now - SWEPT_KEPT_MS);
    return swept;
  }

  /** Redis's own time, ms since the epoch: one clock for all processes. */
  async now(): Promise<number> {
    const [seconds, micros] = await this.#redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  }

  get #all(): string {
    return this.#link.key('batches');
  }

  get #swept(): string {
    return this.#link.key('swept');
  }

  #payload(id: string): string {
    return this.#link.key('batch', id);
  }

  #readers(id: string): string {
    return this.#link.key('batch-readers', id);
  }

  #open(reader: ReaderName): string {
    return this.#link.key('open', reader);
  }
}

/** Runs a transaction; an error of one of its commands is an error of the whole. */
export async function execute(transaction: ReturnType<Redis['multi']>): Promise<void> {
  const results = await transaction.exec();
  const failed = results?.find(([error]) => error !== null);
  if (results === null || failed !== undefined) {
    throw failed?.[0] ?? new Error('the transaction was not carried out');
  }
}
