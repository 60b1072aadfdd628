import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { beforeAll, describe, expect, it, onTestFailed } from 'vitest';

import type { KeyView, ListView, RecordCheckView } from '#libs/protocol';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startElasticsearch } from '../support/elasticsearch.ts';
import { isMissing } from '../support/parts.ts';
import { startProduct, type Product } from '../support/product.ts';
import { startRedis } from '../support/redis.ts';
import { patience } from '../support/until.ts';
import { signIn, type Desk } from './desk.ts';

const missing = isMissing('redis') || isMissing('elasticsearch');
const cleanUp = suiteCleanUp();
const cli = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'cli', 'main.js');

/** Two processes, each with every role: two engines, two servers, one cluster. */
let products: readonly [Product, Product];
let desks: readonly [Desk, Desk];
let env: Readonly<Record<string, string>>;

/** Runs a verb of the command line on the cluster and says how it ended. */
function thapcanh(...args: string[]): Promise<{ code: number; text: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; text: string }>();
  execFile(process.execPath, [cli, ...args], { env }, (error, stdout, stderr) => {
    resolve({ code: Number(error?.code ?? 0), text: stdout + stderr });
  });
  return promise;
}

describe.skipIf(missing)('documents of two processes on one cluster', () => {
  beforeAll(async () => {
    const [redis, elasticsearch] = await Promise.all([
      startRedis(cleanUp),
      startElasticsearch(cleanUp),
    ]);
    const prefix = `t${randomBytes(4).toString('hex')}`;
    const settings = { cluster: { redis_prefix: prefix, elasticsearch_prefix: `${prefix}-` } };
    const urls = { REDIS_URL: redis.url, ELASTICSEARCH_URL: elasticsearch.url };
    const start = (): Promise<Product> => startProduct(cleanUp, { settings, env: urls });
    products = [await start(), await start()];
    desks = [await signIn(products[0]), await signIn(products[1])];
    env = { ...urls, THAPCANH_CONFIG: products[0].configFile };
  }, 300_000);

  it('keep a chain of the record each, which all can verify', async () => {
    onTestFailed(() => console.error(products[0].output().slice(-2_000)));
    for (const [at, desk] of desks.entries()) {
      await desk.post('/api/v1/keys', { kind: 'api', name: `khoá ${at}`, province: '00' });
    }
    const made = await thapcanh('key', 'create', '--locality', '46', '--kind', 'ingest');
    expect(made.code).toBe(0);
    for (const desk of desks) {
      const check = await desk.get<RecordCheckView>('/api/v1/record/verify');
      expect(check).toMatchObject({ whole: true });
      const names = check.chains.map(({ chain }) => chain.replace(/-.*/, '')).toSorted();
      expect(names).toEqual(['all', 'all', 'cli']);
      const keys = () => desk.get<ListView<KeyView>>('/api/v1/keys');
      await expect.poll(async () => (await keys()).total, patience).toBe(3);
    }
    const verified = await thapcanh('verify');
    expect(verified.code).toBe(0);
    expect(verified.text.match(/^record all-\S+: whole/gm)).toHaveLength(2);
  });
});
