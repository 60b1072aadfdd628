import { setTimeout as pause } from 'node:timers/promises';

import { expect } from 'vitest';

import { startLoad } from './elastic-load.ts';
import type { TestElasticsearch } from './elasticsearch.ts';
import { until } from './until.ts';

type CleanUp = (undo: () => Promise<void>) => void;

/** A node that takes one write at a time and lets few wait, so that load makes it answer 429. */
export const SMALL_QUEUE = { 'thread_pool.write.size': '1', 'thread_pool.write.queue_size': '1' };

async function more(load: { appended: () => number }, events = 1_000): Promise<void> {
  const before = load.appended();
  await until(
    `${events} more events are stored`,
    () => (load.appended() >= before + events ? true : undefined),
    { timeoutMs: 60_000 },
  );
}

/** Kills the node under load and starts it again, `times` times. */
export async function killUnderLoad(
  cleanUp: CleanUp,
  server: TestElasticsearch,
  times: number,
): Promise<void> {
  const load = await startLoad(cleanUp, server, { bulkMs: 5_000 });
  for (let time = 0; time < times; time++) {
    await more(load);
    await server.kill9();
    await until('the store says so', () => load.parts.store.counts().trouble);
    await server.restart();
    await more(load);
  }
  expect(load.parts.store.counts().trouble).toBeUndefined();
  await load.end();
}

/** Stops the node's process for a while under load; requests run out of time meanwhile. */
export async function pauseUnderLoad(
  cleanUp: CleanUp,
  server: TestElasticsearch,
  { pauseMs, bulkMs }: { readonly pauseMs: number; readonly bulkMs: number },
): Promise<void> {
  const load = await startLoad(cleanUp, server, { bulkMs });
  await more(load);
  server.signal('SIGSTOP');
  // The other process stands still; nothing but time can pass.
  await pause(pauseMs);
  expect(load.parts.store.counts().trouble).toBeDefined();
  server.signal('SIGCONT');
  await more(load);
  await load.end();
}

/** Loads a node of a small queue until it has refused `rejections` documents. */
export async function crowdUnderLoad(
  cleanUp: CleanUp,
  server: TestElasticsearch,
  rejections: number,
): Promise<void> {
  const load = await startLoad(cleanUp, server);
  await until(
    `the node has refused ${rejections}`,
    () => (load.parts.store.counts().rejected >= rejections ? true : undefined),
    { timeoutMs: 120_000 },
  );
  await more(load);
  await load.end();
}

/** Makes the oldest day read-only under load, then writable again. */
export async function blockUnderLoad(
  cleanUp: CleanUp,
  server: TestElasticsearch,
  pauseMs: number,
): Promise<void> {
  const load = await startLoad(cleanUp, server, { blockedCheckMs: 200 });
  const { connection, prefix, parked, store } = load.parts;
  await more(load);
  const block = (on: boolean | null) =>
    connection.get({
      method: 'PUT',
      path: `/${prefix}soc-events-2026.11.20/_settings`,
      json: { index: { 'blocks.read_only_allow_delete': on } },
    });
  await block(true);
  await pause(pauseMs);
  await more(load, 500);
  expect((await parked.list({ reason: 'blocked', limit: 1 })).total).toBeGreaterThan(0);
  await block(null);
  await until(
    'nothing is parked any more',
    async () => {
      await store.retryBlocked();
      return (await parked.list({ limit: 1 })).total === 0 ? true : undefined;
    },
    { timeoutMs: 60_000 },
  );
  await load.end();
}
