// A process that reads batches until it is killed, and dies by itself on an event called poison.
// Run with `--conditions=source`; options as JSON. What it took stands in Redis, by event id.
import { setTimeout as pause } from 'node:timers/promises';

import { Redis } from 'ioredis';

import { RedisLink } from '#libs/coordination/redis';
import { Carriage } from '#libs/handover/redis';
import { SystemClock } from '#libs/model';

export interface ReaderOptions {
  readonly url: string;
  readonly prefix: string;
  readonly taken: string;
}

const { url, prefix, taken } = JSON.parse(process.argv[2] ?? '{}') as ReaderOptions;
const redis = new Redis(url, { maxRetriesPerRequest: null, maxLoadingRetryTime: 300 });
redis.on('error', () => undefined);
const carriage = new Carriage(new RedisLink(url, prefix), new SystemClock());
const handover = carriage.handover(2, { lockMs: 1_000, lookMs: 400 });
for (const reader of ['index', 'detect'] as const) {
  handover.read(reader, async ({ events }) => {
    if (reader === 'index' && events.some(({ id }) => id === 'poison')) {
      process.kill(process.pid, 'SIGKILL');
    }
    // Long enough that a kill finds batches half done.
    await pause(10);
    await redis.sadd(`${taken}:${reader}`, ...events.map(({ id }) => id));
  });
}
process.stdout.write('reading\n');
