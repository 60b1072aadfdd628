import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';

import { Lease, type Held } from '../ports.ts';
import type { RedisLink } from './redis-link.ts';

/** A holder that died is followed after this, ms. */
const TERM_MS = 5_000;
const RENEW_MS = 1_250;
/** The holder gives up before the term ends: clocks and networks need room. */
const GIVE_UP_MS = 3_750;

// KEYS lease, fences; ARGV token, term, name. A command that is sent again finds its own token.
const TAKE = `
local held = redis.call('HMGET', KEYS[1], 'token', 'fence')
if held[1] == ARGV[1] then return tonumber(held[2]) end
if held[1] then return 0 end
local fence = redis.call('HINCRBY', KEYS[2], ARGV[3], 1)
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'fence', fence)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return fence`;
const RENEW = `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;
const RELEASE = `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/**
 * Leases as keys with a term. While Redis does not answer nobody takes one, and whoever holds one
 * loses it before another can have it.
 */
export class RedisLease extends Lease {
  readonly #link: RedisLink;
  readonly #redis: Redis;

  constructor(link: RedisLink) {
    super();
    this.#link = link;
    this.#redis = link.connect('hasty');
  }

  async take(name: string, onLost?: () => void): Promise<Held | undefined> {
    const token = randomUUID();
    const key = this.#link.key('lease', name);
    const fences = this.#link.key('fences');
    const asked = performance.now();
    let fence: unknown;
    try {
      fence = await this.#redis.eval(TAKE, 2, key, fences, token, TERM_MS, name);
    } catch {
      // Not known to be ours: should the command have arrived after all, its term ends unrenewed.
      return undefined;
    }
    if (typeof fence !== 'number' || fence === 0) return undefined;
    const renewal = this.#keep(key, token, asked, onLost);
    return {
      fence,
      release: async () => {
        renewal.end();
        await this.#redis.eval(RELEASE, 1, key, token).catch(() => undefined);
      },
    };
  }

  #keep(key: string, token: string, taken: number, onLost?: () => void): { end(): void } {
    let sure = taken;
    const lose = (): void => {
      clearInterval(timer);
      onLost?.();
    };
    const renew = async (): Promise<void> => {
      const asked = performance.now();
      try {
        const renewed = await this.#redis.eval(RENEW, 1, key, token, TERM_MS);
        if (renewed === 0) lose();
        else sure = asked;
      } catch {
        // The next tick tries again, or gives the lease up.
      }
    };
    const timer = setInterval(() => {
      if (performance.now() - sure > GIVE_UP_MS) lose();
      else void renew();
    }, RENEW_MS);
    timer.unref();
    return { end: () => clearInterval(timer) };
  }
}
