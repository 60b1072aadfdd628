import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';

import { ChangeLog, type Change, type ChangeSpan } from '../ports.ts';
import { BLOCK_MS_MAX, type RedisLink } from './redis-link.ts';

// KEYS stream, facts; ARGV limit, a life for a new log, bodies.
const APPEND = `
redis.call('HSETNX', KEYS[2], 'life', ARGV[2])
local number = tonumber(redis.call('HGET', KEYS[2], 'newest') or '0')
for i = 3, #ARGV do
  number = number + 1
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], number .. '-0', 'b', ARGV[i])
end
redis.call('HSET', KEYS[2], 'newest', number)
return number`;
const SPAN = `
redis.call('HSETNX', KEYS[2], 'life', ARGV[1])
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
local facts = redis.call('HMGET', KEYS[2], 'life', 'newest')
return { facts[1], facts[2] or '0', first[1] and first[1][1] or '' }`;

/** Bodies of one call of Lua; more would hold up everybody else for too long. */
const BODIES_EACH = 500;

type Row = readonly [id: string, fields: readonly string[]];

function changeOf([id, fields]: Row): Change {
  return { number: Number.parseInt(id, 10), body: JSON.parse(fields[1] ?? 'null') };
}

/** Change logs as Redis streams whose ids are the numbers; each beside a hash with its life. */
export class RedisChangeLog extends ChangeLog {
  readonly #link: RedisLink;
  readonly #redis: Redis;
  readonly #changesMax: number;
  /** A read that waits blocks its connection: each log has one for that. */
  readonly #waiting = new Map<string, Redis>();
  #closed = false;

  /** `changesMax`: about so many changes of a log are kept at most. */
  constructor(link: RedisLink, changesMax: number) {
    super();
    this.#link = link;
    this.#redis = link.connect('patient');
    this.#changesMax = changesMax;
  }

  async append(log: string, bodies: readonly unknown[]): Promise<number> {
    if (bodies.length === 0) return (await this.span(log)).newest;
    let newest = 0;
    for (let at = 0; at < bodies.length; at += BODIES_EACH) {
      const texts = bodies.slice(at, at + BODIES_EACH).map((body) => JSON.stringify(body));
      const limits = [this.#changesMax, randomUUID()];
      const number = await this.#redis.eval(APPEND, 2, ...this.#keys(log), ...limits, ...texts);
      newest = Number(number);
    }
    return newest;
  }

  async read(log: string, after: number, limit: number, waitMs = 0): Promise<readonly Change[]> {
    const [stream] = this.#keys(log);
    const rows = await this.#redis.xrange(stream, `(${after}-0`, '+', 'COUNT', limit);
    if (rows.length > 0 || waitMs <= 0) return rows.map(changeOf);
    const block = Math.min(waitMs, BLOCK_MS_MAX);
    try {
      const found = await this.#connection(log).xread(
        'COUNT',
        limit,
        'BLOCK',
        block,
        'STREAMS',
        stream,
        `${after}-0`,
      );
      return (found?.[0]?.[1] ?? []).map(changeOf);
    } catch (error) {
      if (this.#closed) return [];
      throw error;
    }
  }

  async span(log: string): Promise<ChangeSpan> {
    const answer = await this.#redis.eval(SPAN, 2, ...this.#keys(log), randomUUID());
    const [life = '', newestText = '0', oldest = ''] = answer as string[];
    const newest = Number(newestText);
    return { life, newest, oldest: oldest === '' ? newest + 1 : Number.parseInt(oldest, 10) };
  }

  async trim(log: string, number: number): Promise<void> {
    const [stream] = this.#keys(log);
    await this.#redis.xtrim(stream, 'MINID', `${number + 1}-0`);
  }

  /** Ends reads that wait; they find nothing. */
  close(): void {
    this.#closed = true;
    for (const redis of [...this.#waiting.values(), this.#redis]) this.#link.disconnect(redis);
    this.#waiting.clear();
  }

  #keys(log: string): [stream: string, facts: string] {
    return [this.#link.key('log', log), this.#link.key('log-facts', log)];
  }

  #connection(log: string): Redis {
    const known = this.#waiting.get(log);
    if (known !== undefined) return known;
    const made = this.#link.connect('waiting');
    this.#waiting.set(log, made);
    return made;
  }
}
