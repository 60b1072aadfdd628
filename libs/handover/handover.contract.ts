import { describe, expect, it, onTestFinished } from 'vitest';

import { newFields, PermanentError, type Batch, type Event } from '#libs/model';

import type { Handover, ReaderName } from './handover.ts';

export interface HandoverContract {
  /** A handover into which these batches, in the order of their spool, are put. */
  readonly open: (
    batches: readonly Batch[],
    cleanUp: (undo: () => Promise<void>) => void,
  ) => Promise<Handover>;
}

const READERS: readonly ReaderName[] = ['index', 'detect'];
const START = Date.UTC(2026, 10, 23, 1);

function eventOf(id: string): Event {
  const fields = newFields();
  fields['message'] = `đăng nhập ${id}`;
  fields['source.ip'] = ['10.0.0.1', '10.0.0.2'];
  fields['__proto__'] = 'a name like any other';
  return { id, time: START, received: START + 1, fields };
}

/** Batches of ten bytes and of so many events each. */
export function sampleBatches(count: number, events = 2): readonly Batch[] {
  return Array.from({ length: count }, (_, n) => ({
    from: n * 10,
    to: n * 10 + 10,
    received: START + n,
    events: Array.from({ length: events }, (__, at) => eventOf(`${n}-${at}`)),
  }));
}

function idsOf(batches: readonly Batch[]): string[] {
  return batches.flatMap(({ events }) => events.map(({ id }) => id)).toSorted();
}

/** What every adapter of Handover promises. */
export function handoverContract({ open }: HandoverContract): void {
  describe('a handover', () => {
    it('gives every event as it was to every reader', async () => {
      const batches = sampleBatches(20);
      const handover = await open(batches, onTestFinished);
      const seen: Record<ReaderName, Batch[]> = { index: [], detect: [] };
      const readings = READERS.map((reader) =>
        handover.read(reader, (batch) => {
          seen[reader].push(batch);
          return Promise.resolve();
        }),
      );
      onTestFinished(async () => {
        await Promise.all(readings.map((reading) => reading.stop()));
      });
      for (const reader of READERS) {
        await expect.poll(() => new Set(idsOf(seen[reader])).size).toBe(40);
        expect([...new Set(idsOf(seen[reader]))]).toEqual(idsOf(batches));
        const event = seen[reader].flatMap(({ events }) => events).find(({ id }) => id === '7-1');
        expect(event).toEqual(eventOf('7-1'));
        expect(event?.fields['constructor']).toBeUndefined();
      }
    });

    it('offers a batch again after its reader failed, says why meanwhile, and holds up no other', async () => {
      const handover = await open(sampleBatches(3), onTestFinished);
      let healthy = false;
      const [indexed, detected] = [new Set<string>(), new Set<string>()];
      const take = (into: Set<string>) => (batch: Batch) => {
        if (into === indexed && !healthy) return Promise.reject(new Error('disk full'));
        for (const id of idsOf([batch])) into.add(id);
        return Promise.resolve();
      };
      const readings = [
        handover.read('index', take(indexed)),
        handover.read('detect', take(detected)),
      ];
      onTestFinished(async () => {
        await Promise.all(readings.map((reading) => reading.stop()));
      });
      await expect.poll(() => detected.size).toBe(6);
      const state = () => handover.states().find(({ reader }) => reader === 'index');
      await expect.poll(() => state()?.trouble?.reason).toBe('disk full');
      healthy = true;
      await expect.poll(() => indexed.size).toBe(6);
      await expect.poll(() => state()?.trouble).toBeUndefined();
    });

    it('sets aside a batch that can never be taken and goes on', async () => {
      const handover = await open(sampleBatches(3), onTestFinished);
      const seen = new Set<string>();
      const reading = handover.read('index', (batch) => {
        if (batch.events.some(({ id }) => id === '1-0')) {
          return Promise.reject(new PermanentError('too odd'));
        }
        for (const id of idsOf([batch])) seen.add(id);
        return Promise.resolve();
      });
      onTestFinished(() => reading.stop());
      await expect.poll(() => seen.size).toBe(4);
      await expect.poll(() => handover.states()[0]?.parked).toBe(1);
    });

    it('gives what a stopped reader had not taken to the next one of that name', async () => {
      const handover = await open(sampleBatches(2), onTestFinished);
      const failing = handover.read('detect', () => Promise.reject(new Error('away')));
      await expect.poll(() => handover.states()[0]?.trouble?.reason).toBe('away');
      await failing.stop();
      const seen = new Set<string>();
      const reading = handover.read('detect', (batch) => {
        for (const id of idsOf([batch])) seen.add(id);
        return Promise.resolve();
      });
      onTestFinished(() => reading.stop());
      await expect.poll(() => seen.size).toBe(4);
    });
  });
}
