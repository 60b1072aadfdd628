import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';

import { isMissing } from '../support/parts.ts';

describe.skipIf(isMissing('redis'))('the test Redis', () => {
  const url = inject('redisUrl') ?? '';

  it('keeps what it is given and is as durable as the product asks for', async () => {
    const redis = new Redis(url);
    onTestFinished(() => redis.disconnect());
    await redis.set('place', 'Huế');
    expect(await redis.get('place')).toBe('Huế');
    expect(await redis.config('GET', 'appendfsync')).toEqual(['appendfsync', 'always']);
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'noeviction',
    ]);
  });

  it('carries a BullMQ job from a queue to its worker', async () => {
    const connection = { url, maxRetriesPerRequest: null };
    const queue = new Queue('smoke', { connection });
    onTestFinished(() => queue.close());
    const { promise: received, resolve } = Promise.withResolvers<unknown>();
    const worker = new Worker('smoke', async (job) => resolve(job.data), { connection });
    onTestFinished(() => worker.close());
    await queue.add('batch', { lines: ['một', 'hai'] }, { jobId: 'batch-1' });
    expect(await received).toEqual({ lines: ['một', 'hai'] });
  });
});
