import { randomBytes } from 'node:crypto';

import { describe, expect, it, onTestFailed, onTestFinished } from 'vitest';

import type { AlertView } from '#libs/protocol';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startElasticsearch, type TestElasticsearch } from '../support/elasticsearch.ts';
import { isMissing } from '../support/parts.ts';
import { faultCount } from '../support/fault-count.ts';
import { startProduct, type Product, type ProductOptions } from '../support/product.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { forwardTcp, startRsyslog } from '../support/rsyslog.ts';
import { until } from '../support/until.ts';
import { every, incidentsOf, searched, sendLines, signIn } from './desk.ts';
import { Guesser, guess, stampedLine } from './guesses.ts';

/** Brute force from one address. */
const RULE = '3d254748-6d80-41b9-a458-289ac5f9a2de';
const missing = isMissing('redis') || isMissing('elasticsearch');
/** Elasticsearch starts in each file: on a busy machine that alone takes a minute. */
const TEST_MS_MAX = 300_000;

describe.skipIf(missing)('the product on Redis and Elasticsearch', { timeout: TEST_MS_MAX }, () => {
  const cleanUp = suiteCleanUp();
  let servers: Promise<readonly [TestRedis, TestElasticsearch]> | undefined;

  /** One Redis and one Elasticsearch for the file; each test has names of its own in them. */
  function serversOf(): Promise<readonly [TestRedis, TestElasticsearch]> {
    servers ??= Promise.all([startRedis(cleanUp), startElasticsearch(cleanUp)]);
    return servers;
  }

  async function startDistributed(options: ProductOptions = {}): Promise<Product> {
    const [redis, elasticsearch] = await serversOf();
    const prefix = `t${randomBytes(4).toString('hex')}`;
    return startProduct(onTestFinished, {
      ...options,
      settings: {
        cluster: { redis_prefix: prefix, elasticsearch_prefix: `${prefix}-` },
        ...options.settings,
      },
      env: { REDIS_URL: redis.url, ELASTICSEARCH_URL: elasticsearch.url, ...options.env },
    });
  }

  it('makes SEC-01 of what logger and curl send, and finds every event', async () => {
    const product = await startDistributed();
    expect(product.platform).toBe('distributed');
    const rsyslog = await startRsyslog(onTestFinished, [
      forwardTcp(product.inputs['syslog_tcp'] ?? 0),
    ]);
    const lines = Array.from({ length: 25 }, (_, n) => guess(n));
    await rsyslog.log(lines, { tag: 'sshd[4242]', priority: 'auth.info' });
    const now = Date.now();
    const stamped = lines.map((line, n) => stampedLine(line, now - 60_000 + n));
    expect(await sendLines(product, stamped)).toBe(25);
    const desk = await signIn(product);
    for (const province of ['xx', '00']) {
      const incident = await until(`${province} has an incident of 25 events`, async () =>
        (await incidentsOf(desk)).find(
          (row) => row.locality.province === province && row.events === 25,
        ),
      );
      expect(incident.rules).toContain('SEC-01');
    }
    expect((await searched(desk, 'user.name:guess-*', 50)).length).toBe(50);
    expect((await product.stop()).code).toBe(0);
  });

  it('keeps every acknowledged event once, and one alert of all, while every part is killed', async () => {
    const [redis, elasticsearch] = await serversOf();
    const product = await startDistributed();
    onTestFailed(() => console.error(product.output().slice(-6_000)));
    const guesser = new Guesser(product, 250);
    await guesser.reached(200);
    const faults: readonly (() => Promise<void>)[] = [
      async () => {
        await product.kill9();
        await product.restart();
      },
      async () => {
        await redis.kill9();
        await redis.restart();
      },
      async () => {
        await elasticsearch.kill9();
        await elasticsearch.restart();
      },
    ];
    for (let round = 0; round < faultCount({ few: 1, full: 7 }); round += 1) {
      for (const strike of faults) {
        const so = guesser.acknowledged.length;
        await strike();
        await guesser.reached(so + 200);
      }
    }
    await guesser.finish();
    const desk = await signIn(product);
    const sent = guesser.acknowledged.length;
    const inForce = async () =>
      (await every<AlertView>(desk, '/api/v1/alerts')).filter(
        ({ state, rule_id: rule }) => state === 'in_force' && rule === RULE,
      );
    const [alert] = await until(
      `one alert counts ${sent}`,
      async () => {
        const alerts = await inForce();
        return alerts.length === 1 && alerts[0]?.count === sent ? alerts : undefined;
      },
      { timeoutMs: 120_000 },
    );
    expect(alert?.count).toBe(sent);
    const found = () => searched(desk, '', sent);
    const events = await until('all events are found', found, { timeoutMs: 120_000 });
    const numbers = events.map(({ fields }) =>
      Number(/guess-(\d+)/.exec(String(fields['user.name']))?.[1]),
    );
    expect(numbers.toSorted((a, b) => a - b)).toEqual(
      guesser.acknowledged.toSorted((a, b) => a - b),
    );
    const incidents = (await incidentsOf(desk)).filter(({ rules }) => rules.includes('SEC-01'));
    expect(incidents).toHaveLength(1);
  });

  it('stops with exit 0 within ten seconds also while Redis is away', async () => {
    const [redis] = await serversOf();
    const product = await startDistributed();
    expect(await sendLines(product, [stampedLine(guess(1), Date.now())])).toBe(1);
    await redis.kill9();
    onTestFinished(() => redis.restart());
    expect((await product.stop()).code).toBe(0);
  });
});
