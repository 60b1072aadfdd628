import { randomBytes } from 'node:crypto';

import { describe, expect, inject, it, onTestFinished } from 'vitest';

import { RedisLink } from '#libs/coordination/redis';
import { FencedOff, RedisStateStore } from '#libs/store/redis';

import { stateStoreContract } from '../../libs/store/contracts/state-store.contract.ts';
import { isMissing } from '../support/parts.ts';

describe.skipIf(isMissing('redis'))('states in Redis', () => {
  const url = inject('redisUrl') ?? '';

  function open(cleanUp: (undo: () => Promise<void>) => void): (fence: number) => RedisStateStore {
    const link = new RedisLink(url, `test-${randomBytes(4).toString('hex')}`);
    cleanUp(() => {
      link.close();
      return Promise.resolve();
    });
    const redis = link.connect('patient');
    return (fence) => new RedisStateStore(link, redis, fence);
  }

  stateStoreContract('RedisStateStore', (cleanUp) => Promise.resolve(open(cleanUp)(1)));

  it('refuse a former owner', async () => {
    const under = open(onTestFinished);
    await under(7).save('shard-3', 10, Uint8Array.of(1));
    await under(8).save('shard-3', 20, Uint8Array.of(2));
    await expect(under(7).save('shard-3', 30, Uint8Array.of(3))).rejects.toThrow(FencedOff);
    expect(await under(7).load('shard-3')).toEqual({ position: 20, snapshot: Uint8Array.of(2) });
  });
});
