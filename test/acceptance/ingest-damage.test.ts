import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { until } from '../support/until.ts';
import { smallDisk, spooledRecords, startCollector, type TestCollector } from './ingest-parts.ts';

const BODIES = 30;

function post(collector: TestCollector, body: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${collector.ports.http}/api/v1/ingest`, {
    method: 'POST',
    headers: { authorization: 'Bearer secret' },
    body,
  });
}

async function fill(collector: TestCollector): Promise<string[]> {
  const texts = Array.from({ length: BODIES }, (_, i) => `body-${i} ${'x'.repeat(1000)}`);
  for (const text of texts) expect((await post(collector, text)).status).toBe(200);
  return texts;
}

async function newestSegment(folder: string): Promise<string> {
  const names = (await readdir(join(folder, 'spool'))).filter((name) => name.endsWith('.seg'));
  return join(folder, 'spool', names.toSorted().at(-1) ?? '');
}

/** What the health page counts as set aside, once it has looked. */
async function quarantined(collector: TestCollector): Promise<Record<string, number>> {
  return until('the quarantine is counted', async () => {
    const { health } = await collector.state();
    const figures = health.find(({ id }) => id === 'quarantine')?.figures ?? {};
    return (figures['quarantine_total'] ?? 0) > 0 ? figures : undefined;
  });
}

const texts = async (collector: TestCollector) =>
  (await spooledRecords(collector)).map((record) => record.text);

describe('a collector whose spool was damaged', () => {
  it('starts after a segment was cut in the middle, keeps what is whole and says what is missing', async () => {
    const collector = await startCollector(onTestFinished);
    const sent = await fill(collector);
    await collector.kill9();
    const segment = await newestSegment(collector.folder);
    await truncate(segment, Math.floor((await stat(segment)).size / 2));
    await collector.restart();
    const kept = await texts(collector);
    expect(kept.length).toBeGreaterThan(BODIES / 3);
    expect(kept).toEqual(sent.slice(0, kept.length));
    expect(await quarantined(collector)).toMatchObject({ quarantine_torn_tail: 1 });
    const { health } = await collector.state();
    expect(health.find(({ id }) => id === 'spool')?.figures['spool_missing_bytes']).toBeGreaterThan(
      0,
    );
    expect((await post(collector, 'goes on')).status).toBe(200);
    expect((await texts(collector)).at(-1)).toBe('goes on');
    await collector.kill9();
    await collector.restart();
    expect(await texts(collector)).toEqual([...kept, 'goes on']);
  });

  it('reads past a flipped byte, sets the body aside and counts it once over several starts', async () => {
    const collector = await startCollector(onTestFinished);
    const sent = await fill(collector);
    await collector.kill9();
    const segment = await newestSegment(collector.folder);
    const bytes = await readFile(segment);
    const at = bytes.indexOf('body-11 ') + 500;
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    await writeFile(segment, bytes);
    for (let start = 0; start < 3; start += 1) {
      await collector.restart();
      expect(await texts(collector)).toEqual(sent.filter((_, i) => i !== 11));
      expect(await quarantined(collector)).toMatchObject({
        quarantine_total: 1,
        quarantine_checksum: 1,
      });
      await collector.kill9();
    }
  });

  it('holds and refuses while the disk is full, loses nothing it took, and goes on by itself', async ({
    skip,
  }) => {
    const small = smallDisk(onTestFinished, '3m');
    if (small === undefined) return skip('only root can make a small disk');
    const filler = join(small, 'filler');
    await writeFile(filler, Buffer.alloc(1_048_576));
    const spool = { reserve_bytes: 0 };
    const options = { folder: small, spool, limits: { hold_ms: 300 } };
    const collector = await startCollector(onTestFinished, options);
    const body = (i: number) => `big-${i} ${'y'.repeat(100_000)}`;
    const taken: string[] = [];
    let refused = 0;
    for (let i = 0; refused < 3 && i < 60; i += 1) {
      const reply = await post(collector, body(i));
      if (reply.status === 200) taken.push(body(i));
      else refused += Number(reply.status === 429);
    }
    expect(refused).toBe(3);
    const state = (await collector.state()).health.find(({ id }) => id === 'spool')?.state;
    expect(state).toBe('degraded');
    await writeFile(filler, '');
    await until('there is room again', async () => {
      const reply = await post(collector, 'after');
      return reply.status === 200 || undefined;
    });
    expect(await texts(collector)).toEqual([...taken, 'after']);
    await collector.kill9();
    await collector.restart();
    expect(await texts(collector)).toEqual([...taken, 'after']);
  });
});
