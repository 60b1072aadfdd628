import { Redis } from 'ioredis';

/** First pause before a new connection is tried, doubling up to `RETRY_MS_MAX`. */
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 1_000;
/** ioredis sleeps this long while a restarted Redis still reads its file; its own is 10 s. */
const LOADING_MS_MAX = 300;
/** A hasty command without an answer by then has failed. */
const HASTY_MS_MAX = 2_000;
/** A read that waits is asked to end within this; the connection is given up a little later. */
export const BLOCK_MS_MAX = 5_000;
const BLOCK_GRACE_MS = 5_000;
/** A command without an answer for this long: the connection is dead, a new one is made. */
const SILENT_MS_MAX = 15_000;

/**
 * How a connection meets an outage. `patient`: commands wait until Redis is back. `hasty`: they
 * fail within two seconds, for what is worth nothing when it comes late. `waiting`: patient, and
 * may block in a read for up to `BLOCK_MS_MAX`.
 */
export type Patience = 'patient' | 'hasty' | 'waiting';

const byPatience = {
  patient: { maxRetriesPerRequest: null, socketTimeout: SILENT_MS_MAX },
  hasty: {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: HASTY_MS_MAX,
    socketTimeout: HASTY_MS_MAX,
  },
  waiting: { maxRetriesPerRequest: null, socketTimeout: BLOCK_MS_MAX + BLOCK_GRACE_MS },
} as const;

/** Settings of every connection to Redis, those of BullMQ included. */
export function redisOptions(patience: Patience) {
  return {
    ...byPatience[patience],
    connectionName: 'thapcanh',
    maxLoadingRetryTime: LOADING_MS_MAX,
    keepAlive: 10_000,
    retryStrategy: (times: number): number =>
      Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(times, 10)),
  };
}

/** The Redis of the cluster: connections of this process, and our names in it. */
export class RedisLink {
  readonly url: string;
  readonly prefix: string;
  readonly #open = new Set<Redis>();
  #trouble: string | undefined;

  /** All our keys and channels begin with `prefix` and a colon: others may use the same server. */
  constructor(url: string, prefix: string) {
    this.url = url;
    this.prefix = prefix;
  }

  /** Why the last connection was lost, while it is. */
  get trouble(): string | undefined {
    return [...this.#open].every(({ status }) => status === 'ready') ? undefined : this.#trouble;
  }

  key(...parts: readonly (string | number)[]): string {
    return [this.prefix, ...parts].join(':');
  }

  connect(patience: Patience): Redis {
    const redis = new Redis(this.url, redisOptions(patience));
    // Without a listener an outage would end the process; ioredis connects again by itself.
    redis.on('error', (error: Error) => {
      this.#trouble = error.message;
    });
    this.#open.add(redis);
    return redis;
  }

  /** Ends one connection at once; what waits for an answer on it fails. */
  disconnect(redis: Redis): void {
    this.#open.delete(redis);
    redis.disconnect();
  }

  close(): void {
    for (const redis of this.#open) redis.disconnect();
    this.#open.clear();
  }
}
