import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { beforeAll, describe, expect, it, onTestFailed, onTestFinished } from 'vitest';

import type {
  IncidentListView,
  IncidentRow,
  IncidentView,
  KeyView,
  ListView,
  ParkedView,
  RecordCheckView,
  RecordView,
} from '#libs/protocol';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startElasticsearch } from '../support/elasticsearch.ts';
import { LiveConsole } from '../support/live-console.ts';
import { isMissing } from '../support/parts.ts';
import { startProduct, type Product } from '../support/product.ts';
import { startRedis } from '../support/redis.ts';
import { patience, until } from '../support/until.ts';
import { incidentsOf, searched, sendLines, signIn, type Desk } from './desk.ts';

const missing = isMissing('redis') || isMissing('elasticsearch');
const cleanUp = suiteCleanUp();
const cli = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'cli', 'main.js');

/** Two processes, each with every role: two engines, two servers, one cluster. */
let products: readonly [Product, Product];
let desks: readonly [Desk, Desk];
let env: Readonly<Record<string, string>>;
let elasticUrl: string;
const prefix = `t${randomBytes(4).toString('hex')}`;
/** Incidents of which the webhook was told, as often as it was. */
const taken: string[] = [];

/** A webhook that takes everything; its channel as the configuration has it. */
async function aHook(): Promise<object> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      taken.push((JSON.parse(Buffer.concat(parts).toString()) as { incident: string }).incident);
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { kind: 'webhook', name: 'hook', url: `http://127.0.0.1:${port}/` };
}

const YEAR = new Date(Date.now() + 7 * 3_600_000).getUTCFullYear();

/** Wrong passwords from one address of its own for each round: one incident. */
function guesses(round: number): object[] {
  return Array.from({ length: 30 }, (_, n) => ({
    '@timestamp': new Date(Date.now() - 60_000 + n).toISOString(),
    message: `đăng nhập sai vòng ${round} lần ${n}`,
    'event.category': ['authentication'],
    'event.outcome': 'failure',
    'source.ip': `203.0.113.${round}`,
    'user.name': `tk-${round}-${n}`,
  }));
}

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
    elasticUrl = elasticsearch.url;
    const settings = { cluster: { redis_prefix: prefix, elasticsearch_prefix: `${prefix}-` } };
    const urls = { REDIS_URL: redis.url, ELASTICSEARCH_URL: elasticsearch.url };
    const notify = { severity_min: 'critical', channels: [await aHook()] };
    const start = (): Promise<Product> =>
      startProduct(cleanUp, { settings: { ...settings, notify }, env: urls });
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

  it('are followed by a console that goes from server to server and misses nothing', async () => {
    const [first, second] = products;
    const cookie = desks[0].headers['cookie'] ?? '';
    const listed = (desk: Desk) =>
      desk.get<IncidentListView>('/api/v1/incidents?status=open&limit=1000');
    const viewer = new LiveConsole(await listed(desks[0]));
    const round = async (to: Product, n: number): Promise<void> => {
      expect(await sendLines(to, guesses(n))).toBe(30);
    };
    const level = async (desk: Desk, count: number): Promise<void> => {
      await expect
        .poll(async () => {
          const { rows } = await listed(desk);
          const known = [...viewer.rows.values()].filter(({ status }) => status !== 'closed');
          const byId = (a: IncidentRow, b: IncidentRow): number => (a.id < b.id ? -1 : 1);
          const same = isDeepStrictEqual(known.toSorted(byId), rows.toSorted(byId));
          return [rows.length >= count, same];
        }, patience)
        .toEqual([true, true]);
    };
    viewer.connect(onTestFinished, first.url, cookie);
    await round(first, 1);
    await level(desks[0], 1);
    await first.kill9();
    // What happens while it is connected to nobody.
    await round(second, 2);
    await expect.poll(async () => (await listed(desks[1])).rows.length, patience).toBe(2);
    const [row] = (await listed(desks[1])).rows;
    await desks[1].post(`/api/v1/incidents/${row?.id}/acknowledge`, { version: row?.version });
    viewer.connect(onTestFinished, second.url, cookie);
    await level(desks[1], 2);
    await round(second, 3);
    await level(desks[1], 3);
    await first.restart();
    viewer.connect(onTestFinished, first.url, cookie);
    await round(second, 4);
    await level(desks[0], 4);
    expect(viewer.resyncs).toBe(0);
    const ids = [...viewer.rows.keys()];
    expect(ids.toSorted()).toEqual(['1', '2', '3', '4'].map((n) => `SC-${YEAR}-00000${n}`));
  });

  it('lead to one notice each, whichever server the act was made on and whoever sends', async () => {
    const noticed = async (desk: Desk, round: number): Promise<string> => {
      expect(await sendLines(products[1], guesses(round))).toBe(30);
      const row = await until('the incident', async () => {
        const rows = await incidentsOf(desk);
        return rows.find(({ title, events }) => title.includes(`113.${round} `) && events === 30);
      });
      // Not severe enough by itself: a person makes it so, at this server.
      await until('it is made critical', async () => {
        const { version } = await desk.get<IncidentView>(`/api/v1/incidents/${row.id}`);
        const body = { version, severity: 'critical', text: 'thử' };
        const path = `/api/v1/incidents/${row.id}/severity`;
        return (await desk.ask(path, { method: 'POST', body })).status < 300 ? true : undefined;
      });
      await expect.poll(() => taken.includes(row.id), patience).toBe(true);
      return row.id;
    };
    const told = [await noticed(desks[0], 7), await noticed(desks[1], 8)];
    await products[0].kill9();
    told.push(await noticed(desks[1], 9));
    await products[0].restart();
    told.push(await noticed(desks[0], 10), await noticed(desks[1], 11));
    expect(taken.toSorted()).toEqual(told.toSorted());
  });

  it('hold what could not be taken, for a person of the centre to decide', async () => {
    const [desk] = desks;
    const now = new Date();
    const day = now.toISOString().slice(0, 10).replaceAll('-', '.');
    const block = async (write: boolean): Promise<void> => {
      const reply = await fetch(`${elasticUrl}/${prefix}-soc-events-${day}/_settings`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ 'index.blocks.write': write }),
      });
      expect(reply.status).toBe(200);
    };
    const parked = async () => (await desk.get<ListView<ParkedView>>('/api/v1/parked')).rows;
    const acted = async (act: string, body: object) =>
      (await desk.ask(`/api/v1/parked/${act}`, { method: 'POST', body })).body;
    await sendLines(products[0], ['mở ngày này']);
    await searched(desk, 'message:mở', 1);
    await block(true);
    await sendLines(products[0], ['một dòng không lưu được']);
    const [row] = await until('it is set aside', async () => {
      const rows = await parked();
      return rows.length > 0 ? rows : undefined;
    });
    expect(row).toMatchObject({ kind: 'event', reader: 'index', reason: 'blocked', events: 1 });
    const ids = [row?.id ?? ''];
    expect(await acted('retry', { ids })).toEqual({ done: 0 });
    expect(await acted('drop', { ids, reason: 'dòng thử' })).toEqual({ done: 1 });
    expect(await parked()).toEqual([]);
    await block(false);
    const path = '/api/v1/record?what=parked.drop';
    expect((await desk.get<ListView<RecordView>>(path)).rows).toMatchObject([
      { who: 'admin', target: ids[0], facts: { reason: 'dòng thử' } },
    ]);
  });
});
