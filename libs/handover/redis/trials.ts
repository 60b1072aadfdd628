import type { Redis } from 'ioredis';

import type { RedisLink } from '#libs/coordination/redis';

import type { ReaderName } from '../handover.ts';

/** What kills a process does so at once: after this the next may begin beside it, ms. */
const ALONE_MS_MAX = 5_000;

/**
 * Tries of batches on which processes died, one at a time in a process whoever reads: what dies
 * then is of no other batch. A try that was begun and never ended is a death.
 */
export class Trials {
  readonly #link: RedisLink;
  readonly #redis: Redis;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(link: RedisLink, redis: Redis) {
    this.#link = link;
    this.#redis = redis;
  }

  /** Processes that died while they tried this batch. */
  async deaths(batch: string, reader: ReaderName): Promise<number> {
    return Number((await this.#redis.hget(this.#begun, field(batch, reader))) ?? 0);
  }

  /** Does the work once its turn has come; an end of any kind is no death. */
  async alone<T>(batch: string, reader: ReaderName, work: () => Promise<T>): Promise<T> {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = before.then(() => over);
    await before;
    const timer = setTimeout(end, ALONE_MS_MAX);
    try {
      await this.#redis.hincrby(this.#begun, field(batch, reader), 1);
      return await work();
    } finally {
      await this.forget(batch, reader).catch(() => undefined);
      clearTimeout(timer);
      end();
    }
  }

  /** The batch is halved, parked or taken. */
  async forget(batch: string, reader: ReaderName): Promise<void> {
    await this.#redis.hdel(this.#begun, field(batch, reader));
  }

  get #begun(): string {
    return this.#link.key('trials');
  }
}

function field(batch: string, reader: ReaderName): string {
  return `${reader} ${batch}`;
}
