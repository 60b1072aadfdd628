// `npm run bench -- start [--events N]`: a data folder is filled, then the product is started on
// it. The bar speaks of
// five million events.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { print, sendBodies, startBenchProduct, written } from './bench-product.ts';

const PER_BODY = 500;
const QUIET_MS = 60_000;
const { values } = parseArgs({
  options: { events: { type: 'string', default: '200000' } },
});
const wanted = Number(values.events);

const folder = mkdtempSync(join(tmpdir(), 'thapcanh-bench-'));
try {
  const filling = await startBenchProduct(folder);
  let sent = 0;
  while (sent < wanted) {
    const until = performance.now() + 2_000;
    const replies = await sendBodies(filling.url, { connections: 4, perBody: PER_BODY, until });
    sent += replies.length * PER_BODY;
  }
  while ((await written(filling)) < sent) await pause(500);
  await filling.stop();
  const product = await startBenchProduct(folder);
  print('start', 'events', sent, 'events');
  print('start', 'ready', product.readyMs, 'ms');
  await pause(QUIET_MS);
  print('start', 'rss_after_60_s', product.rssMiB(), 'MiB');
  await product.stop();
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
