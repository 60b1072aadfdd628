import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import { ThreadLink } from '#libs/coordination';
import type { LogSource } from '#libs/model';
import { openCluster, type Cluster } from '#libs/platform';
import { openSpoolReader } from '#libs/spool';

import { BodySource } from '../../engine/pipeline/body-source.ts';
import { TallyPost } from '../../engine/pipeline/tally-post.ts';
import { clockOf, decoderOf } from '../../engine/pipeline/thread-parts.ts';
import type { DrainHostCalls, DrainStart, DrainState } from './cluster-calls.ts';
import { COLLECTORS } from './watermark.ts';

/** How often the collector says how far it has handed over, ms of real time. */
const SIGN_MS = 1_000;

function stateOf(source: BodySource, drainer: DrainState['drainer']): DrainState {
  const { bodies, events, masked, setAside, oddities } = source.counts;
  const decode = { bodies, events, masked, setAside, oddities: Object.fromEntries(oddities) };
  return { drainer, decode };
}

/** Tells the cluster again and again up to which receipt time everything is handed over. */
function signing(cluster: Cluster, spool: string, handed: () => number): () => Promise<void> {
  let busy: Promise<unknown> = Promise.resolve();
  let idle = true;
  const sign = (): void => {
    // One at a time: while Redis is away they would only pile up.
    if (!idle) return;
    idle = false;
    busy = cluster.roster
      .sign(COLLECTORS, spool, { handed: handed() })
      .catch(() => undefined)
      .finally(() => {
        idle = true;
      });
  };
  const timer = setInterval(sign, SIGN_MS);
  return async () => {
    clearInterval(timer);
    if (!idle) return;
    await busy;
    await cluster.roster.leave(COLLECTORS, spool).catch(() => undefined);
  };
}

async function run(port: MessagePort, start: DrainStart): Promise<void> {
  const cluster = await openCluster(start.cluster, clockOf(start.clock));
  const { clock } = cluster;
  const reader = await openSpoolReader({ folder: start.dataFolder, clock, end: start.end });
  let decoder = decoderOf(start, reader.id, start.sources);
  let handed = 0;
  const host: ThreadLink<DrainHostCalls> = new ThreadLink<DrainHostCalls>(port, {
    extend: (end: number) => reader.extend(end),
    advance: (reached: { end: number; received: number }) => {
      if (drainer.state().position >= reached.end) handed = Math.max(handed, reached.received);
    },
    sources: (sources: readonly LogSource[]) => {
      decoder = decoderOf(start, reader.id, sources);
    },
    state: () => stateOf(source, drainer.state()),
    stop: async () => {
      reader.close();
      await post.flush();
      await drainer.stop();
      await leave();
      cluster.close();
    },
  });
  const post = new TallyPost((tallies) => host.ask('tallies', tallies));
  const source = new BodySource(
    reader,
    () => decoder,
    clock,
    (tallies) => post.put(tallies),
  );
  const drainer = cluster.carriage.drainer(source, reader.id, (position) => {
    void host.ask('free', position);
  });
  const leave = signing(cluster, reader.id, () => Math.max(handed, drainer.state().received));
  drainer.start();
}

if (parentPort === null) throw new Error('this file runs as a thread');
await run(parentPort, workerData as DrainStart);
