import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import type { IncidentRow } from '#libs/protocol';

import { suiteCleanUp } from '../support/clean-up.ts';
import { faultCount } from '../support/fault-count.ts';
import { startProduct, type Product } from '../support/product.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { incidentsOf, searched, sendLines, signIn, type Desk } from './desk.ts';

const cleanUp = suiteCleanUp();
const cli = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'cli', 'main.js');
/** Tries of a restore that are killed, each an entry later; the full count with the fault tests. */
const LOOK_MS = 2;
const KILLS = faultCount({ few: 4, full: 20 });
const TRIES = 3 * KILLS;
let product: Product;
let admin: Desk;
let archive: string;
let before: IncidentRow[];
let sent = 0;

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** One verb of the command line; SIGKILL as soon as `isTime` says so. */
function thapcanh(
  data: string,
  args: readonly string[],
  isTime: () => boolean = () => false,
): Promise<Run> {
  const env = { ...process.env, THAPCANH_DATA: data };
  const child = spawn(process.execPath, [cli, ...args], { env });
  let out = '';
  let err = '';
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (err += part.toString()));
  const timer = setInterval(() => isTime() && child.kill('SIGKILL'), LOOK_MS);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({ code, out, err });
    });
  });
}

/** Entries that a restore has put into a folder so far. */
function entriesIn(folder: string): number {
  const file = join(folder, 'restore.json');
  if (!existsSync(file)) return -1;
  return (JSON.parse(readFileSync(file, 'utf8')) as { entries: number }).entries;
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

async function send(round: number): Promise<void> {
  sent += await sendLines(product, guesses(round));
}

/** What of the incidents must be the same before and after. */
function told(rows: readonly IncidentRow[]): object[] {
  return rows
    .map(({ id, title, severity, status, verdict, alerts, events, first, last, assignee }) => {
      return { id, title, severity, status, verdict, alerts, events, first, last, assignee };
    })
    .toSorted((a, b) => a.id.localeCompare(b.id));
}

beforeAll(async () => {
  product = await startProduct(cleanUp);
  admin = await signIn(product);
  for (let round = 1; round <= 4; round += 1) await send(round);
  await searched(admin, 'message:vòng', sent);
  const [first] = await incidentsWhen(admin, 4);
  await admin.post(`/api/v1/incidents/${first?.id}/acknowledge`, { version: first?.version });
  await admin.post('/api/v1/keys', { kind: 'ingest', name: 'giữ lại', province: '46' });
  archive = join(tempFolder(cleanUp), 'thapcanh.backup');
  // Others go on sending while the backup is taken.
  const running = thapcanh(product.dataFolder, ['backup', archive, '--events']);
  for (let round = 100; round < 130; round += 1) await send(round);
  const run = await running;
  if (run.code !== 0) throw new Error(run.err);
  before = await incidentsOf(admin);
});

/** The incidents, once there are at least this many. */
function incidentsWhen(desk: Desk, least: number): Promise<IncidentRow[]> {
  return until(`there are ${least} incidents`, async () => {
    const rows = await incidentsOf(desk);
    return rows.length >= least ? rows : undefined;
  });
}

async function openRestored(folder: string): Promise<Desk> {
  const restored = await startProduct(onTestFinished, { dataFolder: folder });
  return signIn(restored);
}

describe('a backup taken while events come in', () => {
  it('is restored onto an empty folder, and the product goes on from there', async () => {
    const folder = tempFolder(onTestFinished);
    const run = await thapcanh(folder, ['restore', archive]);
    expect(run).toMatchObject({ code: 0 });
    const counts = JSON.parse(run.out) as { events: number; documents: number };
    expect(counts.events).toBeGreaterThanOrEqual(120);
    const restored = await startProduct(onTestFinished, { dataFolder: folder });
    const desk = await signIn(restored);
    const known = before.filter(({ assignee }) => assignee !== null);
    const now = await incidentsWhen(desk, 4);
    expect(told(now.filter(({ assignee }) => assignee !== null))).toEqual(told(known));
    expect(await searched(desk, 'message:vòng', counts.events)).toHaveLength(counts.events);
    expect(await desk.get('/api/v1/record/verify')).toMatchObject({ whole: true });
    expect(await desk.get('/api/v1/keys')).toMatchObject({ rows: [{ name: 'giữ lại' }] });
    // The same alert again is the same incident, not a second one.
    await sendLines(restored, guesses(1));
    await searched(desk, 'message:vòng', counts.events + 30);
    const again = (await incidentsOf(desk)).filter(({ entity }) => entity === '203.0.113.1');
    expect(again).toHaveLength(1);
    expect((await thapcanh(folder, ['verify'])).code).toBe(0);
  });

  it('is restored whole although every try before was killed', async () => {
    let folder = tempFolder(onTestFinished);
    let killed = 0;
    for (let tries = 0; killed < KILLS && tries < TRIES; tries += 1) {
      const cut = await thapcanh(folder, ['restore', archive], () => entriesIn(folder) >= killed);
      if (cut.code === 0) {
        // It was quicker than the kill: once more, onto another folder.
        folder = tempFolder(onTestFinished);
        continue;
      }
      killed += 1;
      const refused = await startProduct(onTestFinished, { dataFolder: folder }).then(
        () => 'started',
        (failure: Error) => failure.message,
      );
      expect(refused).toContain('not a data folder');
    }
    expect(killed).toBeGreaterThan(0);
    const last = await thapcanh(folder, ['restore', archive]);
    expect([last.code === 0 || existsSync(join(folder, 'format.json')), last.err]).toEqual([
      true,
      expect.any(String),
    ]);
    const desk = await openRestored(folder);
    expect((await incidentsWhen(desk, 4)).length).toBeGreaterThanOrEqual(4);
    expect(await desk.get('/api/v1/record/verify')).toMatchObject({ whole: true });
  });

  it('is refused by a folder that is not empty, and by one in use', async () => {
    const folder = tempFolder(onTestFinished);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const other = await thapcanh(folder, ['restore', archive]);
    expect(other).toMatchObject({ code: 1 });
    expect(other.err).toContain('is not empty');
    const inUse = await thapcanh(product.dataFolder, ['restore', archive]);
    expect(inUse).toMatchObject({ code: 1 });
    expect(inUse.err).toContain('in use');
  });

  it('with a flipped byte is refused before anything is written', async () => {
    const bytes = readFileSync(archive);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    const damaged = join(tempFolder(onTestFinished), 'damaged.backup');
    writeFileSync(damaged, bytes);
    const folder = tempFolder(onTestFinished);
    const run = await thapcanh(folder, ['restore', damaged]);
    expect(run).toMatchObject({ code: 1 });
    expect(run.err).toMatch(/damaged/);
    expect(existsSync(join(folder, 'documents.db'))).toBe(false);
    expect((await thapcanh(folder, ['verify', damaged])).code).toBe(1);
    expect((await thapcanh(folder, ['verify', archive])).code).toBe(0);
    expect((await thapcanh(folder, ['restore', archive])).code).toBe(0);
  });
});
