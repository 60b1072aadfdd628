// `npm run bench -- ingest [--seconds N] [--connections N]`: bodies of 500 events of 600 bytes
// through the HTTP doors
// into the spool, durable before the reply; the collector on one core, the load on the other.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';

const EVENTS = 500;
const EVENT_BYTES = 600;
const REFERENCE_PARSE_US = 4.8;
const BODIES = 8;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    connections: { type: 'string', default: '16' },
  },
});
const seconds = Number(values.seconds);
const connections = Number(values.connections);

function print(name: string, value: number, unit: string): void {
  const rounded = Number(value.toPrecision(4));
  process.stdout.write(`${JSON.stringify({ bench: 'ingest', name, value: rounded, unit })}\n`);
}

/** A line as a web server's log has it, always of the same size. */
function line(i: number): string {
  const event = {
    '@timestamp': new Date(1_790_000_000_000 + i * 7).toISOString(),
    host: { name: `web-${i % 34}.example.gov.vn` },
    source: { ip: `10.${i % 250}.${(i * 7) % 250}.${(i * 13) % 250}`, port: 1024 + (i % 60_000) },
    url: { path: `/dich-vu-cong/ho-so/${(i * 7919) % 1_000_000}` },
    http: { request: { method: 'POST' }, response: { status_code: i % 50 === 0 ? 502 : 200 } },
    user_agent: { original: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36' },
    message: '',
  };
  const text = JSON.stringify(event);
  return text.replace(
    '"message":""',
    `"message":"${'đ'.repeat(8)}${'x'.repeat(EVENT_BYTES - text.length - 16)}"`,
  );
}

function body(seed: number): Buffer {
  const lines = Array.from({ length: EVENTS }, (_, i) => line(seed * EVENTS + i));
  return Buffer.from(`${lines.join('\n')}\n`);
}

function bulkBody(seed: number): Buffer {
  const lines = Array.from(
    { length: EVENTS },
    (_, i) => `{"create":{}}\n${line(seed * EVENTS + i)}`,
  );
  return Buffer.from(`${lines.join('\n')}\n`);
}

function request(path: string, content: Buffer, encoding: string): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: bench',
    'user-agent: bench',
    'authorization: Bearer secret',
    ...(encoding === '' ? [] : [`content-encoding: ${encoding}`]),
    `content-length: ${content.length}`,
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n')), content]);
}

/** Sends one request after the other until the time is over; gives the time to each reply in ms. */
async function send(port: number, requests: readonly Buffer[], until: number): Promise<number[]> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  const latencies: number[] = [];
  const done = Promise.withResolvers<void>();
  let sentAt = 0;
  let count = Math.floor(Math.random() * requests.length);
  let expected = 0;
  let text = '';
  const next = () => {
    if (performance.now() > until) {
      socket.end();
      done.resolve();
      return;
    }
    text = '';
    expected = 0;
    sentAt = performance.now();
    socket.write(requests[count % requests.length] ?? Buffer.alloc(0));
    count += 1;
  };
  socket.on('data', (data) => {
    text += data.toString('latin1');
    if (expected === 0) {
      const split = text.indexOf('\r\n\r\n');
      if (split === -1) return;
      if (!text.startsWith('HTTP/1.1 200')) done.reject(new Error(text.slice(0, 300)));
      expected = split + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1]);
    }
    if (text.length < expected) return;
    latencies.push(performance.now() - sentAt);
    next();
  });
  socket.on('error', (error) => done.reject(error));
  socket.on('connect', next);
  await done.promise;
  return latencies;
}

async function collector(folder: string) {
  const entry = join(import.meta.dirname, '..', 'acceptance', 'ingest-collector.ts');
  const options = JSON.stringify({ folder, freeBehindBytes: 512 * 1_048_576 });
  const command = [process.execPath, '--conditions=source', entry, options];
  const pinned = availableParallelism() > 1 ? ['taskset', '-c', '0', ...command] : command;
  const [program = '', ...args] = pinned;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const text of createInterface({ input: child.stdout })) {
    const ready = JSON.parse(text) as { http: number; bulk: number };
    const state = async () => {
      const reply = await fetch(`http://127.0.0.1:${ready.http}/state`);
      return (await reply.json()) as { cpuMicroseconds: number; memory: { rss: number } };
    };
    return { ...ready, state, stop: () => child.kill('SIGTERM') };
  }
  throw new Error('the collector did not start');
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0;
}

/** Cost of `JSON.parse` of the same lines on this machine now, in microseconds for each. */
function parseCost(): number {
  const lines = body(0).toString().trim().split('\n');
  const started = performance.now();
  let rounds = 0;
  while (performance.now() - started < 500) {
    for (const text of lines) JSON.parse(text);
    rounds += 1;
  }
  return ((performance.now() - started) * 1000) / (rounds * lines.length);
}

const folder = mkdtempSync(join(tmpdir(), 'thapcanh-bench-'));
const running = await collector(folder);
const parse = parseCost();
print('json_parse', parse, 'us/event');
const plain = Array.from({ length: BODIES }, (_, i) => body(i));
const bulk = Array.from({ length: BODIES }, (_, i) => bulkBody(i));
const cases = [
  ['ndjson', running.http, plain.map((b) => request('/api/v1/ingest', b, ''))],
  ['bulk', running.bulk, bulk.map((b) => request('/_bulk', b, ''))],
  ['ndjson_gzip', running.http, plain.map((b) => request('/api/v1/ingest', gzipSync(b), 'gzip'))],
  ['bulk_zstd', running.bulk, bulk.map((b) => request('/_bulk', zstdCompressSync(b), 'zstd'))],
] as const;
try {
  for (const [name, port, requests] of cases) {
    await send(port, requests, performance.now() + 500);
    const before = (await running.state()).cpuMicroseconds;
    const started = performance.now();
    const all = await Promise.all(
      Array.from({ length: connections }, () => send(port, requests, started + seconds * 1000)),
    );
    const elapsed = (performance.now() - started) / 1000;
    const { cpuMicroseconds, memory } = await running.state();
    const latencies = all.flat().toSorted((a, b) => a - b);
    const events = latencies.length * EVENTS;
    print(`${name}_rate`, events / elapsed, 'events/s');
    print(`${name}_rate_scaled`, (events / elapsed) * (parse / REFERENCE_PARSE_US), 'events/s');
    print(`${name}_cpu`, (cpuMicroseconds - before) / events, 'us/event');
    print(`${name}_ack_p50`, percentile(latencies, 0.5), 'ms');
    print(`${name}_ack_p99`, percentile(latencies, 0.99), 'ms');
    print(`${name}_rss`, memory.rss / 1_048_576, 'MiB');
  }
} finally {
  running.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
