import { randomBytes } from 'node:crypto';

import { describe, expect, it, onTestFinished } from 'vitest';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startElasticsearch } from '../support/elasticsearch.ts';
import { isMissing } from '../support/parts.ts';
import { startProduct, type Product, type ProductOptions } from '../support/product.ts';
import { startRedis } from '../support/redis.ts';
import { forwardTcp, startRsyslog } from '../support/rsyslog.ts';
import { until } from '../support/until.ts';
import { incidentsOf, searched, sendLines, signIn } from './desk.ts';

const missing = isMissing('redis') || isMissing('elasticsearch');
const ATTACKER = '203.0.113.77';

function guess(n: number): string {
  return `Failed password for invalid user guess-${n} from ${ATTACKER} port ${1024 + n} ssh2`;
}

function stampedLine(message: string, at: number): string {
  return `<38>1 ${new Date(at).toISOString()} web-1 sshd 4242 - - ${message}`;
}

describe.skipIf(missing)('the product on Redis and Elasticsearch', () => {
  const cleanUp = suiteCleanUp();
  let servers: Promise<{ redis: string; elasticsearch: string }> | undefined;

  /** One Redis and one Elasticsearch for the file; each test has names of its own in them. */
  function serversOf(): Promise<{ redis: string; elasticsearch: string }> {
    servers ??= Promise.all([startRedis(cleanUp), startElasticsearch(cleanUp)]).then(
      ([redis, elasticsearch]) => ({ redis: redis.url, elasticsearch: elasticsearch.url }),
    );
    return servers;
  }

  async function startDistributed(options: ProductOptions = {}): Promise<Product> {
    const { redis, elasticsearch } = await serversOf();
    const prefix = `t${randomBytes(4).toString('hex')}`;
    return startProduct(onTestFinished, {
      ...options,
      settings: {
        cluster: { redis_prefix: prefix, elasticsearch_prefix: `${prefix}-` },
        ...options.settings,
      },
      env: { REDIS_URL: redis, ELASTICSEARCH_URL: elasticsearch, ...options.env },
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
});
