import { randomBytes } from 'node:crypto';

import { describe, expect, inject, it, onTestFinished } from 'vitest';

import type { Held, Lease } from '#libs/coordination';
import { RedisBroadcast, RedisChangeLog, RedisLease, RedisLink } from '#libs/coordination/redis';

import { coordinationContract } from '../../libs/coordination/coordination.contract.ts';
import { isMissing } from '../support/parts.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

type CleanUp = (undo: () => void) => void;

/** A hasty connection refuses work until it stands: asks until it does and the name is free. */
function taken(lease: Lease, name: string, onLost?: () => void): Promise<Held> {
  return until(`${name} is taken`, () => lease.take(name, onLost));
}

describe.skipIf(isMissing('redis'))('the adapters on Redis', () => {
  const url = inject('redisUrl') ?? '';

  function two<T>(cleanUp: CleanUp, make: (link: RedisLink) => T): readonly [T, T] {
    const prefix = `test-${randomBytes(4).toString('hex')}`;
    const links = [new RedisLink(url, prefix), new RedisLink(url, prefix)] as const;
    cleanUp(() => links.forEach((link) => link.close()));
    return [make(links[0]), make(links[1])];
  }

  async function leases(cleanUp: CleanUp): Promise<readonly [RedisLease, RedisLease]> {
    const pair = two(cleanUp, (link) => new RedisLease(link));
    for (const lease of pair) await (await taken(lease, 'connected')).release();
    return pair;
  }

  coordinationContract({
    leases,
    broadcasts: (cleanUp) => Promise.resolve(two(cleanUp, (link) => new RedisBroadcast(link))),
    logs: (cleanUp) => Promise.resolve(two(cleanUp, (link) => new RedisChangeLog(link, 10_000))),
  });

  it('loses a lease that cannot be renewed before another can have it, and says so', async () => {
    const redis = await startRedis(onTestFinished);
    const links = [new RedisLink(redis.url, 'one'), new RedisLink(redis.url, 'one')] as const;
    onTestFinished(() => links.forEach((link) => link.close()));
    const [one, other] = [new RedisLease(links[0]), new RedisLease(links[1])];
    let lost: true | undefined;
    const first = await taken(one, 'grouping', () => (lost = true));
    process.kill(redis.pid, 'SIGSTOP');
    await until('the lease is lost', () => lost);
    process.kill(redis.pid, 'SIGCONT');
    const second = await taken(other, 'grouping');
    expect(second.fence).toBeGreaterThan(first.fence);
  });
});
