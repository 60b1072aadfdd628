// `npm run bench -- console [--watch SECONDS] [--heap SECONDS]`: the built console in Chromium over
// the stand-in server with 20,000 incidents and 200 changes a second (console.md §8: 3, 12, 13).
// Long tasks are counted by the browser itself; the heap is read after a collection.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

import { type CDPSession, chromium, type Page } from 'playwright-core';

import { buildConsole } from '../browser/support/built-console.ts';
import { signIn, whole } from '../browser/support/rehearsal.ts';
import { StandInServer } from '../browser/support/stand-in-server.ts';

const INCIDENTS = 20_000;
const RATE = 200;
const KEYS = 80;
const KB = 1024;

const { values } = parseArgs({
  options: {
    watch: { type: 'string', default: '10' },
    heap: { type: 'string', default: '60' },
  },
});

function print(name: string, value: number, unit: string): void {
  const rounded = Math.round(value * 100) / 100;
  process.stdout.write(`${JSON.stringify({ bench: 'console', name, value: rounded, unit })}\n`);
}

function gzipped(path: string): number {
  return gzipSync(readFileSync(path), { level: 9 }).length / KB;
}

/** What the first page pulls in, packed as a server sends it. */
function sizes(folder: string): void {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const first = [...page.matchAll(/assets\/[^"]+\.js/g)].map(([file]) => join(folder, file));
  print(
    'first_load_js',
    first.map(gzipped).reduce((sum, size) => sum + size, 0),
    'KB gzip',
  );
  const others = readdirSync(join(folder, 'assets')).filter((file) =>
    /^(?!react).*\.js$/.test(file),
  );
  const largest = Math.max(...others.map((file) => gzipped(join(folder, 'assets', file))));
  print('largest_chunk_but_react', largest, 'KB gzip');
}

const OBSERVE = `
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longTasks.push(entry.duration);
  }).observe({ type: 'longtask' });
  window.keyEvents = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.name === 'keydown') window.keyEvents.push(entry.duration);
    }
  }).observe({ type: 'event', durationThreshold: 16 });
  undefined;
`;

async function heapMegabytes(page: Page): Promise<number> {
  await page.evaluate('gc(); gc();');
  const bytes = await page.evaluate<number>('performance.memory.usedJSHeapSize');
  return bytes / KB / KB;
}

/** Time the page's main thread itself worked, ms; other processes on the machine do not count. */
async function pageCpu(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  const names = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];
  const parts = metrics.filter(({ name }) => names.includes(name)).map(({ value }) => value);
  return parts.reduce((sum, seconds) => sum + seconds * 1000, 0);
}

async function watching(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.evaluate('window.longTasks.length = 0; undefined');
  const before = await pageCpu(session);
  await pause(Number(values.watch) * 1000);
  const tasks = await page.evaluate<number[]>('window.longTasks');
  print('cpu_watching', (await pageCpu(session)) - before, `ms in ${values.watch} s`);
  print('long_tasks_watching', tasks.length, `in ${values.watch} s`);
  print('longest_task_watching', Math.max(0, ...tasks), 'ms');
}

async function arrowKeys(page: Page): Promise<void> {
  await page.getByRole('grid').focus();
  for (let key = 0; key < KEYS; key += 1) await page.keyboard.press('ArrowDown', { delay: 15 });
  await pause(300);
  const events = await page.evaluate<number[]>('window.keyEvents');
  print('worst_key_event', Math.max(0, ...events), `ms of ${KEYS}`);
}

async function sourcesPage(page: Page, server: StandInServer): Promise<void> {
  const before = server.rowsSent;
  await page.goto(`${server.url}/nguon?phan=sources`);
  await page.locator('tbody tr').first().waitFor();
  const paint = `performance.getEntriesByName('first-contentful-paint')[0].startTime`;
  print('sources_first_paint', await page.evaluate<number>(paint), 'ms');
  print('sources_rows_fetched', server.rowsSent - before, 'rows');
}

async function run(): Promise<void> {
  const { folder, remove } = await buildConsole();
  sizes(folder);
  const server = await StandInServer.start({ console: folder, incidents: INCIDENTS, rate: RATE });
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--enable-precise-memory-info',
      '--js-flags=--expose-gc',
    ],
  });
  try {
    const context = await browser.newContext({
      viewport: { width: 1600, height: 900 },
      locale: 'vi-VN',
    });
    const page = await context.newPage();
    await signIn({ page, problems: [], requests: [] }, server);
    await page.goto(`${server.url}/truc`);
    await page.getByRole('row').nth(1).waitFor();
    print('first_row', await page.evaluate<number>('performance.now()'), 'ms');
    await whole({ page, problems: [], requests: [] }, server);
    print('all_rows', await page.evaluate<number>('performance.now()'), 'ms');
    await page.evaluate(OBSERVE);
    await pause(2_000);
    await watching(page);
    await arrowKeys(page);
    const heap = await heapMegabytes(page);
    await pause(Number(values.heap) * 1000);
    print('heap', heap, 'MB');
    print('heap_growth', (await heapMegabytes(page)) - heap, `MB in ${values.heap} s`);
    await sourcesPage(page, server);
  } finally {
    await browser.close();
    await server.close();
    await remove();
  }
}

await run();
