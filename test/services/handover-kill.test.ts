import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

import { RedisLink } from '#libs/coordination/redis';
import { Carriage } from '#libs/handover/redis';
import { SystemClock, type Batch } from '#libs/model';

import { sampleBatches } from '../../libs/handover/handover.contract.ts';
import { faultCount } from '../support/fault-count.ts';
import { startProcess, type OwnedProcess } from '../support/owned-process.ts';
import { isMissing } from '../support/parts.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import type { ReaderOptions } from './handover-reader.ts';

const patient = { timeoutMs: 120_000 };
const TEST_MS_MAX = 300_000;

interface Carried {
  readonly redis: TestRedis;
  readonly carriage: Carriage;
  readonly ask: Redis;
  startReader(): Promise<OwnedProcess>;
  /** Events that a reader took, each once. */
  taken(reader: 'index' | 'detect'): Promise<number>;
  /** Drains batches; resolves once Redis holds them. */
  drain(batches: readonly Batch[]): Promise<void>;
}

async function carried(): Promise<Carried> {
  const redis = await startRedis(onTestFinished);
  const prefix = `test-${randomBytes(4).toString('hex')}`;
  const link = new RedisLink(redis.url, prefix);
  const carriage = new Carriage(link, new SystemClock());
  const ask = new Redis(redis.url, { maxRetriesPerRequest: null, maxLoadingRetryTime: 300 });
  ask.on('error', () => undefined);
  onTestFinished(() => {
    link.close();
    ask.disconnect();
  });
  const options: ReaderOptions = { url: redis.url, prefix, taken: `${prefix}-taken` };
  const file = join(import.meta.dirname, 'handover-reader.ts');
  return {
    redis,
    carriage,
    ask,
    startReader: () =>
      startProcess(onTestFinished, {
        name: 'reader of batches',
        program: process.execPath,
        args: ['--conditions=source', file, JSON.stringify(options)],
        ready: /^reading/,
      }),
    taken: (reader) => ask.scard(`${options.taken}:${reader}`),
    drain: async (batches) => {
      const held = Promise.withResolvers<void>();
      const end = batches.at(-1)?.to;
      const source = {
        batchAt: (from: number) =>
          Promise.resolve(batches.find((batch) => batch.from === from)).then(
            (found) => found ?? new Promise<undefined>(() => undefined),
          ),
      };
      const drainer = carriage.drainer(source, 'spool', (to) => {
        if (to === end) held.resolve();
      });
      drainer.start();
      await held.promise;
      await drainer.stop();
    },
  };
}

async function allTaken(part: Carried, events: number): Promise<void> {
  for (const reader of ['index', 'detect'] as const) {
    await until(
      `${reader} took all ${events} events`,
      async () => (await part.taken(reader)) === events || undefined,
      patient,
    );
  }
}

describe.skipIf(isMissing('redis'))(
  'the handover, when parts die',
  { timeout: TEST_MS_MAX },
  () => {
    const kills = faultCount({ few: 3, full: 20 });

    it(`loses nothing over ${kills} SIGKILLs of a reader`, async () => {
      const part = await carried();
      const batches = sampleBatches(40 * kills, 10);
      const draining = part.drain(batches);
      for (let kill = 1; kill <= kills; kill += 1) {
        const reader = await part.startReader();
        const goal = (kill * batches.length * 10 * 0.7) / kills;
        await until(
          'part of it is taken',
          async () => (await part.taken('index')) > goal || undefined,
          patient,
        );
        await reader.kill9();
      }
      await draining;
      await part.startReader();
      await allTaken(part, batches.length * 10);
      const waiting = async () =>
        (await part.carriage.box.waiting('index')) + (await part.carriage.box.waiting('detect'));
      await until('nothing waits', async () => (await waiting()) === 0 || undefined, patient);
    });

    it(`loses nothing over ${kills} SIGKILLs and restarts of Redis`, async () => {
      const part = await carried();
      const batches = sampleBatches(60 * kills, 10);
      const draining = part.drain(batches);
      await part.startReader();
      for (let kill = 1; kill <= kills; kill += 1) {
        const goal = (kill * batches.length * 10 * 0.7) / kills;
        await until(
          'part of it is taken',
          async () => (await part.taken('index')) > goal || undefined,
          patient,
        );
        await part.redis.kill9();
        await part.redis.restart();
      }
      await draining;
      await allTaken(part, batches.length * 10);
    });

    it('parks only the event on which processes die, gives it again when asked, and the rest goes on', async () => {
      const part = await carried();
      const [batch] = sampleBatches(1, 8);
      if (batch === undefined) throw new Error('no batch');
      const poison = { ...batch.events[5], id: 'poison' } as (typeof batch.events)[number];
      await part.drain([{ ...batch, events: batch.events.with(5, poison) }]);
      const deathsMax = 12;
      let deaths = 0;
      for (; deaths < deathsMax && (await part.carriage.parked.count()) === 0; deaths += 1) {
        const reader = await part.startReader();
        let died = false;
        void reader.ended.then(() => (died = true));
        await until(
          'the reader dies, or something is parked',
          async () => died || (await part.carriage.parked.count()) > 0 || undefined,
          patient,
        );
      }
      // Events that were read beside it, by the other reader too, are under no suspicion any more.
      const rest = async () => [await part.taken('index'), await part.taken('detect')].join();
      await until('the rest is taken', async () => (await rest()) === '7,8' || undefined, patient);
      expect(await part.carriage.parked.count()).toBe(1);
      const [parked] = await part.carriage.parked.list();
      expect(parked).toMatchObject({ reader: 'index', events: 1, retries: 0 });
      expect(parked?.reason).toBe('processes died on this event');
      expect(deaths).toBeLessThan(deathsMax);
      expect(await part.carriage.parked.retry(parked?.id ?? '')).toBe(true);
      expect(await part.carriage.parked.count()).toBe(0);
      expect(await part.carriage.box.waiting('index')).toBe(1);
    });
  },
);
