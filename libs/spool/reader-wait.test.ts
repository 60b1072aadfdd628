import { getEventListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { ManualClock } from '#libs/model';

import { openSpool, openSpoolReader, type SpoolReader } from './index.ts';

async function reader(): Promise<SpoolReader> {
  const folder = await mkdtemp(join(tmpdir(), 'thapcanh-spool-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const clock = new ManualClock(0);
  await (await openSpool({ folder, clock, limits: { reserve_bytes: 0 } })).close();
  return openSpoolReader({ folder, clock, end: 0 });
}

it('waiting leaves nothing behind on the signal, however often and however it ends', async () => {
  const subject = await reader();
  const stop = new AbortController();
  const listeners = () => getEventListeners(stop.signal, 'abort').length;
  for (let end = 1; end <= 200; end += 1) {
    const waits = [subject.wait(end - 1, stop.signal), subject.wait(end - 1, stop.signal)];
    subject.extend(end);
    expect(await Promise.all(waits)).toEqual(['more', 'more']);
  }
  expect(listeners()).toBe(0);
  const aborted = subject.wait(200, stop.signal);
  expect(listeners()).toBe(1);
  stop.abort();
  expect(await aborted).toBe('ended');
  expect(listeners()).toBe(0);

  const another = new AbortController();
  const closed = subject.wait(200, another.signal);
  subject.close();
  expect(await closed).toBe('ended');
  expect(getEventListeners(another.signal, 'abort')).toHaveLength(0);
});
