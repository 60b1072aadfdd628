import type { Redis } from 'ioredis';

import { Roster, type Member } from '../ports.ts';
import type { RedisLink } from './redis-link.ts';

const PRESENT_MS = 10_000;

// KEYS members, seen; ARGV id, facts. Redis's clock alone says who is late.
const SIGN = `
local now = redis.call('TIME')
redis.call('ZADD', KEYS[2], now[1] * 1000 + math.floor(now[2] / 1000), ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`;
// KEYS members, seen; ARGV how long a signature counts.
const PRESENT = `
local now = redis.call('TIME')
local last = now[1] * 1000 + math.floor(now[2] / 1000) - ARGV[1]
local late = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. last)
for _, id in ipairs(late) do
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZREM', KEYS[2], id)
end
return redis.call('HGETALL', KEYS[1])`;

/** Members of a role as a hash, and when each was last seen by Redis's clock. */
export class RedisRoster extends Roster {
  readonly #link: RedisLink;
  readonly #redis: Redis;

  constructor(link: RedisLink) {
    super();
    this.#link = link;
    this.#redis = link.connect('patient');
  }

  async sign(role: string, id: string, facts: Member['facts']): Promise<void> {
    await this.#redis.eval(SIGN, 2, ...this.#keys(role), id, JSON.stringify(facts));
  }

  async leave(role: string, id: string): Promise<void> {
    const [members, seen] = this.#keys(role);
    await this.#redis.multi().hdel(members, id).zrem(seen, id).exec();
  }

  async present(role: string): Promise<readonly Member[]> {
    const found = await this.#redis.eval(PRESENT, 2, ...this.#keys(role), PRESENT_MS);
    const flat = found as string[];
    const members: Member[] = [];
    for (let at = 0; at + 1 < flat.length; at += 2) {
      members.push({
        id: flat[at] ?? '',
        facts: JSON.parse(flat[at + 1] ?? '{}') as Member['facts'],
      });
    }
    return members.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  #keys(role: string): [members: string, seen: string] {
    return [this.#link.key('roster', role), this.#link.key('roster-seen', role)];
  }
}
