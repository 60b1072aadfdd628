import { describe, expect, it } from 'vitest';

import { ManualClock, PermanentError, type Batch } from '#libs/model';

import { EmbeddedHandover } from './embedded.ts';
import { handoverContract } from './handover.contract.ts';
import { SharedBatches } from './shared-batches.ts';

function batch(from: number, to: number): Batch {
  return { from, to, received: to, events: [] };
}

/** Batches of ten bytes up to `end`; counts how often each was decoded. */
function source(end: number): { batches: SharedBatches; decoded: Map<number, number> } {
  const decoded = new Map<number, number>();
  const batches = new SharedBatches((from) => {
    decoded.set(from, (decoded.get(from) ?? 0) + 1);
    return Promise.resolve(from < end ? batch(from, from + 10) : undefined);
  });
  return { batches, decoded };
}

function handover(batches: SharedBatches, parked: string[] = []): EmbeddedHandover {
  return new EmbeddedHandover(batches, new ManualClock(0), { index: 0, detect: 20 }, (r, b, why) =>
    parked.push(`${r} ${b.from} ${why}`),
  );
}

describe('EmbeddedHandover', () => {
  handoverContract({
    open: (batches) => {
      const next = (from: number) => Promise.resolve(batches.find((one) => one.from === from));
      const starts = { index: 0, detect: 0 };
      return Promise.resolve(
        new EmbeddedHandover(new SharedBatches(next), new ManualClock(0), starts, () => undefined),
      );
    },
  });

  it('gives every batch to every reader, each from its own position, decoding shared ones once', async () => {
    const { batches, decoded } = source(50);
    const seen: Record<string, number[]> = { index: [], detect: [] };
    const subject = handover(batches);
    const readers = (['index', 'detect'] as const).map((name) =>
      subject.read(name, (b) => {
        seen[name]?.push(b.from);
        return Promise.resolve();
      }),
    );
    await expect.poll(() => subject.states().map((s) => s.position)).toEqual([50, 50]);
    await Promise.all(readers.map((r) => r.stop()));
    expect(seen).toEqual({ index: [0, 10, 20, 30, 40], detect: [20, 30, 40] });
    expect([...decoded.values()].every((times) => times === 1)).toBe(true);
  });

  it('lets a batch go once every reader has asked for it', async () => {
    const { batches, decoded } = source(50);
    const first = await batches.batchAt(0);
    expect(await batches.batchAt(0)).toBe(first);
    expect(decoded.get(0)).toBe(1);
    expect(await batches.batchAt(0)).not.toBe(first);
    expect(decoded.get(0)).toBe(2);
  });

  it('sets aside a batch that can never be taken and goes on', async () => {
    const { batches } = source(20);
    const parked: string[] = [];
    const subject = handover(batches, parked);
    const reading = subject.read('index', (b) =>
      b.from === 0 ? Promise.reject(new PermanentError('too odd')) : Promise.resolve(),
    );
    await expect.poll(() => subject.states()[0]?.position).toBe(20);
    await reading.stop();
    expect(parked).toEqual(['index 0 too odd']);
    expect(subject.states()[0]?.parked).toBe(1);
  });
});
