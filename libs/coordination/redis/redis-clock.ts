import type { Redis } from 'ioredis';

import { Clock, SystemClock } from '#libs/model';

import type { RedisLink } from './redis-link.ts';

/** A machine further from Redis than this goes by the time of Redis, ms. */
const CLOCK_OFF_MS_MAX = 30_000;
/** Between two looks at the time of Redis, ms of real time. */
const LOOK_MS = 10_000;
/** An answer that took longer says too little about the time. */
const ANSWER_MS_MAX = 1_000;

/**
 * The machine's time, or that of Redis where the two are too far apart: what a cluster files by
 * receipt must not depend on one machine's wrong clock. Between two looks it counts by the
 * processor's own steady time, so that a clock that jumps is found out at once. A clock that is not
 * the machine's is taken as it is.
 */
export class RedisClock extends Clock {
  readonly #own: Clock;
  readonly #redis: Redis;
  readonly #timer: NodeJS.Timeout | undefined;
  /** Time of Redis at a moment of steady time. */
  #seen: { readonly redis: number; readonly steady: number } | undefined;

  constructor(link: RedisLink, own: Clock) {
    super();
    this.#own = own;
    this.#redis = link.connect('hasty');
    if (!(own instanceof SystemClock)) return;
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
    this.#timer.unref();
    this.#redis.on('ready', () => void this.look());
  }

  now(): number {
    const own = this.#own.now();
    const off = this.offBy(own);
    return Math.abs(off) > CLOCK_OFF_MS_MAX ? Math.round(own - off) : own;
  }

  after(ms: number, call: () => void): () => void {
    return this.#own.after(ms, call);
  }

  /** Whether the time of Redis is taken instead of the machine's. */
  get isOff(): boolean {
    return Math.abs(this.offBy()) > CLOCK_OFF_MS_MAX;
  }

  /** Milliseconds that the machine's clock is ahead of Redis; 0 while that is not known. */
  offBy(own = this.#own.now()): number {
    if (this.#seen === undefined) return 0;
    return own - (this.#seen.redis + performance.now() - this.#seen.steady);
  }

  /** Asks Redis for its time; without an answer what was seen last stays in force. */
  async look(): Promise<void> {
    if (!(this.#own instanceof SystemClock)) return;
    const asked = performance.now();
    try {
      const [seconds, micros] = await this.#redis.time();
      const answered = performance.now();
      if (answered - asked > ANSWER_MS_MAX && this.#seen !== undefined) return;
      const redis = Number(seconds) * 1_000 + Number(micros) / 1_000;
      this.#seen = { redis, steady: (asked + answered) / 2 };
    } catch {
      // Redis is away: the next look tries again.
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
