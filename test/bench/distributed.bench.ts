// Bench `distributed` (bars: Node side 18 k events/s per core with a store that accepts everything,
// under 200 B of Redis memory per queued event with both readers behind, 0.9 x a bare loader with
// the real Elasticsearch). Collector and engine run in this process one after the other, so that
// each has its CPU time to itself; Redis is a real one, as durable as the product asks for.
// Options: --events N (60000), --no-elasticsearch.
import { join } from 'node:path';

import { createRoutes, DEFAULT_CORRELATE_LIMITS } from '#libs/correlate';
import { createDetector } from '#libs/detect';
import type { BatchSource } from '#libs/handover';
import { SystemClock, type Batch, type Body } from '#libs/model';
import { createRegister, normalizeSettings } from '#libs/normalize';
import { openCluster, type Cluster } from '#libs/platform';
import { compile } from '#libs/sigma';

import { BodyDecoder } from '../../apps/collector/pipeline/decode-body.ts';
import { RuleCatalog } from '../../apps/engine/rules/rule-catalog.ts';
import { ShardPost } from '../../apps/engine/shards/shard-post.ts';
import { redisMemory } from '../../libs/handover/redis/index.ts';
import { startRedis } from '../support/redis.ts';
import { parseCost, print, REFERENCE_PARSE_US } from './bench-product.ts';
import { elasticFigures } from './distributed-elastic.ts';
import { mixLines } from './line-mix.ts';

const BODY_LINES = 500;
/** Batches of a reader under way at once, as in the product. */
const CONCURRENCY = 4;
/** What the other part says of the store that accepts everything. */
const INDEX_CPU = 'index, Node CPU with a store that accepts everything';
const RATIO = 'index against the bare loader';
/** performance.md, section 10. */
const NODE_SIDE_BAR = 18_000;
const QUEUED_BYTES_BAR = 200;
const RATIO_BAR = 0.9;
/** Events that go through all of it before anything is measured: code is compiled by then. */
const WARM_EVENTS = 10_000;
const root = join(import.meta.dirname, '..', '..');

const say = (name: string, value: number, unit: string): void =>
  print('distributed', name, value, unit);

/** A figure with the bar that it is held to. */
function sayAgainst(figure: Parameters<typeof say>, bar: number, met: boolean): void {
  const [name, value, unit] = figure;
  const rounded = Number(value.toPrecision(4));
  const line = { bench: 'distributed', name, value: rounded, unit, bar, met };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

interface Spooled {
  readonly source: BatchSource;
  readonly end: number;
}

/** Bodies as the spool gives them, decoded when asked for, as the collector does it. */
function spooled(events: number): Spooled {
  const now = Date.now();
  const register = createRegister([], []);
  const decoder = new BodyDecoder(
    normalizeSettings({ spoolId: 'bench', maskKey: Buffer.alloc(32, 7), register }),
  );
  const bodies = Array.from({ length: Math.ceil(events / BODY_LINES) }, () =>
    Buffer.from(`${mixLines(BODY_LINES, now).join('\n')}\n`),
  );
  const forever = new Promise<undefined>(() => undefined);
  const batchAt = (from: number): Promise<Batch | undefined> => {
    const bytes = bodies[from];
    if (bytes === undefined) return forever;
    const header = {
      input: 'http',
      format: 'ndjson',
      received: now,
      encoding: 'identity',
    } as const;
    const body: Body = { header, bytes, position: from };
    return Promise.resolve({ ...decoder.decode(body, from + 1).batch, from, to: from + 1 });
  };
  return { source: { batchAt }, end: bodies.length };
}

/** CPU time of this process while the work runs, and wall time, in microseconds. */
async function measured(work: () => Promise<void>): Promise<{ cpu: number; wall: number }> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  await work();
  const used = process.cpuUsage(cpu);
  return { cpu: used.user + used.system, wall: (performance.now() - wall) * 1_000 };
}

async function drain(cluster: Cluster, { source, end }: Spooled): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const drainer = cluster.carriage.drainer(source, 'bench', (position) => {
    if (position === end) resolve();
  });
  drainer.start();
  await promise;
  await drainer.stop();
}

