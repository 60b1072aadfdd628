import { Queue, type QueueOptions } from 'bullmq';
import type { Redis } from 'ioredis';

import type { RedisLink } from '#libs/coordination/redis';

import type { ReaderName } from '../handover.ts';
import type { BatchJob } from './batch-box.ts';

/** Entries of a queue's stream of events, which nobody of ours reads. */
const QUEUE_EVENTS_MAX = 10;

/** `suspects`: batches on which workers died, one at a time in a process. */
export type QueueKind = 'batches' | 'suspects';

export const queueName = (reader: ReaderName, kind: QueueKind): string =>
  kind === 'batches' ? reader : `${reader}-suspects`;

/** How BullMQ finds our part of Redis. */
export function queueOptions(link: RedisLink): Pick<QueueOptions, 'prefix' | 'streams'> {
  return { prefix: link.key('queue'), streams: { events: { maxLen: QUEUE_EVENTS_MAX } } };
}

export type ReaderQueues = Readonly<Record<ReaderName, Queue<BatchJob>>>;

/** Queues over a connection of ours: it is ended with the link, there is nothing else to close. */
export function openQueues(link: RedisLink, redis: Redis, kind: QueueKind): ReaderQueues {
  const open = (reader: ReaderName): Queue<BatchJob> => {
    const options = { ...queueOptions(link), connection: redis };
    const queue = new Queue<BatchJob>(queueName(reader, kind), options);
    // An outage is shown by the link; without a listener it would end the process.
    queue.on('error', () => undefined);
    return queue;
  };
  return { index: open('index'), detect: open('detect') };
}
