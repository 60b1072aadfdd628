// Child of store-kill.test.ts: writes batches of known events into a folder until it is killed or
// all are written, and prints each position that is durable.
import { SystemClock } from '#libs/model';
import { openEventWriter } from '#libs/store';

import { BATCH_POSITIONS, killBatch } from './store-kill-events.ts';

const [folder = '', batches = '0'] = process.argv.slice(2);
const writer = openEventWriter(folder, {
  clock: new SystemClock(),
  flushEvents: 400,
  flushMs: 20,
  openDays: 2,
});

function step(): void {
  const from = Math.max(0, writer.position()) / BATCH_POSITIONS;
  for (let batch = from; batch < Number(batches); batch++) {
    writer.append(killBatch(batch));
    if (batch % 20 === 19) process.stdout.write(`durable ${writer.checkpoint()}\n`);
  }
  process.stdout.write(`durable ${writer.checkpoint()}\n`);
  const { repeats } = writer.counts();
  writer.close();
  process.stdout.write(`all written, ${repeats} repeats\n`);
}

process.stdout.write(`from ${writer.position()}\n`);
step();