/** Reads everything there is under one name. */
async function readAll(
  cluster: Cluster,
  reader: 'index' | 'detect',
  take: (batch: Batch) => Promise<void>,
  events: number,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let seen = 0;
  const reading = cluster.carriage.handover(CONCURRENCY).read(reader, async (batch) => {
    await take(batch);
    seen += batch.events.length;
    if (seen >= events) resolve();
  });
  await promise;
  await reading.stop();
}

/** The same code once over, so that what is measured is not its compilation. */
async function warmUp(cluster: Cluster): Promise<void> {
  const bodies = spooled(WARM_EVENTS);
  const events = bodies.end * BODY_LINES;
  await drain(cluster, bodies);
  for (const reader of ['index', 'detect'] as const) {
    await readAll(cluster, reader, () => Promise.resolve(), events);
  }
}

/** CPU of everything but the indexing itself, us per event. */
async function redisFigures(cluster: Cluster, events: number): Promise<number> {
  const redis = cluster.link.connect('patient');
  const bodies = spooled(events);
  const { source, end } = bodies;
  const decoded = await measured(async () => {
    for (let at = 0; at < end; at += 1) await source.batchAt(at);
  });
  const before = (await redisMemory(redis)).used;
  const drained = await measured(() => drain(cluster, bodies));
  const { used } = await redisMemory(redis);
  const each = (cpu: number): number => cpu / events;
  say('collector: decode, normalize, mask', each(decoded.cpu), 'us/event');
  say('collector: all, into Redis', each(drained.cpu), 'us/event');
  const queued = (used - before) / events;
  const memory = 'Redis memory per queued event, both readers behind';
  sayAgainst([memory, queued, 'bytes'], QUEUED_BYTES_BAR, queued < QUEUED_BYTES_BAR);
  const indexed = await measured(() => readAll(cluster, 'index', () => Promise.resolve(), events));
  say('reader index, a store that costs nothing', each(indexed.cpu), 'us/event');
  const catalog = new RuleCatalog([join(root, 'rules')], root);
  const loaded = await catalog.load();
  if (!loaded.loaded) throw new Error(loaded.problems.join('\n'));
  const ruleSet = compile(catalog.bundle.sources, catalog.bundle.options);
  say('parts of the rule set', createRoutes(ruleSet).parts.size, 'parts');
  const post = new ShardPost(cluster.work, ruleSet, DEFAULT_CORRELATE_LIMITS);
  const detector = createDetector(ruleSet, post);
  let turn: Promise<unknown> = Promise.resolve();
  const detect = (batch: Batch): Promise<void> => {
    const taken = turn.then(() => detector.take(batch));
    turn = taken;
    return taken.then(() => undefined);
  };
  const detected = await measured(() => readAll(cluster, 'detect', detect, events));
  say('reader detect, matches into shards', each(detected.cpu), 'us/event');
  return each(drained.cpu) + each(indexed.cpu) + each(detected.cpu);
}

/** Prints what all of it costs on the Node side, Elasticsearch's client included. */
function sayTotal(total: number): void {
  say('Node side, all together', total, 'us/event');
  say('Node side per core', 1_000_000 / total, 'events/s');
  const parse = parseCost();
  say('json_parse', parse, 'us/event');
  const scaled = (1_000_000 / total) * (parse / REFERENCE_PARSE_US);
  const name = 'Node side per core, scaled to the reference machine';
  sayAgainst([name, scaled, 'events/s'], NODE_SIDE_BAR, scaled >= NODE_SIDE_BAR);
}

const args = process.argv.slice(2);
const at = args.indexOf('--events');
const events = at === -1 ? 60_000 : Number(args[at + 1]);
const undos: (() => Promise<void> | void)[] = [];
try {
  const server = await startRedis((undo) => undos.push(undo));
  const settings = { redisUrl: server.url, prefix: 'bench' };
  const warm = await openCluster({ ...settings, prefix: 'warm' }, new SystemClock());
  await warmUp(warm);
  warm.close();
  const cluster = await openCluster(settings, new SystemClock());
  const carried = await redisFigures(cluster, events);
  cluster.close();
  const rounds = args.includes('--no-elasticsearch') ? 0 : 2;
  await elasticFigures({ events, rounds }, (name, value, unit) => {
    if (name !== RATIO) say(name, value, unit);
    else sayAgainst([name, value, unit], RATIO_BAR, value >= RATIO_BAR);
    if (name === INDEX_CPU) sayTotal(carried + value);
  });
} finally {
  for (const undo of undos.toReversed()) await undo();
}
