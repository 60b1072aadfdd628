import { join } from 'node:path';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import { ThreadLink } from '#libs/coordination';
import {
  createCorrelator,
  DEFAULT_CORRELATE_LIMITS,
  FileColdStore,
  type Correlator,
} from '#libs/correlate';
import { createDetector, type Detector } from '#libs/detect';
import type { LogSource } from '#libs/model';
import { compile, compileInPieces } from '#libs/sigma';
import { openSpoolReader } from '#libs/spool';
import { FileStateStore, openEventWriter, type EventWriter, type StateStore } from '#libs/store';
import { collectWhenQuiet } from '#libs/telemetry';

import type { RuleBundle } from '../rules/rule-bundle.ts';
import { BodySource } from './body-source.ts';
import { DETECT_STATE, Pipeline } from './pipeline.ts';
import { RaiseMarks } from './raise-marks.ts';
import type { HostCalls, PipelineStart, PipelineState, StandingAsk } from './pipeline-calls.ts';
import { clockOf, decoderOf } from './thread-parts.ts';
import { TallyPost } from './tally-post.ts';

async function restoredDetector(
  start: PipelineStart,
  states: StateStore,
): Promise<{ detector: Detector; correlator: Correlator; detected: number }> {
  const ruleSet = compile(start.rules.sources, start.rules.options);
  const cold = new FileColdStore(join(start.dataFolder, 'state', 'cold'));
  const limits = { ...DEFAULT_CORRELATE_LIMITS, ...start.limits };
  const correlator = createCorrelator(ruleSet, limits, cold);
  const detector = createDetector(ruleSet, correlator);
  const saved = await states.load(DETECT_STATE);
  if (saved !== undefined) detector.restore(saved.snapshot);
  return { detector, correlator, detected: saved?.position ?? 0 };
}

async function run(port: MessagePort, start: PipelineStart): Promise<void> {
  const clock = clockOf(start.clock);
  const { dataFolder: folder, end } = start;
  const reader = await openSpoolReader({ folder, clock, end });
  let decoder = decoderOf(start, reader.id, start.sources);
  const writer = openEventWriter(join(folder, 'events'), { clock });
  const states = new FileStateStore(join(folder, 'state'));
  const { detector, correlator, detected } = await restoredDetector(start, states);
  const marks = await RaiseMarks.load(states, detected);
  const host: ThreadLink<HostCalls> = new ThreadLink<HostCalls>(port, {
    extend: (reached: number) => reader.extend(reached),
    advance: (at: { end: number; received: number }) => pipeline.advance(at.end, at.received),
    sources: (sources: readonly LogSource[]) => {
      decoder = decoderOf(start, reader.id, sources);
    },
    rules: async ({ sources, options }: RuleBundle) => {
      // Batches go on between the pieces, under the old rules.
      const set = await compileInPieces(sources, options, () => new Promise(setImmediate));
      await pipeline.between(() => detector.reload(set));
    },
    dropBefore: (before: number) => ({ days: writer.dropBefore(before) }),
    state: () => ({
      ...stateOf(pipeline, source, writer, detector),
      windows: correlator.marks(),
    }),
    standing: ({ rule, ...ask }: StandingAsk) => correlator.standing(rule, ask),
    stop: async () => {
      reader.close();
      await post.flush();
      await pipeline.stop();
    },
  });
  const post = new TallyPost((tallies) => host.ask('tallies', tallies));
  const source = new BodySource(
    reader,
    () => decoder,
    clock,
    (tallies) => post.put(tallies),
    (from) => marks.after(from),
  );
  const pipeline = new Pipeline(
    { source, writer, detect: detector, states, marks, clock },
    {
      raise: (raised) => host.ask('raise', raised),
      free: (position) => void host.ask('free', position),
      park: (what) => void host.ask('park', what),
    },
    detected,
  );
  pipeline.start();
  collectWhenQuiet();
}

function stateOf(
  pipeline: Pipeline,
  source: BodySource,
  writer: EventWriter,
  detector: Detector,
): PipelineState {
  const { bodies, events, masked, setAside, oddities } = source.counts;
  const counts = detector.counts();
  return {
    readers: pipeline.states(),
    writer: writer.counts(),
    indexed: writer.position(),
    decode: { bodies, events, masked, setAside, oddities: Object.fromEntries(oddities) },
    detected: counts.events,
    rules: Object.fromEntries(counts.rules),
    held: Object.fromEntries(counts.held),
    ...(pipeline.trouble === undefined ? {} : { trouble: pipeline.trouble }),
  };
}

if (parentPort === null) throw new Error('this file runs as a thread');
await run(parentPort, workerData as PipelineStart);
