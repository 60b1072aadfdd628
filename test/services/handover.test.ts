import { randomBytes } from 'node:crypto';

import { Redis } from 'ioredis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';

import { RedisLink } from '#libs/coordination/redis';
import type { BatchSource } from '#libs/handover';
import { Carriage } from '#libs/handover/redis';
import { SystemClock, type Batch } from '#libs/model';

import { handoverContract, sampleBatches } from '../../libs/handover/handover.contract.ts';
import { isMissing } from '../support/parts.ts';

type CleanUp = (undo: () => Promise<void>) => void;

/** Batches of a spool that ends after them. */
function sourceOf(batches: readonly Batch[]): BatchSource {
  const waiting = new Promise<undefined>(() => undefined);
  return {
    batchAt: (from) => {
      const found = batches.find((batch) => batch.from === from);
      return found === undefined ? waiting : Promise.resolve(found);
    },
  };
}

describe.skipIf(isMissing('redis'))('the handover over BullMQ', () => {
  const url = inject('redisUrl') ?? '';
  const newPrefix = () => `test-${randomBytes(4).toString('hex')}`;

  function carriageOf(cleanUp: CleanUp, prefix: string): Carriage {
    const link = new RedisLink(url, prefix);
    const carriage = new Carriage(link, new SystemClock());
    cleanUp(() => {
      link.close();
      return Promise.resolve();
    });
    return carriage;
  }

  async function drained(carriage: Carriage, batches: readonly Batch[]): Promise<number[]> {
    const held: number[] = [];
    const drainer = carriage.drainer(sourceOf(batches), 'spool', (to) => held.push(to));
    drainer.start();
    await expect.poll(() => held.at(-1)).toBe(batches.at(-1)?.to);
    await drainer.stop();
    return held;
  }

  handoverContract({
    open: async (batches, cleanUp) => {
      const carriage = carriageOf(cleanUp, newPrefix());
      await drained(carriage, batches);
      return carriage.handover(2);
    },
  });

  async function keysOf(prefix: string): Promise<string[]> {
    const redis = new Redis(url);
    onTestFinished(() => redis.disconnect());
    return (await redis.keys(`${prefix}:batch*`)).toSorted();
  }

  it('cuts batches into payloads of 500 events, goes on where it was and keeps nothing that was taken', async () => {
    const prefix = newPrefix();
    const carriage = carriageOf(onTestFinished, prefix);
    const batches = sampleBatches(2, 1_200);
    expect(await drained(carriage, batches.slice(0, 1))).toEqual([10]);
    expect(await carriage.box.waiting('index')).toBe(3);
    expect(await drained(carriageOf(onTestFinished, prefix), batches)).toEqual([20]);
    expect(await carriage.box.waiting('index')).toBe(6);
    const sizes: number[] = [];
    const handover = carriage.handover(1);
    const readings = (['index', 'detect'] as const).map((reader) =>
      handover.read(reader, ({ events }) => Promise.resolve(void sizes.push(events.length))),
    );
    await expect.poll(() => carriage.box.waiting('index')).toBe(0);
    await expect.poll(() => carriage.box.waiting('detect')).toBe(0);
    await Promise.all(readings.map((reading) => reading.stop()));
    expect(sizes.toSorted((a, b) => a - b)).toEqual([200, 500, 500].flatMap((n) => [n, n, n, n]));
    expect(await keysOf(prefix)).toEqual([]);
  });

  it('knows the receipt time before which a reader has finished everything', async () => {
    const carriage = carriageOf(onTestFinished, newPrefix());
    expect(await carriage.box.oldest('detect')).toBeUndefined();
    const [first] = sampleBatches(1);
    await drained(carriage, first === undefined ? [] : [first]);
    expect(await carriage.box.oldest('detect')).toBe(first?.received);
  });

  it('sweeps a payload none of whose jobs came in, and has it put again when they come late', async () => {
    const prefix = newPrefix();
    const carriage = carriageOf(onTestFinished, prefix);
    await drained(carriage, sampleBatches(1));
    expect(await carriage.box.sweep(-1)).toBe(0);
    expect(await carriage.box.waiting('index')).toBe(1);
    const redis = new Redis(url);
    onTestFinished(() => redis.disconnect());
    // As a drainer leaves it that died between payload and jobs.
    for (const queue of ['index', 'detect'])
      await redis.del(`${prefix}:queue:${queue}:spool-0-10-0`);
    expect(await carriage.box.sweep(-1)).toBe(1);
    expect(await keysOf(prefix)).toEqual([]);
    const boxed = { id: 'spool-0-10-0', received: 1, payload: Buffer.of(1) };
    expect(await carriage.box.anySwept([boxed])).toBe(true);
    await carriage.box.put([boxed], ['index']);
    expect(await carriage.box.anySwept([boxed])).toBe(false);
  });

  it('leaves a batch of a newer version to newer processes, says so, and takes the rest', async () => {
    const carriage = carriageOf(onTestFinished, newPrefix());
    const newer = { id: 'newer', received: 1, payload: Buffer.of(99, 1, 2, 3) };
    await carriage.box.put([newer], ['index', 'detect']);
    await drained(carriage, sampleBatches(1));
    const handover = carriage.handover(1);
    const taken: string[] = [];
    const reading = handover.read('index', ({ events }) => {
      taken.push(...events.map(({ id }) => id));
      return Promise.resolve();
    });
    await expect.poll(() => taken.length).toBe(sampleBatches(1)[0]?.events.length);
    await expect.poll(() => handover.states()[0]?.trouble?.reason).toContain('format 99');
    await reading.stop();
    expect(await carriage.box.waiting('index')).toBe(1);
    expect(await carriage.box.payload('newer', 'index')).toEqual(newer.payload);
    expect(await carriage.parked.count()).toBe(0);
  });
});
