import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { afterEach, beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import type { AlertView } from '#libs/protocol';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startElasticsearch, type TestElasticsearch } from '../support/elasticsearch.ts';
import { faultCount } from '../support/fault-count.ts';
import { isMissing } from '../support/parts.ts';
import { startProduct, type Product, type ProductOptions } from '../support/product.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';
import { every, incidentsOf, searched, sendLines, signIn } from './desk.ts';
import { Guesser, guess, stampedLine } from './guesses.ts';

/** Brute force from one address. */
const RULE = '3d254748-6d80-41b9-a458-289ac5f9a2de';
const missing = isMissing('redis') || isMissing('elasticsearch');
const TEST_MS_MAX = 600_000;
const SETUP_MS_MAX = 300_000;
const patient = { timeoutMs: 240_000, everyMs: 250 } as const;
const SEED = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000);

type Role = 'collector' | 'engine' | 'server';

/** Roles as processes of their own under a load that never ends; parts of it die by turns. */
interface Cluster {
  readonly redis: TestRedis;
  readonly elasticsearch: TestElasticsearch;
  readonly roles: Readonly<Record<Role, Product>>;
  /** Between Redis and the collector, and between Redis and the first engine. */
  readonly cables: Readonly<Record<'collector' | 'engine', TcpProxy>>;
  readonly guesser: Guesser;
  start(role: Role, port: number, options?: ProductOptions): Promise<Product>;
}

async function startCluster(cleanUp: ReturnType<typeof suiteCleanUp>): Promise<Cluster> {
  const servers = [startRedis(cleanUp), startElasticsearch(cleanUp)] as const;
  const [redis, elasticsearch] = await Promise.all(servers);
  const prefix = `t${randomBytes(4).toString('hex')}`;
  const cables = {
    collector: await startTcpProxy(cleanUp, redis.port),
    engine: await startTcpProxy(cleanUp, redis.port),
  };
  const start = (role: Role, port: number, { env = {}, settings = {} }: ProductOptions = {}) =>
    startProduct(cleanUp, {
      args: ['--role', role],
      settings: {
        cluster: { redis_prefix: prefix, elasticsearch_prefix: `${prefix}-` },
        ...settings,
      },
      env: { REDIS_URL: `redis://127.0.0.1:${port}`, ELASTICSEARCH_URL: elasticsearch.url, ...env },
    });
  const collector = await start('collector', cables.collector.port, {
    settings: { spool: { bytes_max: 400_000, segment_bytes: 100_000 } },
  });
  const [engine, server] = await Promise.all([
    start('engine', cables.engine.port),
    start('server', redis.port),
    start('engine', redis.port),
  ]);
  const guesser = new Guesser(collector, 250);
  await guesser.reached(80);
  const roles = { collector, engine, server };
  return { redis, elasticsearch, roles, cables, guesser, start };
}

