import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { IncidentRow } from '#libs/protocol';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startElasticsearch } from '../support/elasticsearch.ts';
import { faultCount } from '../support/fault-count.ts';
import { isMissing } from '../support/parts.ts';
import { startProduct } from '../support/product.ts';
import { startRedis } from '../support/redis.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { incidentsOf, searched, sendLines, signIn } from './desk.ts';

const missing = isMissing('redis') || isMissing('elasticsearch');
const cleanUp = suiteCleanUp();
const cli = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'cli', 'main.js');
const ROUNDS = 4;
const SENT = ROUNDS * 30;
/** How often it is looked how far a restore is, ms. */
const LOOK_MS = 2;
/** Tries of a restore that are killed, each an entry later. */
const KILLS = faultCount({ few: 2, full: 20 });

type Env = Readonly<Record<string, string>>;

interface Run {
  readonly code: number | null;
  readonly text: string;
}

/** Runs a verb of the command line and says how it ended; SIGKILL as soon as `isTime` says so. */
function thapcanh(env: Env, args: string[], isTime?: () => Promise<boolean>): Promise<Run> {
  const child = spawn(process.execPath, [cli, ...args], { env });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  child.stderr.on('data', (part: Buffer) => (text += part.toString()));
  const { promise, resolve } = Promise.withResolvers<Run>();
  child.on('close', (code) => resolve({ code, text }));
  const look = async (): Promise<void> => {
    while (child.exitCode === null && child.signalCode === null) {
      if (await isTime?.()) child.kill('SIGKILL');
      await pause(LOOK_MS);
    }
  };
  if (isTime !== undefined) void look();
  return promise;
}

/** Entries that a restore has put into the index of documents so far; -1 before it began. */
async function entriesIn(url: string, prefix: string): Promise<number> {
  const reply = await fetch(`${url}/${prefix}-soc-documents/_doc/restore:marks`);
  if (reply.status !== 200) return -1;
  const { _source: source } = (await reply.json()) as { _source: { body?: string } };
  return (JSON.parse(source.body ?? '{"entries":-1}') as { entries: number }).entries;
}

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

/** What of the incidents must be the same on every platform. */
function told(rows: readonly IncidentRow[]): object[] {
  return rows
    .map(({ id, title, severity, status, alerts, events, first, last, assignee }) => {
      return { id, title, severity, status, alerts, events, first, last, assignee };
    })
    .toSorted((a, b) => a.id.localeCompare(b.id));
}

describe.skipIf(missing)('a province that grows from one platform to the other', () => {
  it('takes everything along, though the restore is killed, and can go back', async () => {
    const [redis, elasticsearch, embedded] = await Promise.all([
      startRedis(cleanUp),
      startElasticsearch(cleanUp),
      startProduct(onTestFinished),
    ]);
    const admin = await signIn(embedded);
    for (let round = 1; round <= ROUNDS; round += 1) await sendLines(embedded, guesses(round));
    await searched(admin, 'message:vòng', SENT);
    const rows = await until('all incidents are there', async () => {
      const found = await incidentsOf(admin);
      return found.length === ROUNDS && found.every(({ events }) => events === 30)
        ? found
        : undefined;
    });
    const [first] = rows;
    await admin.post(`/api/v1/incidents/${first?.id}/acknowledge`, { version: first?.version });
    await admin.post('/api/v1/keys', { kind: 'ingest', name: 'giữ lại', province: '46' });
    const before = told(await incidentsOf(admin));
    await embedded.stop();

    const folder = tempFolder(onTestFinished);
    const archive = join(folder, 'one.backup');
    const small = { THAPCANH_DATA: embedded.dataFolder };
    expect(await thapcanh(small, ['backup', archive, '--events'])).toMatchObject({ code: 0 });

    const prefix = `t${randomBytes(4).toString('hex')}`;
    const settings = { cluster: { redis_prefix: prefix, elasticsearch_prefix: `${prefix}-` } };
    const config = join(folder, 'cluster.yaml');
    writeFileSync(config, JSON.stringify(settings));
    const urls = { REDIS_URL: redis.url, ELASTICSEARCH_URL: elasticsearch.url };
    const large = { ...urls, THAPCANH_CONFIG: config };
    let restored: Run | undefined;
    for (let kill = 0; kill < KILLS && restored?.code !== 0; kill += 1) {
      const isTime = async () => (await entriesIn(elasticsearch.url, prefix)) >= kill;
      restored = await thapcanh(large, ['restore', archive], isTime);
    }
    if (restored?.code !== 0) restored = await thapcanh(large, ['restore', archive]);
    expect([restored.code, restored.text]).toEqual([0, expect.stringContaining('"events":')]);
    const again = await thapcanh(large, ['restore', archive]);
    expect([again.code, again.text]).toEqual([1, expect.stringContaining('is not empty')]);

    const product = await startProduct(onTestFinished, { settings, env: urls });
    const desk = await signIn(product);
    expect(told(await incidentsOf(desk))).toEqual(before);
    expect(await searched(desk, 'message:vòng', SENT)).toHaveLength(SENT);
    expect(await desk.get('/api/v1/record/verify')).toMatchObject({ whole: true });
    expect(await desk.get('/api/v1/keys')).toMatchObject({ rows: [{ name: 'giữ lại' }] });

    const back = join(folder, 'two.backup');
    expect(await thapcanh(large, ['backup', back, '--events'])).toMatchObject({ code: 0 });
    const home = { THAPCANH_DATA: tempFolder(onTestFinished) };
    expect(await thapcanh(home, ['restore', back])).toMatchObject({ code: 0 });
    expect(await thapcanh(home, ['verify'])).toMatchObject({ code: 0 });
  }, 300_000);
});
