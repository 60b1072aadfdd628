import type { Redis } from 'ioredis';

import type { RedisLink } from '#libs/coordination/redis';

import type { ReaderName } from '../handover.ts';
import { execute, type BatchBox } from './batch-box.ts';

/** A batch, or a single event of one, that a reader can not take; kept until a person decides. */
export interface ParkedBatch {
  readonly id: string;
  readonly batch: string;
  readonly reader: ReaderName;
  readonly reason: string;
  readonly events: number;
  /** When it was parked, ms since the epoch by Redis's clock. */
  readonly at: number;
  readonly received: number;
  /** How often it was sent again. */
  readonly retries: number;
}

/** Beyond this nothing more is parked: something is wrong with the reader, not with the events. */
export const PARKED_MAX = 1_000;

/** What readers could not take, in Redis, beside its payload. */
export class ParkedBox {
  readonly #link: RedisLink;
  readonly #redis: Redis;
  readonly #box: BatchBox;

  constructor(link: RedisLink, redis: Redis, box: BatchBox) {
    this.#link = link;
    this.#redis = redis;
    this.#box = box;
  }

  /** Throws when too much is parked already: the batch then stays with its reader. */
  async park(
    what: Pick<ParkedBatch, 'batch' | 'reader' | 'reason' | 'events' | 'received'>,
    payload: Buffer,
  ): Promise<void> {
    if ((await this.count()) >= PARKED_MAX) {
      throw new Error(`${PARKED_MAX} batches are parked already; this one waits: ${what.reason}`);
    }
    const [base = '', retries = '0'] = what.batch.split('~');
    const id = `${what.reader}-${base}`;
    const at = await this.#box.now();
    const entry: ParkedBatch = { ...what, id, at, retries: Number(retries) };
    await execute(
      this.#redis
        .multi()
        .set(this.#payload(id), payload)
        .hset(this.#entries, id, JSON.stringify(entry)),
    );
    await this.#box.done(what.batch, what.reader);
  }

  count(): Promise<number> {
    return this.#redis.hlen(this.#entries);
  }

  /** Oldest first. */
  async list(): Promise<readonly ParkedBatch[]> {
    const entries = await this.#redis.hvals(this.#entries);
    return entries
      .map((text) => JSON.parse(text) as ParkedBatch)
      .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  }

  /** Gives it to its reader once more; false when there is no such entry. */
  async retry(id: string): Promise<boolean> {
    const [text, payload] = await Promise.all([
      this.#redis.hget(this.#entries, id),
      this.#redis.getBuffer(this.#payload(id)),
    ]);
    if (text === null || payload === null) return false;
    const entry = JSON.parse(text) as ParkedBatch;
    const [base = ''] = entry.batch.split('~');
    // Another name than before: the job of the first try may still be known to the queue.
    const again = `${base}~${entry.retries + 1}`;
    await this.#box.put([{ id: again, received: entry.received, payload }], [entry.reader]);
    await this.drop(id);
    return true;
  }

  /** Forgets it for good; false when there is no such entry. */
  async drop(id: string): Promise<boolean> {
    await this.#redis.del(this.#payload(id));
    return (await this.#redis.hdel(this.#entries, id)) === 1;
  }

  get #entries(): string {
    return this.#link.key('parked');
  }

  #payload(id: string): string {
    return this.#link.key('parked-batch', id);
  }
}
