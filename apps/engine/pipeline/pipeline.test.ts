import { expect, it } from 'vitest';

import type { DetectResult, Detector } from '#libs/detect';
import { ManualClock, newFields, type Alert, type AlertChange, type Event } from '#libs/model';
import { compile } from '#libs/sigma';
import type { EventWriter } from '#libs/store';

import type { BodySource, SpooledBatch } from './body-source.ts';
import { Pipeline, type PipelineParts, type Raised } from './pipeline.ts';

type Looked = ReturnType<Detector['begin']>;

const NOTHING: DetectResult = { changes: [], recoveries: [], matched: new Map() };

function change(id: string): AlertChange {
  return { kind: 'raised', alert: { id } as Alert };
}

/** Batches of ten bytes up to `end`, of `EVENTS` each, as the spool would give them. */
function source(end: number, decoded: number[]): PipelineParts['source'] {
  const spooledAt = (from: number): Promise<SpooledBatch | undefined> =>
    Promise.resolve(from < end ? { from, to: from + 10, received: from, bodies: [] } : undefined);
  const decode: BodySource['decode'] = ({ from }, visit) => {
    decoded.push(from);
    for (let n = 0; n < EVENTS; n++) visit(eventOf(`${from} ${n}`));
    return [];
  };
  return { spooledAt, decode, setAside: () => Promise.resolve() };
}

const EVENTS = 150;

function eventOf(id: string): Event {
  return { id, time: 0, received: 0, fields: newFields() };
}

interface FakeWriter {
  readonly appended: number[];
  readonly events: string[];
  /** Ends of batches that can not be written now. */
  readonly refused: Set<number>;
}

function writer({ appended, events, refused }: FakeWriter): EventWriter {
  return {
    appendEach: (to: number, feed: (take: (event: Event) => void) => void) => {
      feed(({ id }) => {
        if (refused.has(to)) throw new Error('disk full');
        events.push(id);
      });
      appended.push(to - 10);
    },
    checkpoint: () => (appended.at(-1) ?? -10) + 10,
    position: () => -1,
    close: () => undefined,
  } as unknown as EventWriter;
}

/** A detector that raises one alert per batch and remembers what it was given. */
function detector(taken: number[], rules: { set: Looked['ruleSet'] }) {
  return {
    begin: (): Looked => ({ ruleSet: rules.set, matches: [], matched: new Map() }),
    look: (event: Event, { matches }: Looked) => {
      matches.push({ rule: 'any', event });
    },
    isCurrent: ({ ruleSet }: Looked) => ruleSet === rules.set,
    settle: ({ matches }: Looked): Promise<DetectResult> => {
      expect(matches).toHaveLength(EVENTS);
      const from = Number(matches[0]?.event.id.split(' ')[0]);
      taken.push(from);
      return Promise.resolve({ ...NOTHING, changes: [change(`alert ${from}`)] });
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
  const rules = { set: compile([]) };
  const seen = {
    decoded: [] as number[],
    appended: [] as number[],
    events: [] as string[],
    refused: new Set<number>(),
    taken: [] as number[],
    saved: [] as Saved[],
    freed: [] as number[],
    noted: [] as number[],
    forgotten: [] as number[],
  };
  const pipeline = new Pipeline(
    {
      source: source(end, seen.decoded),
      writer: writer(seen),
      detect: detector(seen.taken, rules),
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
  return { pipeline, seen, rules };
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
  expect(seen.events).toHaveLength(3 * EVENTS);
  expect(seen.decoded).toEqual([0, 10, 20]);
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

it('goes on with detection while the index can not be written, which then takes every event', async () => {
  const { pipeline, seen } = pipelineOver(30, () => Promise.resolve());
  seen.refused.add(10);
  pipeline.start();
  await expect.poll(() => pipeline.states()[0]?.trouble?.reason).toBe('disk full');
  await expect.poll(() => pipeline.states()[1]?.position).toBe(30);
  expect(seen.events).toEqual([]);
  seen.refused.clear();
  await expect.poll(() => pipeline.states()[0]?.position).toBe(30);
  await pipeline.stop();
  expect(seen.taken).toEqual([0, 10, 20]);
  expect(seen.events).toHaveLength(3 * EVENTS);
});

it('shows events again to rules that came in force while a batch waited for detection', async () => {
  const told: string[] = [];
  let away = true;
  const { pipeline, seen, rules } = pipelineOver(30, ({ changes }) => {
    if (away) return Promise.reject(new Error('documents are away'));
    told.push(...changes.map(({ alert }) => alert.id));
    return Promise.resolve();
  });
  pipeline.start();
  await expect.poll(() => pipeline.states()[0]?.position).toBe(30);
  await pipeline.between(() => {
    rules.set = compile([]);
  });
  away = false;
  await expect.poll(() => pipeline.states()[1]?.position).toBe(30);
  await pipeline.stop();
  expect(told).toEqual(['alert 0', 'alert 10', 'alert 20']);
  expect(seen.decoded).toEqual([0, 10, 20, 10, 20]);
});
