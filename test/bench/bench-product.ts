import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

import { mixLines } from './line-mix.ts';

/** Microseconds that `JSON.parse` of one 600-byte line takes on the machine of performance.md. */
export const REFERENCE_PARSE_US = 4.8;
export const KEY = 'bench-ingest-key';
export const PASSWORD = 'Do-toc-do-thap-canh-2026';

/** The built product, on the first core alone. */
export interface BenchProduct {
  readonly url: string;
  readonly pid: number;
  readonly folder: string;
  /** Milliseconds from the start of the process to its ready line. */
  readonly readyMs: number;
  /** Figures of /metrics by `name{line}`. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  /** CPU seconds of the process so far. */
  cpuSeconds(): number;
  rssMiB(): number;
  stop(): Promise<void>;
}

/** Prints one figure as a line of JSON. */
export function print(bench: string, name: string, value: number, unit: string): void {
  const rounded = Number(value.toPrecision(4));
  process.stdout.write(`${JSON.stringify({ bench, name, value: rounded, unit })}\n`);
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0;
}

const CLOCK_TICKS = 100;

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

function rssMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}

/** Starts the product on a data folder of its own, or on one that is given and stays. */
export async function startBenchProduct(given?: string): Promise<BenchProduct> {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'thapcanh-bench-'));
  const config = join(mkdtempSync(join(tmpdir(), 'thapcanh-config-')), 'thapcanh.yaml');
  writeFileSync(
    config,
    'http: {port: 0}\ninputs: {bulk: {port: 0}, syslog_udp: {port: 0}, syslog_tcp: {port: 0}}\n',
  );
  const entry = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'standalone', 'main.js');
  // As `npm start` starts it.
  const command = [process.execPath, '--max-semi-space-size=8', entry];
  const pinned = availableParallelism() > 1 ? ['taskset', '-c', '0', ...command] : command;
  const [program = '', ...args] = pinned;
  const started = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      THAPCANH_DATA: folder,
      THAPCANH_CONFIG: config,
      THAPCANH_INGEST_KEY: KEY,
      THAPCANH_ADMIN_PASSWORD: PASSWORD,
    },
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    if (given === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for await (const text of createInterface({ input: child.stdout })) {
    const readyMs = performance.now() - started;
    const { http } = JSON.parse(text) as { http: string };
    const pid = child.pid ?? 0;
    return {
      url: http,
      pid,
      folder,
      readyMs,
      metrics: () => readMetrics(http),
      cpuSeconds: () => cpuSeconds(pid),
      rssMiB: () => rssMiB(pid),
      stop,
    };
  }
  throw new Error('the product did not start');
}

async function readMetrics(url: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const rows = text.matchAll(/^(\w+)\{line="(\w+)"\} ([\d.e+-]+)$/gm);
  return new Map([...rows].map(([, name, line, value]) => [`${name}{${line}}`, Number(value)]));
}

/** Events that the store has taken. */
export async function written(product: BenchProduct): Promise<number> {
  return (await product.metrics()).get('thapcanh_events_written{stage_checkpoint}') ?? 0;
}

/**
 * Cost of `JSON.parse` of the JSON lines of the mix on this machine now, in microseconds for each.
 */
export function parseCost(): number {
  const lines = mixLines(2_000, Date.now()).filter((line) => line.startsWith('{'));
  const started = performance.now();
  let rounds = 0;
  while (performance.now() - started < 500) {
    for (const text of lines) JSON.parse(text);
    rounds += 1;
  }
  return ((performance.now() - started) * 1_000) / (rounds * lines.length);
}

/** One in three senders speaks `_bulk`, as Beats do; the others post lines. */
const BULK_TURN = 3;

function requestOf(number: number, lines: readonly string[]): { path: string; body: string } {
  if (number % BULK_TURN !== 0) return { path: '/api/v1/ingest', body: lines.join('\n') };
  return { path: '/es/_bulk', body: `{"create":{}}\n${lines.join('\n{"create":{}}\n')}\n` };
}

/**
 * Sends bodies over so many connections until `until` (ms of performance.now) or `events` are
 * reached; times to the replies in ms.
 */
export async function sendBodies(
  url: string,
  asked: {
    readonly connections: number;
    readonly perBody: number;
    readonly until: number;
    /** Events a second over all connections; as fast as it goes when absent. */
    readonly rate?: number;
    /** Ends the sending early. */
    readonly signal?: AbortSignal;
  },
): Promise<number[]> {
  const latencies: number[] = [];
  const started = performance.now();
  let bodies = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < asked.until && asked.signal?.aborted !== true) {
      const number = bodies;
      bodies += 1;
      if (asked.rate !== undefined) {
        const due = started + (number * asked.perBody * 1_000) / asked.rate;
        const wait = due - performance.now();
        if (wait > 0) await pause(wait);
      }
      const now = Date.now();
      const { path, body } = requestOf(number, mixLines(asked.perBody, now));
      const sentAt = performance.now();
      const reply = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { authorization: `ApiKey ${KEY}` },
        body,
      });
      await reply.arrayBuffer();
      if (reply.status !== 200) throw new Error(`ingest answered ${reply.status}`);
      latencies.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: asked.connections }, work));
  return latencies;
}