/** Numbers in the same order for the same seed. */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  return list
    .map((item, at) => ({ item, order: Math.sin(seed * 7.3 + at * 91.7) }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

describe.skipIf(missing)(
  'collector, engines and server, while parts fail',
  { timeout: TEST_MS_MAX },
  () => {
    const cleanUp = suiteCleanUp();
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster(cleanUp);
    }, SETUP_MS_MAX);

    /** All that was acknowledged is stored, each once, and one alert counts it. */
    async function settled(): Promise<void> {
      const { guesser, roles } = cluster;
      await guesser.rest();
      const sent = guesser.acknowledged.length;
      const desk = await until('somebody can sign in', () => signIn(roles.server), patient);
      const inForce = async () =>
        (await every<AlertView>(desk, '/api/v1/alerts')).filter(
          ({ state, rule_id: rule }) => state === 'in_force' && rule === RULE,
        );
      await until(
        `one alert counts ${sent}`,
        async () => {
          const counts = (await inForce()).map(({ count }) => count);
          if (!counts.includes(sent)) throw new Error(`alerts count ${counts.join(', ')}`);
          return true;
        },
        patient,
      );
      expect(await inForce()).toHaveLength(1);
      const query = 'user.name:guess-*';
      const events = await until('all is found', () => searched(desk, query, sent), patient);
      const numbers = events.map(({ fields }) =>
        Number(/guess-(\d+)/.exec(String(fields['user.name']))?.[1]),
      );
      expect(numbers.toSorted((a, b) => a - b)).toEqual(
        guesser.acknowledged.toSorted((a, b) => a - b),
      );
      const incidents = (await incidentsOf(desk)).filter(({ rules }) => rules.includes('SEC-01'));
      expect(incidents).toHaveLength(1);
      guesser.goOn();
    }

    afterEach(({ task }) => {
      if (task.result?.state !== 'fail') return;
      console.error(task.result.errors);
      const { roles } = cluster;
      for (const [role, product] of Object.entries(roles)) {
        console.error(role, product.output().slice(-3_000));
      }
    });

    it(`lose nothing when each of them is killed (seed ${SEED})`, async () => {
      const { guesser, roles } = cluster;
      for (let round = 0; round < faultCount({ few: 3, full: 20 }); round += 1) {
        const restarts: Promise<void>[] = [];
        for (const role of shuffled(['collector', 'engine', 'server'] as const, SEED + round)) {
          await pause(Math.abs(Math.sin(SEED + round * 3)) * 600);
          await roles[role].kill9();
          restarts.push(roles[role].restart());
        }
        await Promise.all(restarts);
        await guesser.reached(guesser.acknowledged.length + 120);
      }
      await settled();
    });

    it('lose nothing when the network between an engine and Redis is cut, and comes back', async () => {
      const { guesser, cables } = cluster;
      // Longer than a lease: what it owned is another's when it comes back.
      for (let cut = 0; cut < faultCount({ few: 1, full: 5 }); cut += 1) {
        cables.engine.cut();
        await pause(7_000);
        cables.engine.heal();
        await guesser.reached(guesser.acknowledged.length + 120);
      }
      await settled();
    });

    it('lose nothing when Redis cannot be reached: the spool grows to its limit, senders wait, all of it is drained later', async () => {
      const { guesser, redis, roles } = cluster;
      redis.signal('SIGSTOP');
      const spool = async () => (await figuresOf(roles.collector)).get('state spool');
      await until(
        'the spool is full',
        async () => ((await spool()) ?? 1) < 1 || undefined,
        patient,
      );
      await pause(faultCount({ few: 1_000, full: 120_000 }));
      const held = guesser.acknowledged.length;
      redis.signal('SIGCONT');
      await guesser.reached(held + 200);
      await settled();
    });

    it('lose nothing when Elasticsearch stands still', async () => {
      const { guesser, elasticsearch } = cluster;
      elasticsearch.signal('SIGSTOP');
      await pause(faultCount({ few: 4_000, full: 60_000 }));
      elasticsearch.signal('SIGCONT');
      const { engine, collector } = cluster.roles;
      const written = await until(
        'the engine tells of its writing',
        async () => {
          const figures = await figuresOf(engine);
          const stored = figures.get('bulk_events_stored_total store_bulk') ?? 0;
          return stored > 0 ? figures : undefined;
        },
        patient,
      );
      expect(written.get('bulk_request_ms_mean store_bulk')).toBeGreaterThan(0);
      expect([...written.keys()]).toContain('batches_waiting_index stage_shards');
      const handed = await figuresOf(collector);
      expect(handed.get('redis_memory_bytes stage_handover')).toBeGreaterThan(0);
      expect([...handed.keys()]).toContain('undrained_bytes stage_handover');
      await guesser.reached(guesser.acknowledged.length + 120);
      await settled();
    });

    it('stamp receipt by the time of Redis where the clock of a host is seven hours off, and say so', async () => {
      const { redis, roles } = cluster;
      const preload = join(import.meta.dirname, '..', 'support', 'skewed-clock.mjs');
      const skewed = await cluster.start('collector', redis.port, {
        env: { NODE_OPTIONS: `--import=${preload}`, TEST_CLOCK_OFF_MS: String(7 * 3_600_000) },
      });
      onTestFailed(() => console.error(skewed.output().slice(-3_000)));
      const before = Date.now();
      const line = stampedLine(guess(0).replace('guess-0', 'late-guest'), before);
      expect(await sendLines(skewed, [line])).toBe(1);
      const figures = await figuresOf(skewed);
      expect(figures.get('state clock')).toBeLessThan(1);
      expect(figures.get('clock_off_seconds clock')).toBeGreaterThan(25_100);
      const desk = await signIn(roles.server);
      const [event] = await until(
        'it is found',
        () => searched(desk, 'user.name:late-guest', 1),
        patient,
      );
      const received = Date.parse(event?.received ?? '');
      expect(Math.abs(received - before)).toBeLessThan(120_000);
      await skewed.stop();
    });
  },
);

/** What a role says of itself, `figure line` → value. */
async function figuresOf({ url }: Product): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const found = text.matchAll(/^thapcanh_(\w+)\{line="(\w+)"\} (\S+)$/gm);
  return new Map([...found].map(([, name, line, value]) => [`${name} ${line}`, Number(value)]));
}
