// `npm run bench -- start [--events N] [--days N]`: a data folder is filled, then the product is
// started on it and left alone for a minute. The bar speaks of five million events.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { SystemClock } from '#libs/model';
import { openEventWriter } from '#libs/store';

import { print, startBenchProduct } from './bench-product.ts';
import { batchOf } from './store-events.ts';

const DAY_MS = 86_400_000;
const BATCH = 500;
const FLUSH_BATCHES = 24;
const QUIET_MS = 60_000;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '5000000' },
    days: { type: 'string', default: '7' },
  },
});
const total = Number(values.events);
const days = Number(values.days);

/** Fills the days up to now, as the product's own writer does. */
function fill(folder: string): void {
  const writer = openEventWriter(join(folder, 'events'), { clock: new SystemClock() });
  // The events are of no spool: what this folder's own spool holds comes after them.
  const position = Math.max(0, writer.position());
  const now = Date.now();
  const timeOf = (number: number) => Math.floor(now - (1 - number / total) * days * DAY_MS);
  for (let at = 0; at < total; at += BATCH) {
    const batch = batchOf(at, Math.min(BATCH, total - at), now, timeOf);
    writer.append({ ...batch, from: position, to: position });
    if ((at / BATCH) % FLUSH_BATCHES === FLUSH_BATCHES - 1) writer.flush();
  }
  writer.checkpoint();
  writer.close();
}

const folder = mkdtempSync(join(tmpdir(), 'thapcanh-bench-'));
try {
  // A first start makes the folder what the product expects.
  await (await startBenchProduct(folder)).stop();
  fill(folder);
  const product = await startBenchProduct(folder);
  print('start', 'events', total, 'events');
  print('start', 'ready', product.readyMs, 'ms');
  print('start', 'rss_at_ready', product.rssMiB(), 'MiB');
  await pause(QUIET_MS);
  print('start', 'rss_after_60_s', product.rssMiB(), 'MiB');
  await product.stop();
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
