// `npm run bench -- live [--rate N] [--rounds N]`: from the reply to a sender until the row stands
// in the console's
// stream, while other events come at the given rate. The page itself paints within its next frame
// (see console.bench).
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { WebSocket } from 'ws';

import {
  KEY,
  PASSWORD,
  percentile,
  print,
  sendBodies,
  startBenchProduct,
  type BenchProduct,
} from './bench-product.ts';

const GUESSES = 20;
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '40' },
  },
});
const rate = Number(values.rate);
const rounds = Number(values.rounds);

async function signIn(product: BenchProduct): Promise<string> {
  const reply = await fetch(`${product.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  });
  return reply.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

/** Follows the queue; `seen` resolves with the time at which a row with the text came. */
async function follow(product: BenchProduct, cookie: string) {
  const list = await fetch(`${product.url}/api/v1/incidents?limit=1`, { headers: { cookie } });
  const { seq } = (await list.json()) as { seq: number };
  const headers = { cookie, origin: product.url };
  const socket = new WebSocket(`${product.url.replace('http', 'ws')}/console`, { headers });
  const waiting = new Map<string, (at: number) => void>();
  socket.on('message', (raw: Buffer) => {
    const text = raw.toString();
    for (const [needle, found] of waiting) {
      if (!text.includes(needle)) continue;
      waiting.delete(needle);
      found(performance.now());
    }
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ event: 'subscribe', data: { topic: 'incidents', since: seq } }));
  return {
    seen: (needle: string) => new Promise<number>((resolve) => waiting.set(needle, resolve)),
    close: () => socket.close(),
  };
}

async function guess(product: BenchProduct, address: string, user: string): Promise<number> {
  const lines = Array.from({ length: GUESSES }, () =>
    JSON.stringify({
      '@timestamp': new Date().toISOString(),
      event: { category: ['authentication'], outcome: 'failure', dataset: 'bench' },
      source: { ip: address },
      user: { name: user },
      message: 'sign-in failed',
    }),
  );
  const reply = await fetch(`${product.url}/api/v1/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: lines.join('\n'),
  });
  await reply.arrayBuffer();
  return performance.now();
}

const product = await startBenchProduct();
try {
  const console = await follow(product, await signIn(product));
  const load = sendBodies(product.url, {
    connections: 2,
    perBody: 100,
    until: performance.now() + 3_000 + rounds * 1_000,
    rate,
  });
  await pause(3_000);
  const delays: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // The row names the address or the account, whichever alert leads it.
    const address = `198.51.${100 + round}.77`;
    const seen = console.seen(address);
    const replied = await guess(product, address, `bench-user-${round}`);
    delays.push((await seen) - replied);
    await pause(300);
  }
  console.close();
  await load;
  const sorted = delays.toSorted((a, b) => a - b);
  print('live', 'rate', rate, 'events/s');
  print('live', 'reply_to_row_p50', percentile(sorted, 0.5), 'ms');
  print('live', 'reply_to_row_p95', percentile(sorted, 0.95), 'ms');
  print('live', 'reply_to_row_max', sorted.at(-1) ?? 0, 'ms');
} finally {
  await product.stop();
}
