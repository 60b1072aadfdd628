// `npm run bench -- end-to-end [--seconds N] [--connections N] [--rate N]`: HTTP in, spool, decode,
// normalize, mask, all
// rules, searchable; the product on one core, the load on the other. The bar speaks of five
// minutes: --seconds 300.
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import {
  parseCost,
  percentile,
  print,
  REFERENCE_PARSE_US,
  sendBodies,
  startBenchProduct,
  written,
} from './bench-product.ts';
import { mixFigures } from './line-mix.ts';

const PER_BODY = 500;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    connections: { type: 'string', default: '4' },
    rate: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const report = (name: string, value: number, unit: string): void =>
  print('end-to-end', name, value, unit);

const product = await startBenchProduct();
try {
  const parse = parseCost();
  report('json_parse', parse, 'us/event');
  for (const [name, bytes, share] of mixFigures()) {
    report(`mix_${name}_share`, share, '%');
    report(`mix_${name}_bytes`, bytes, 'B/event');
  }
  // The first seconds compile; they are not what a day looks like.
  await sendBodies(product.url, {
    connections: 2,
    perBody: PER_BODY,
    until: performance.now() + 3_000,
  });
  let settled = -1;
  for (let now = await written(product); now !== settled; now = await written(product)) {
    settled = now;
    await pause(1_500);
  }
  const before = { events: settled, cpu: product.cpuSeconds() };
  const started = performance.now();
  const latencies = await sendBodies(product.url, {
    connections: Number(values.connections),
    perBody: PER_BODY,
    until: started + seconds * 1_000,
    ...(values.rate === undefined ? {} : { rate: Number(values.rate) }),
  });
  const events = latencies.length * PER_BODY;
  const peak = product.rssMiB();
  while ((await written(product)) - before.events < events) {
    await pause(200);
  }
  const elapsed = (performance.now() - started) / 1_000;
  const sorted = latencies.toSorted((a, b) => a - b);
  report('events', events, 'events');
  report('rate', events / elapsed, 'events/s');
  report('rate_scaled', (events / elapsed) * (parse / REFERENCE_PARSE_US), 'events/s');
  report('cpu', ((product.cpuSeconds() - before.cpu) * 1e6) / events, 'us/event');
  report('ack_p50', percentile(sorted, 0.5), 'ms');
  report('ack_p99', percentile(sorted, 0.99), 'ms');
  report('rss', peak, 'MiB');
} finally {
  await product.stop();
}
