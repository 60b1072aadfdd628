import { expect, it } from 'vitest';

import type { DetectResult } from '#libs/detect';
import { ManualClock, type Alert, type AlertChange, type Batch } from '#libs/model';
import type { EventWriter } from '#libs/store';

import type { BodySource } from './body-source.ts';
import { Pipeline, type Raised } from './pipeline.ts';

const NOTHING: DetectResult = { changes: [], recoveries: [], matched: new Map() };

function change(id: string): AlertChange {
  return { kind: 'raised', alert: { id } as Alert };
}

/** Batches of ten bytes up to `end`, as the spool would give them. */
function source(end: number): BodySource {
  const batchAt = (from: number): Promise<Batch | undefined> =>
    Promise.resolve(from < end ? { from, to: from + 10, received: from, events: [] } : undefined);
  return { batchAt } as unknown as BodySource;
}

function writer(appended: number[]): EventWriter {
  return {
    append: (batch: Batch) => appended.push(batch.from),
    checkpoint: () => (appended.at(-1) ?? -10) + 10,
    position: () => -1,
    close: () => undefined,
  } as unknown as EventWriter;
}

/** A detector that raises one alert per batch and remembers what it was given. */
function detector(taken: number[]) {
  return {
    take: (batch: Batch): Promise<DetectResult> => {
      taken.push(batch.from);
      return Promise.resolve({ ...NOTHING, changes: [change(`alert ${batch.from}`)] });
    },
    advance: () => Promise.resolve(NOTHING),
    snapshot: () => new TextEncoder().encode(taken.join(' ')),
  };
}

interface Saved {
  position: number;
  taken: string;
}

function states(saved: Saved[]) {
  return {
    save: (_: string, position: number, snapshot: Uint8Array) => {
      saved.push({ position, taken: new TextDecoder().decode(snapshot) });
      return Promise.resolve();
    },
    load: () => Promise.resolve(undefined),
  };
}

function pipelineOver(end: number, raise: (raised: Raised) => Promise<void>) {
  const seen = {
    appended: [] as number[],
    taken: [] as number[],
    saved: [] as Saved[],
    freed: [] as number[],
    noted: [] as number[],
    forgotten: [] as number[],
  };
  const pipeline = new Pipeline(
    {
      source: source(end),
      writer: writer(seen.appended),
      detect: detector(seen.taken),
      states: states(seen.saved),
      marks: {
        note: (position) => Promise.resolve(void seen.noted.push(position)),
        forget: (position) => seen.forgotten.push(position),
      },
      clock: new ManualClock(0),
    },
    { raise, free: (position) => seen.freed.push(position), park: () => undefined },
    0,
  );
  return { pipeline, seen };
}

it('takes every batch through index and detection, and frees the spool only up to what both made durable', async () => {
  const raised: Raised[] = [];
  const { pipeline, seen } = pipelineOver(30, (one) => {
    raised.push(one);
    return Promise.resolve();
  });
  pipeline.start();
  await expect.poll(() => pipeline.states().map(({ position }) => position)).toEqual([30, 30]);
  await pipeline.stop();
  expect(seen.appended).toEqual([0, 10, 20]);
  expect(raised.map(({ position, changes }) => [position, changes[0]?.alert.id])).toEqual([
    [10, 'alert 0'],
    [20, 'alert 10'],
    [30, 'alert 20'],
  ]);
  expect(seen.saved.at(-1)).toEqual({ position: 30, taken: '0 10 20' });
  expect(seen.freed.at(-1)).toBe(30);
  expect(seen.noted).toEqual([10, 20, 30]);
  expect(seen.forgotten.at(-1)).toBe(30);
});

it('tells alerts that could not be stored again, once and in order, without taking their batch twice', async () => {
  const stored: string[] = [];
  let failures = 2;
  const { pipeline, seen } = pipelineOver(20, ({ changes }) => {
    failures -= 1;
    if (failures >= 0) return Promise.reject(new Error('documents are away'));
    stored.push(...changes.map(({ alert }) => alert.id));
    return Promise.resolve();
  });
  pipeline.start();
  await expect.poll(() => pipeline.states()[1]?.trouble?.reason).toBe('documents are away');
  await expect.poll(() => pipeline.states()[1]?.position).toBe(20);
  await pipeline.stop();
  expect(stored).toEqual(['alert 0', 'alert 10']);
  expect(seen.taken).toEqual([0, 10]);
});

it('saves no snapshot that is ahead of alerts still waiting to be stored', async () => {
  const { pipeline, seen } = pipelineOver(10, () => Promise.reject(new Error('away')));
  pipeline.start();
  await expect.poll(() => pipeline.states()[1]?.trouble?.tries ?? 0).toBeGreaterThan(0);
  await pipeline.stop();
  expect(seen.saved).toEqual([]);
  expect(seen.freed.every((position) => position === 0)).toBe(true);
});
