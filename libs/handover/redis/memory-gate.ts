import type { Redis } from 'ioredis';

/** Share of its memory from which on nothing more is put into Redis. */
const SHARE_MAX = 0.7;
/** How long an answer about memory is believed, ms of real time. */
const ASK_MS = 1_000;

/** Memory of Redis, bytes; `most` is 0 where it has no limit at all. */
export interface RedisMemory {
  readonly used: number;
  readonly most: number;
}

/** Reads the memory in use and its limit, or the machine's memory where none is set. */
export async function redisMemory(redis: Redis): Promise<RedisMemory> {
  const text = await redis.info('memory');
  const figure = (name: string): number =>
    Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const limit = figure('maxmemory');
  return { used: figure('used_memory'), most: limit > 0 ? limit : figure('total_system_memory') };
}

/** Says whether Redis has room for more batches. */
export class MemoryGate {
  readonly #redis: Redis;
  #asked = -Infinity;
  #memory: RedisMemory = { used: 0, most: 0 };

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  get memory(): RedisMemory {
    return this.#memory;
  }

  /** Why nothing may be put in now; undefined when there is room. */
  async refusal(): Promise<string | undefined> {
    if (performance.now() - this.#asked > ASK_MS) {
      this.#memory = await redisMemory(this.#redis);
      this.#asked = performance.now();
    }
    const { used, most } = this.#memory;
    if (most === 0 || used < most * SHARE_MAX) return undefined;
    const percent = Math.round((100 * used) / most);
    return `Redis uses ${percent} % of its memory: the spool keeps everything until it has room`;
  }
}
