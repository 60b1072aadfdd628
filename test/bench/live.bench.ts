// `npm run bench -- live [--rate N] [--rounds N] [--screens N]`: from the reply to a sender until
// the row stands in a console's stream, and until Chromium has painted it, while other events come
// at the given rate. Every wait has an end: a row that does not come is counted, and fails the run.
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { chromium, type Page } from 'playwright-core';
import { WebSocket } from 'ws';

import type { IncidentListView, ServerFrame } from '#libs/protocol';

import {
  KEY,
  PASSWORD,
  percentile,
  print,
  sendBodies,
  startBenchProduct,
  type BenchProduct,
} from './bench-product.ts';

/** As many accounts are tried from one address: the rule on addresses raises, no other does. */
const GUESSES = 20;
const PER_BODY = 100;
const WARM_MS = 3_000;
const FRAME_GAP_MS = 300;
/** A page lets new rows in once a second (console.md R3): one that comes later comes at once. */
const SCREEN_GAP_MS = 1_100;
/** A row that has not come by then does not come. */
const WAIT_MS_MAX = 10_000;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '40' },
    screens: { type: 'string', default: '8' },
  },
});
const rate = Number(values.rate);

/** Wall clock with parts of a millisecond, the same in this process and in the browser. */
function wall(): number {
  return performance.timeOrigin + performance.now();
}

async function signIn(product: BenchProduct): Promise<string> {
  const reply = await fetch(`${product.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  });
  if (reply.status !== 200) throw new Error(`sign-in answered ${reply.status}`);
  return reply.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

interface Sight {
  /** Wall time at which the row of this address was seen; `undefined` when it did not come. */
  seen(address: string): Promise<number | undefined>;
  close(): Promise<void>;
}

function within<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, pause(WAIT_MS_MAX, undefined, { ref: false })]);
}

/** Follows the queue over the websocket as a console does. */
async function follow(product: BenchProduct, lags: number[]): Promise<Sight> {
  const cookie = await signIn(product);
  const list = await fetch(`${product.url}/api/v1/incidents?limit=1`, { headers: { cookie } });
  const { seq } = (await list.json()) as IncidentListView;
  const headers = { cookie, origin: product.url };
  const socket = new WebSocket(`${product.url.replace('http', 'ws')}/console`, { headers });
  const waiting = new Map<string, (at: number) => void>();
  socket.on('message', (raw: Buffer) => {
    const at = wall();
    const frame = JSON.parse(raw.toString()) as ServerFrame;
    if (frame.event === 'clock') lags.push(frame.data.lag);
    if (frame.event === 'resync') throw new Error('the console is asked to list anew');
    if (frame.event !== 'delta') return;
    for (const { title } of [...frame.data.add, ...frame.data.set.map(([, patch]) => patch)]) {
      for (const [address, found] of waiting) if (title?.includes(address)) found(at);
    }
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.send(JSON.stringify({ event: 'subscribe', data: { topic: 'incidents', since: seq } }));
  return {
    seen: (address) => within(new Promise<number>((found) => waiting.set(address, found))),
    close: async () => socket.close(),
  };
}

/** Resolves with the wall time of the frame after the one that put the text on the page. */
const ON_SCREEN = `(text) => new Promise((resolve) => {
  const grid = document.querySelector('[role=grid]');
  const watch = new MutationObserver(look);
  function look() {
    if (!grid.textContent.includes(text)) return;
    watch.disconnect();
    requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
  }
  watch.observe(grid, { childList: true, subtree: true, characterData: true });
  look();
})`;

async function enter(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Tài khoản').fill('admin');
  await page.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('grid').waitFor();
  // The newest on top: the row is painted wherever its severity puts it.
  await page.goto(`${url}/truc?sort=last&khung=0`);
  await page.locator('[role=row][id]').first().waitFor();
}

/** The duty queue in a real browser. */
async function watchScreen(product: BenchProduct): Promise<Sight> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
  const context = await browser.newContext({
    viewport: { width: 1366, height: 768 },
    locale: 'vi-VN',
  });
  const page = await context.newPage();
  await enter(page, product.url);
  return {
    seen: (address) => within(page.evaluate<number>(`(${ON_SCREEN})('${address}')`)),
    close: () => browser.close(),
  };
}

/** Someone guesses passwords from the address; gives the wall time of the reply. */
async function guess(product: BenchProduct, address: string): Promise<number> {
  const lines = Array.from({ length: GUESSES }, (_, n) =>
    JSON.stringify({
      '@timestamp': new Date().toISOString(),
      event: { category: ['authentication'], outcome: 'failure', dataset: 'bench' },
      source: { ip: address },
      user: { name: `${address}-${n}` },
      message: 'sign-in failed',
    }),
  );
  const reply = await fetch(`${product.url}/api/v1/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: lines.join('\n'),
  });
  await reply.arrayBuffer();
  if (reply.status !== 200) throw new Error(`ingest answered ${reply.status}`);
  return wall();
}

