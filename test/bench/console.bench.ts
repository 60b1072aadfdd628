// `npm run bench -- console [--watch SECONDS] [--heap SECONDS]`: the built console in Chromium over
// the stand-in server with 20,000 incidents and 200 changes a second (console.md §8: 3, 12, 13).
// Long tasks are counted twice: as the browser counts them, by the clock on the wall, and by the
// CPU
// time of the page's main thread, which other processes do not lengthen. The heap is read after a
// collection.
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
const WHEEL_TURNS = 60;
const LONG_MS = 50;
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

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** CPU time, us. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** CPU time of every task of the page's main thread while `run` went, longest first, ms. */
async function mainThreadTasks(page: Page, run: () => Promise<void>): Promise<number[]> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('the page has no browser');
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await run();
  const trace = (await browser.stopTracing()).toString();
  const { traceEvents } = JSON.parse(trace) as { traceEvents: readonly TraceEvent[] };
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return traceEvents
    .filter(({ name, pid, tid }) => name.endsWith('RunTask') && main.has(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => tdur / 1000)
    .toSorted((a, b) => b - a);
}

function printTasks(phase: string, wall: readonly number[], cpu: readonly number[]): void {
  print(`long_tasks_${phase}`, wall.length, 'tasks > 50 ms');
  print(`long_tasks_${phase}_cpu`, cpu.filter((ms) => ms > LONG_MS).length, 'tasks > 50 ms');
  print(`longest_task_${phase}`, Math.max(0, ...wall), 'ms');
  print(`longest_task_${phase}_cpu`, cpu[0] ?? 0, 'ms');
}

/** Long tasks of one phase, by the wall and by the CPU. */
async function phase(page: Page, name: string, run: () => Promise<void>): Promise<void> {
  await page.evaluate('window.longTasks.length = 0; undefined');
  const cpu = await mainThreadTasks(page, run);
  printTasks(name, await page.evaluate<number[]>('window.longTasks'), cpu);
}

async function watching(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await pageCpu(session);
  await phase(page, 'watching', () => pause(Number(values.watch) * 1000));
  print('cpu_watching', (await pageCpu(session)) - before, `ms in ${values.watch} s`);
}

/** Through the list with the wheel, a screen at a time. */
async function scrolling(page: Page): Promise<void> {
  await page.mouse.move(600, 500);
  await phase(page, 'scrolling', async () => {
    for (let turn = 0; turn < WHEEL_TURNS; turn += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one turn after the other
      await page.mouse.wheel(0, 400);
      // oxlint-disable-next-line no-await-in-loop -- one turn after the other
      await pause(50);
    }
  });
  await page.mouse.move(600, 20);
}

async function arrowKeys(page: Page): Promise<void> {
  await page.getByRole('grid').focus();
  await phase(page, 'keys', async () => {
    for (let key = 0; key < KEYS; key += 1) await page.keyboard.press('ArrowDown', { delay: 15 });
    await pause(300);
  });
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
    await scrolling(page);
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
