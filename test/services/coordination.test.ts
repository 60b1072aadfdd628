import { randomBytes } from 'node:crypto';

import { describe, expect, inject, it, onTestFinished } from 'vitest';

import { Broadcast, type Held, type Lease } from '#libs/coordination';
import {
  durabilityProblems,
  RedisBroadcast,
  RedisChangeLog,
  RedisClock,
  RedisLease,
  RedisLink,
  RedisRoster,
} from '#libs/coordination/redis';
import { Carriage } from '#libs/handover/redis';
import { SystemClock } from '#libs/model';

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
    rosters: (cleanUp) => Promise.resolve(two(cleanUp, (link) => new RedisRoster(link))),
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

describe.skipIf(isMissing('redis'))('a broadcast over an outage', () => {
  it('says that something may have been missed, and goes on', async () => {
    const redis = await startRedis(onTestFinished);
    const links = [new RedisLink(redis.url, 'gap'), new RedisLink(redis.url, 'gap')] as const;
    onTestFinished(() => links.forEach((link) => link.close()));
    const [one, other] = [new RedisBroadcast(links[0]), new RedisBroadcast(links[1])];
    let gaps = 0;
    const heard: unknown[] = [];
    other.listen(Broadcast.GAP, () => (gaps += 1));
    other.listen('incidents', (message) => heard.push(message));
    const isHeard = (message: string) => () => {
      one.tell('incidents', message);
      return heard.includes(message) || undefined;
    };
    await until('both are connected', isHeard('before'));
    await redis.kill9();
    await redis.restart();
    await until('the gap is heard of', () => gaps || undefined);
    await until('the next message comes', isHeard('after'));
    expect(gaps).toBe(1);
  });
});

describe.skipIf(isMissing('redis'))('the settings of Redis', () => {
  it('are said to be wrong where it may lose what it holds, each by its name', async () => {
    const lax = ['--appendfsync', 'everysec', '--maxmemory-policy', 'allkeys-lru'];
    const [durable, volatile] = await Promise.all([
      startRedis(onTestFinished),
      startRedis(onTestFinished, lax),
    ]);
    const ask = async ({ url }: { url: string }) => {
      const link = new RedisLink(url, 'test');
      onTestFinished(() => link.close());
      return durabilityProblems(link.connect('patient'));
    };
    expect(await ask(durable)).toEqual([]);
    expect(await ask(volatile)).toEqual([
      'appendfsync is everysec, it must be always',
      'maxmemory-policy is allkeys-lru, it must be noeviction',
    ]);
  });

  it('can be kept within our prefix by a user of our own', async () => {
    const redis = await startRedis(onTestFinished);
    const admin = new RedisLink(redis.url, 'test');
    onTestFinished(() => admin.close());
    const rights = ['~thapcanh:*', '&thapcanh:*', '+@all', '-@dangerous', '+config|get', '+info'];
    await admin.connect('patient').acl('SETUSER', 'thapcanh', 'on', '>secret', ...rights);
    const url = redis.url.replace('redis://', 'redis://thapcanh:secret@');
    const link = new RedisLink(url, 'thapcanh');
    onTestFinished(() => link.close());
    expect(await durabilityProblems(link.connect('patient'))).toEqual([]);
    const log = new RedisChangeLog(link, 10);
    expect(await log.append('documents', ['a'])).toBe(1);
    const held = await taken(new RedisLease(link), 'retention');
    expect(held.fence).toBe(1);
    const heard: unknown[] = [];
    const broadcast = new RedisBroadcast(link);
    broadcast.listen('rules', (message) => heard.push(message));
    broadcast.tell('rules', 1);
    expect(heard).toEqual([1]);
    const carriage = new Carriage(link, new SystemClock());
    await carriage.box.put([{ id: 'one', received: 1, payload: Buffer.of(1) }], ['index']);
    expect(await carriage.box.waiting('index')).toBe(1);
    const outside = link.connect('patient').set('other', '1');
    await expect(outside).rejects.toThrow(/NOPERM/);
  });

  it('gives the time of Redis where the own clock is far from it, also when that jumps', async () => {
    const redis = await startRedis(onTestFinished);
    const link = new RedisLink(redis.url, 'clock');
    onTestFinished(() => link.close());
    let off = 7 * 3_600_000;
    const own = Object.assign(new SystemClock(), { now: () => Date.now() + off });
    const clock = new RedisClock(link, own);
    onTestFinished(() => clock.close());
    expect(clock.offBy()).toBe(0);
    await until('Redis told its time', () => Math.abs(clock.offBy() - off) < 5_000 || undefined);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(5_000);
    off = 20_000;
    expect(Math.abs(clock.now() - own.now())).toBeLessThan(1_000);
    off = -3_600_000;
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(5_000);
  });
});