/** Delays of so many rows, ms; prints them and tells how many never came. */
async function measure(
  product: BenchProduct,
  sight: Sight,
  asked: {
    readonly name: string;
    readonly rounds: number;
    readonly gapMs: number;
    readonly net: number;
  },
): Promise<number> {
  const delays: number[] = [];
  for (let round = 0; round < asked.rounds; round += 1) {
    // oxlint-disable-next-line no-await-in-loop -- a pause between rows
    await pause(asked.gapMs + ((round * 37) % 100));
    const address = `198.${asked.net}.${round >> 8}.${round & 255}`;
    const seen = sight.seen(address);
    // oxlint-disable-next-line no-await-in-loop -- one row after the other
    const replied = await guess(product, address);
    // oxlint-disable-next-line no-await-in-loop -- one row after the other
    const at = await seen;
    if (at !== undefined) delays.push(at - replied);
  }
  const sorted = delays.toSorted((a, b) => a - b);
  const missed = asked.rounds - delays.length;
  print('live', `${asked.name}_rows`, asked.rounds, 'rows');
  print('live', `${asked.name}_missed`, missed, `rows in ${WAIT_MS_MAX} ms`);
  print('live', `${asked.name}_p50`, percentile(sorted, 0.5), 'ms');
  print('live', `${asked.name}_p95`, percentile(sorted, 0.95), 'ms');
  print('live', `${asked.name}_max`, sorted.at(-1) ?? 0, 'ms');
  return missed;
}

const product = await startBenchProduct();
const sights: Sight[] = [];
try {
  const lags: number[] = [];
  const stream = await follow(product, lags);
  sights.push(stream);
  await guess(product, '198.18.0.1');
  const screen = await watchScreen(product);
  sights.push(screen);
  const over = new AbortController();
  const started = performance.now();
  const load = sendBodies(product.url, {
    connections: 2,
    perBody: PER_BODY,
    until: Number.POSITIVE_INFINITY,
    rate,
    signal: over.signal,
  });
  const failed = load.then(() => Number.NaN);
  await pause(WARM_MS);
  const rounds = Number(values.rounds);
  let missed = await Promise.race([
    measure(product, stream, { name: 'reply_to_frame', rounds, gapMs: FRAME_GAP_MS, net: 51 }),
    failed,
  ]);
  missed += await Promise.race([
    measure(product, screen, {
      name: 'reply_to_screen',
      rounds: Number(values.screens),
      gapMs: SCREEN_GAP_MS,
      net: 52,
    }),
    failed,
  ]);
  over.abort();
  const bodies = (await load).length;
  print('live', 'rate_asked', rate, 'events/s');
  print('live', 'rate', (bodies * PER_BODY * 1_000) / (performance.now() - started), 'events/s');
  print('live', 'lag_max', Math.max(0, ...lags), 's');
  if (missed > 0) process.exitCode = 1;
} finally {
  await Promise.allSettled(sights.map((sight) => sight.close()));
  await product.stop();
}
