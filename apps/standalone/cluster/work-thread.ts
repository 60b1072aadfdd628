import { randomUUID } from 'node:crypto';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import { ThreadLink } from '#libs/coordination';
import { DEFAULT_CORRELATE_LIMITS } from '#libs/correlate';
import { createDetector, type Detector } from '#libs/detect';
import type { Handover } from '#libs/handover';
import type { Batch } from '#libs/model';
import { openCluster, openElastic, type Cluster } from '#libs/platform';
import { compile, compileInPieces } from '#libs/sigma';
import { collectWhenQuiet } from '#libs/telemetry';

import { clockOf } from '../../engine/pipeline/thread-parts.ts';
import type { RuleBundle } from '../../engine/rules/rule-bundle.ts';
import { ALERT_LOG, ENTRY_FORMAT, type AlertEntry } from '../../engine/shards/shard-entry.ts';
import { ShardOwners } from '../../engine/shards/shard-owners.ts';
import { ShardPost } from '../../engine/shards/shard-post.ts';
import type { WorkHostCalls, WorkStart, WorkState } from './cluster-calls.ts';
import { LinkedParked } from './linked-parked.ts';
import { ENGINES, reachedBy } from './watermark.ts';

/** Batches of one reader under way at once. */
const CONCURRENCY = 4;
const SIGN_MS = 1_000;
const SWEEP_MS = 60_000;
/** A payload without jobs for this long was left by a drainer that died. */
const SWEEP_AGE_MS = 600_000;

/** One batch after another goes through the detector; what it says is durable afterwards. */
function detecting(detector: Detector, { work }: Cluster): (batch: Batch) => Promise<void> {
  let before: Promise<unknown> = Promise.resolve();
  return (batch) => {
    const taken = before.then(async () => {
      const { recoveries } = await detector.take(batch);
      if (recoveries.length === 0) return;
      const from = 'detector';
      const entry: AlertEntry = { v: ENTRY_FORMAT, from, fence: 0, changes: [], recoveries };
      await work.append(ALERT_LOG, [entry]);
    });
    before = taken.catch(() => undefined);
    return taken;
  };
}

/** Work that is done again and again; the returned function ends it. */
function every(ms: number, work: () => Promise<unknown>): () => Promise<void> {
  let running: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    running ??= work()
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
      });
  }, ms);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

async function sweep({ lease, carriage }: Cluster): Promise<void> {
  const held = await lease.take('sweep');
  if (held === undefined) return;
  try {
    await carriage.box.sweep(SWEEP_AGE_MS);
  } finally {
    await held.release();
  }
}

async function run(port: MessagePort, start: WorkStart): Promise<void> {
  const cluster = await openCluster(start.cluster, clockOf(start.clock));
  const { clock } = cluster;
  const elastic = await openElastic(start.elastic);
  // From here on nothing is waited for until all of it stands: questions come at once.
  const host: ThreadLink<WorkHostCalls> = new ThreadLink<WorkHostCalls>(port, {
    rules: async ({ sources, options }: RuleBundle) => {
      // Batches go on between the pieces, under the old rules.
      detector.reload(await compileInPieces(sources, options, () => new Promise(setImmediate)));
      owners.reload(post.routes.parts);
    },
    state: () => state(),
    stop: () => stop(),
  });
  const { retentionDays } = start;
  const store = elastic.events({ clock, parked: new LinkedParked(host), retentionDays });
  const limits = { ...DEFAULT_CORRELATE_LIMITS, ...start.limits };
  const ruleSet = compile(start.rules.sources, start.rules.options);
  const post = new ShardPost(cluster.work, ruleSet, limits);
  const detector = createDetector(ruleSet, post);
  const engine = randomUUID();
  const owners = new ShardOwners(
    {
      log: cluster.work,
      lease: cluster.lease,
      statesUnder: (fence) => cluster.statesUnder(fence),
      limits,
      engines: async () => (await cluster.roster.present(ENGINES)).length,
      reached: () => reachedBy(cluster),
    },
    post.routes.parts,
  );
  const handover = cluster.carriage.handover(CONCURRENCY);
  const readings = [
    handover.read('index', (batch) => store.append(batch)),
    handover.read('detect', detecting(detector, cluster)),
  ];
  owners.start();
  collectWhenQuiet();
  const ends = [
    every(SIGN_MS, () =>
      cluster.roster.sign(ENGINES, engine, { shards: owners.state().shards.length }),
    ),
    every(SWEEP_MS, () => sweep(cluster)),
  ];
  const state = async (): Promise<WorkState> => {
    const { foreign: _, ...counts } = store.counts();
    return { ...(await progress(cluster, handover, detector, owners)), store: counts };
  };
  const stop = async (): Promise<void> => {
    await Promise.all(readings.map((reading) => reading.stop()));
    await owners.stop();
    await Promise.all(ends.map((end) => end()));
    await cluster.roster.leave(ENGINES, engine).catch(() => undefined);
    await store.close();
    await elastic.close();
    cluster.close();
  };
}

async function progress(
  cluster: Cluster,
  handover: Handover,
  detector: Detector,
  owners: ShardOwners,
): Promise<Omit<WorkState, 'store'>> {
  const { box } = cluster.carriage;
  const [index, detect, reached] = await Promise.all([
    box.waiting('index'),
    box.waiting('detect'),
    reachedBy(cluster),
  ]);
  const counts = detector.counts();
  const { shards, trouble = cluster.link.trouble } = owners.state();
  return {
    readers: handover.states(),
    detected: counts.events,
    rules: Object.fromEntries(counts.rules),
    held: Object.fromEntries(counts.held),
    shards,
    waiting: { index, detect },
    ...(reached === undefined ? {} : { reached }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

if (parentPort === null) throw new Error('this file runs as a thread');
await run(parentPort, workerData as WorkStart);
