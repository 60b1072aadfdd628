import { randomBytes } from 'node:crypto';

import { describe, expect, it, onTestFailed, onTestFinished } from 'vitest';

import type { AlertView } from '#libs/protocol';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startElasticsearch } from '../support/elasticsearch.ts';
import { isMissing } from '../support/parts.ts';
import { startProduct, type Product } from '../support/product.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { every, incidentsOf, searched, signIn, type Desk } from './desk.ts';
import { Guesser } from './guesses.ts';

/** Brute force from one address. */
const RULE = '3d254748-6d80-41b9-a458-289ac5f9a2de';
const missing = isMissing('redis') || isMissing('elasticsearch');

type StartRole = (role: 'collector' | 'engine' | 'server') => Promise<Product>;

async function inForce(desk: Desk): Promise<AlertView[]> {
  const alerts = await every<AlertView>(desk, '/api/v1/alerts');
  return alerts.filter(({ state, rule_id: rule }) => state === 'in_force' && rule === RULE);
}

/** Elasticsearch starts in each file: on a busy machine that alone takes a minute. */
const TEST_MS_MAX = 300_000;

describe.skipIf(missing)(
  'collector, engines and servers as processes of their own',
  { timeout: TEST_MS_MAX },
  () => {
    const cleanUp = suiteCleanUp();

    async function cluster(): Promise<StartRole> {
      const [redis, elasticsearch] = await Promise.all([
        startRedis(cleanUp),
        startElasticsearch(cleanUp),
      ]);
      const prefix = `t${randomBytes(4).toString('hex')}`;
      return async (role) => {
        const product = await startProduct(onTestFinished, {
          args: ['--role', role],
          settings: { cluster: { redis_prefix: prefix, elasticsearch_prefix: `${prefix}-` } },
          env: { REDIS_URL: redis.url, ELASTICSEARCH_URL: elasticsearch.url },
        });
        onTestFailed(() => console.error(role, product.output().slice(-4_000)));
        return product;
      };
    }

    it('show on every server what one collector took in, though the engine at work is killed', async () => {
      const start = await cluster();
      const [collector, engine, first] = [
        await start('collector'),
        await start('engine'),
        await start('server'),
      ];
      const [other, second] = [await start('engine'), await start('server')];
      expect(Object.keys(engine.inputs)).toEqual([]);
      expect(Object.keys(collector.inputs)).toContain('syslog_tcp');
      expect((await fetch(new URL('/api/v1/incidents', collector.url))).status).toBe(404);

      const guesser = new Guesser(collector, 250);
      await guesser.reached(120);
      const desks = [await signIn(first), await signIn(second)] as const;
      for (const desk of desks) {
        await until('the incident shows', async () => (await incidentsOf(desk))[0], {
          timeoutMs: 120_000,
        });
      }
      await engine.kill9();
      await guesser.reached(guesser.acknowledged.length + 200);
      await guesser.finish();
      const sent = guesser.acknowledged.length;
      for (const desk of desks) {
        await until(
          `one alert counts ${sent}`,
          async () => {
            const counts = (await inForce(desk)).map(({ count }) => count);
            return counts.length === 1 && counts[0] === sent ? true : undefined;
          },
          { timeoutMs: 120_000, everyMs: 500 },
        );
        await until('the incident has all events', async () =>
          (await incidentsOf(desk)).find(({ events }) => events === sent),
        );
      }
      const found = () => searched(desks[1], '', sent);
      const events = await until('all events are found', found, { timeoutMs: 120_000 });
      expect(events).toHaveLength(sent);
      expect((await other.stop()).code).toBe(0);
    });
  },
);
