import { join } from 'node:path';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import type { SenderTally } from '#libs/availability';
import { ThreadLink } from '#libs/coordination';
import { createCorrelator, DEFAULT_CORRELATE_LIMITS } from '#libs/correlate';
import { createDetector, type Detector } from '#libs/detect';
import { SimulatedClock, SystemClock, type Clock, type LogSource } from '#libs/model';
import { createRegister, normalizeSettings } from '#libs/normalize';
import { compile, type SigmaSource } from '#libs/sigma';
import { openSpoolReader } from '#libs/spool';
import { FileStateStore, openEventWriter, type EventWriter, type StateStore } from '#libs/store';

import { BodyDecoder } from '../../collector/pipeline/decode-body.ts';
import { BodySource } from './body-source.ts';
import { DETECT_STATE, Pipeline } from './pipeline.ts';
import { RaiseMarks } from './raise-marks.ts';
import type { ClockSettings, HostCalls, PipelineStart, PipelineState } from './pipeline-calls.ts';
import { mergeTallies } from './tallies.ts';

/** Tallies travel to the main thread at most this often. */
const TALLY_MS = 250;

function clockOf(settings: ClockSettings): Clock {
  if (settings.kind === 'system') return new SystemClock();
  return new SimulatedClock(settings.start, settings.speed, settings.origin);
}

/**
 * Rebuilds the decoder when the register changes; what is decoded later is placed by the new one.
 */
function decoderOf(start: PipelineStart, spoolId: string, sources: readonly LogSource[]) {
  return new BodyDecoder(
    normalizeSettings({
      spoolId,
      maskKey: start.maskKey,
      register: createRegister(start.localities, sources),
      zoneMinutes: start.zoneMinutes,
      timeBounds: start.timeBounds,
    }),
  );
}

async function restoredDetector(
  start: PipelineStart,
  states: StateStore,
): Promise<{ detector: Detector; detected: number }> {
  const ruleSet = compile(start.rules);
  const correlator = createCorrelator(ruleSet, { ...DEFAULT_CORRELATE_LIMITS, ...start.limits });
  const detector = createDetector(ruleSet, correlator);
  const saved = await states.load(DETECT_STATE);
  if (saved !== undefined) detector.restore(saved.snapshot);
  return { detector, detected: saved?.position ?? 0 };
}

/**
 * Gathers what bodies said about their senders, so that the main thread hears of them a few times a
 * second.
 */
class TallyPost {
  readonly #send: (tallies: readonly SenderTally[]) => Promise<void>;
  #waiting: SenderTally[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (tallies: readonly SenderTally[]) => Promise<void>) {
    this.#send = send;
  }

  put(tallies: readonly SenderTally[]): void {
    this.#waiting.push(...tallies);
    this.#timer ??= setTimeout(() => void this.flush(), TALLY_MS);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sent = this.#waiting;
    this.#waiting = [];
    if (sent.length > 0) await this.#send(mergeTallies(sent));
  }
}

async function run(port: MessagePort, start: PipelineStart): Promise<void> {
  const clock = clockOf(start.clock);
  const { dataFolder: folder, end } = start;
  const reader = await openSpoolReader({ folder, clock, end });
  let decoder = decoderOf(start, reader.id, start.sources);
  const writer = openEventWriter(join(folder, 'events'), { clock });
  const states = new FileStateStore(join(folder, 'state'));
  const { detector, detected } = await restoredDetector(start, states);
  const marks = await RaiseMarks.load(states, detected);
  const host: ThreadLink<HostCalls> = new ThreadLink<HostCalls>(port, {
    extend: (reached: number) => reader.extend(reached),
    advance: (at: { end: number; received: number }) => pipeline.advance(at.end, at.received),
    sources: (sources: readonly LogSource[]) => {
      decoder = decoderOf(start, reader.id, sources);
    },
    rules: (sources: readonly SigmaSource[]) => detector.reload(compile(sources)),
    dropBefore: (before: number) => ({ days: writer.dropBefore(before) }),
    state: () => stateOf(pipeline, source, writer, detector),
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
    ...(pipeline.trouble === undefined ? {} : { trouble: pipeline.trouble }),
  };
}

if (parentPort === null) throw new Error('this file runs as a thread');
await run(parentPort, workerData as PipelineStart);
