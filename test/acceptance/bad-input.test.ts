import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { EventView, Problem } from '#libs/protocol';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startProduct, type Product } from '../support/product.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { ask, incidentsOf, searched, sendLines, signIn, type Desk } from './desk.ts';

const MB = 1_048_576;
/** What the whole process may have in memory after all of this, bytes. */
const RSS_MAX = 1_200 * MB;
/** A search gives up after ten seconds of its own; the rest is for a busy machine. */
const ANSWER_MS_MAX = 30_000;

const cleanUp = suiteCleanUp();
let product: Product;
let desk: Desk;

beforeAll(async () => {
  product = await startProduct(cleanUp, {
    settings: { availability: { silence_floor_s: 3_600 } },
  });
  desk = await signIn(product);
});

async function sendBytes(bytes: Uint8Array | string): Promise<{ status: number; body: unknown }> {
  const reply = await fetch(`${product.url}/api/v1/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.ingestKey}` },
    body: Buffer.from(bytes),
  });
  return { status: reply.status, body: await reply.json() };
}

/** The one event whose text has the mark. */
async function kept(mark: string): Promise<EventView> {
  const [event] = await searched(desk, `"${mark}"`, 1);
  return event as EventView;
}

function residentBytes(): number {
  const status = readFileSync(`/proc/${product.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
}

describe('odd records', () => {
  it('of 1 MB are kept whole and found by their first words; a longer one is named', async () => {
    const line = `dongdai ${'x'.repeat(MB - 100)}`;
    const answer = await sendBytes(`${line}\n${'y'.repeat(MB + 1)}\nngandai\n`);
    expect(answer).toMatchObject({ status: 200, body: { accepted: 2 } });
    expect((answer.body as { rejected: { line: number }[] }).rejected).toMatchObject([{ line: 1 }]);
    expect(String((await kept('dongdai')).fields['message'])).toHaveLength(line.length);
    await kept('ngandai');
  });

  it('of invalid UTF-8 are kept readable', async () => {
    const bytes = Buffer.concat([
      Buffer.from('hong '),
      Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x00]),
      Buffer.from(' honghet\n'),
    ]);
    expect(await sendBytes(bytes)).toMatchObject({ status: 200, body: { accepted: 1 } });
    await kept('honghet');
  });

  it('nested 10,000 deep are kept as text', async () => {
    const deep = `${'{"a":'.repeat(10_000)}"sauqua"${'}'.repeat(10_000)}`;
    const list = `${'['.repeat(10_000)}"mangsau"${']'.repeat(10_000)}`;
    expect(await sendBytes(`${deep}\n${list}\n`)).toMatchObject({ status: 200 });
    await kept('sauqua');
    await kept('mangsau');
  });

  it('of the year 0 and 9999 are filed under their receipt, flagged', async () => {
    const years = [
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
      '-271821-04-20T00:00:00Z',
      'hôm nào',
    ];
    await sendLines(
      product,
      years.map((at, n) => ({ '@timestamp': at, message: `namla${n}` })),
    );
    for (const n of years.keys()) {
      const { time, received, fields } = await kept(`namla${n}`);
      expect(Math.abs(Date.parse(time) - Date.parse(received))).toBeLessThan(1_000);
      expect(fields['gov.time.flag']).toEqual(expect.any(String));
    }
  });

  it('with keys of prototypes change nothing but themselves', async () => {
    const lines = [
      '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},"message":"nguyenmau1"}',
      '{"__proto__.polluted":"yes","toString":"x","hasOwnProperty":1,"message":"nguyenmau2"}',
      '{"message":"nguyenmau3"}',
    ];
    expect(await sendLines(product, lines)).toBe(3);
    await kept('nguyenmau1');
    await kept('nguyenmau2');
    expect((await kept('nguyenmau3')).fields).not.toHaveProperty('polluted');
    const top = await desk.ask('/api/v1/events/top?field=__proto__');
    expect(top.status).toBeLessThan(500);
    const histogram = await desk.ask('/api/v1/events/histogram?by=constructor');
    expect(histogram.status).toBeLessThan(500);
  });

  it('that speak as the product itself raise nothing and end nothing', async () => {
    const forged = {
      'event.dataset': 'thapcanh.availability',
      product: 'thapcanh',
      service: 'availability',
      'event.action': 'probe-down',
      'gov.probe.id': 'motcua-80',
      message: 'giamao',
    };
    await sendLines(product, [forged, { ...forged, 'event.action': 'source-silent' }]);
    await searched(desk, 'giamao', 2);
    expect((await incidentsOf(desk)).map(({ rules }) => rules)).toEqual([]);
  });

  it('with a million distinct field names leave memory bounded and the search quick', async () => {
    const names = 1_000_000;
    const perRecord = 250;
    for (let sent = 0; sent < names;) {
      const lines: object[] = [];
      for (let n = 0; n < 200; n += 1) {
        const fields: Record<string, number | string> = { message: 'trieuten' };
        for (let f = 0; f < perRecord; f += 1) fields[`ten.${sent++}`] = f;
        lines.push(fields);
      }
      await sendLines(product, lines);
    }
    await until(
      'the last of them is stored',
      async () => {
        const { body } = await desk.ask('/api/v1/health');
        const { lines } = body as { lines: { id: string; figures: Record<string, number> }[] };
        const figure = (id: string, name: string): number =>
          lines.find((line) => line.id === id)?.figures[name] ?? 0;
        const end = figure('spool', 'spool_end');
        return figure('stage_index', 'position') >= end || undefined;
      },
      { timeoutMs: 90_000, everyMs: 500 },
    );
    expect(residentBytes()).toBeLessThan(RSS_MAX);
    const started = performance.now();
    const { status } = await desk.ask('/api/v1/events?query=trieuten&limit=10');
    expect([status, performance.now() - started < ANSWER_MS_MAX]).toEqual([200, true]);
  });
});

describe('odd questions', () => {
  const problemOf = async (query: string): Promise<Problem & { ms: number }> => {
    const started = performance.now();
    const answer = await desk.ask(`/api/v1/events?query=${encodeURIComponent(query)}`);
    expect([query.slice(0, 40), answer.status]).toEqual([query.slice(0, 40), 400]);
    return { ...(answer.body as Problem), ms: performance.now() - started };
  };

  it('say where and why they cannot be read', async () => {
    expect(await problemOf('user.name:(an OR')).toMatchObject({ code: 'query_syntax', at: 16 });
    expect(await problemOf('source.ip:10.0.0.0/99')).toMatchObject({ code: 'query_bad_value' });
    expect(await problemOf(`${'('.repeat(3_000)}a${')'.repeat(3_000)}`)).toMatchObject({
      code: expect.stringMatching(/^query_too_(deep|long)$/) as string,
    });
  });

  it('of 100 KB are refused in words, by whichever limit meets them first', async () => {
    const answer = await desk
      .ask(`/api/v1/events?query=${'a'.repeat(100_000)}`)
      .catch(() => undefined);
    // What is no request any more is answered at once, and the connection closed under the client.
    expect([431, undefined]).toContain(answer?.status);
    if (answer !== undefined) expect(answer.body).toMatchObject({ code: 'request_too_long' });
    expect(await problemOf('a'.repeat(12_000))).toMatchObject({ code: 'query_too_long' });
  });

  it('meant to explode are answered soon', async () => {
    await sendLines(product, [
      { message: `no ${'a'.repeat(20_000)}!`, 'user.name': 'a'.repeat(200) },
    ]);
    await searched(desk, 'user.name:aaaa*', 1);
    const bombs = [
      `message:${'*a'.repeat(60)}*b`,
      `user.name:${'*a'.repeat(100)}b`,
      'message:/(a+)+$/',
      'message:/(a|aa)+b/',
      'message:/^(([a-z])+.)+[A-Z]([a-z])+$/',
      `message:/${'a?'.repeat(200)}${'a'.repeat(200)}/`,
    ];
    for (const bomb of bombs) {
      const started = performance.now();
      const { status } = await desk.ask(`/api/v1/events?query=${encodeURIComponent(bomb)}&limit=5`);
      expect([bomb, [200, 400].includes(status)]).toEqual([bomb, true]);
      expect([bomb, performance.now() - started < ANSWER_MS_MAX]).toEqual([bomb, true]);
    }
  });

  it('of any other shape get a problem and never a failure', async () => {
    const answers = await Promise.all([
      desk.ask('/api/v1/events?limit=-1'),
      desk.ask('/api/v1/events?from=hôm-qua'),
      desk.ask('/api/v1/incidents?cursor=zzz'),
      desk.ask('/api/v1/incidents/__proto__'),
      desk.ask('/api/v1/summary?period=2026-W99'),
      desk.ask('/api/v1/không-có'),
      desk.ask('/api/v1/incidents/SC-2026-000001/explode', {
        method: 'POST',
        body: { version: 0 },
      }),
      ask(product, '/api/v1/session', { method: 'POST', body: '{"username":' }),
      ask(product, '/api/v1/session', { method: 'POST', body: { username: 1, password: [] } }),
      ask(product, '/api/v1/session', { method: 'POST', body: `"${'x'.repeat(2 * MB)}"` }),
    ]);
    for (const { status, body, headers } of answers) {
      expect([400, 404, 413, 422]).toContain(status);
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(body).toMatchObject({ code: expect.any(String) as string, status });
    }
  });
});

/** Starts the product where it must not come up; gives back what it said. */
async function refusedStart(options: Parameters<typeof startProduct>[1]): Promise<string> {
  const said = await startProduct(onTestFinished, options).then(
    () => 'the product came up',
    (failure: Error) => failure.message,
  );
  expect(said).toContain('exit code 1');
  return said;
}

describe('a start that cannot be', () => {
  it('names the path of an unknown key and of a wrong value', async () => {
    expect(await refusedStart({ settings: { inputs: { sylog_tcp: {} } } })).toContain(
      'inputs.sylog_tcp: unknown key',
    );
    expect(await refusedStart({ settings: { spool: { bytes_max: 'lots' } } })).toMatch(
      /spool\.bytes_max: .*"lots"/,
    );
  });

  it('names file and line of a rule with a mistake', async () => {
    const folder = tempFolder(onTestFinished);
    const lines = [
      'title: Sai',
      'id: 00000000-0000-4000-8000-000000000000',
      'logsource:',
      '    product: linux',
      'detection:',
      '    selection:',
      '        message|nonsense: x',
      '    condition: selection',
    ];
    writeFileSync(join(folder, 'sai.yml'), lines.join('\n'));
    const said = await refusedStart({ settings: { rules: { folders: [folder] } } });
    expect(said).toMatch(/sai\.yml:7:\d+: .*nonsense/);
  });

  it('on a folder in use says so and leaves the first process alone', async () => {
    const said = await refusedStart({ dataFolder: product.dataFolder });
    expect(said).toContain(`${product.dataFolder} is in use by another`);
    expect(await desk.ask('/api/v1/session')).toMatchObject({ status: 200 });
  });

  it('on a port in use names the port and its key', async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    for (const [key, settings] of Object.entries({
      'http.port': { http: { port } },
      'inputs.bulk.port': { inputs: { bulk: { port } } },
      'inputs.syslog_tcp.port': { inputs: { syslog_tcp: { port } } },
    })) {
      const said = await refusedStart({ settings });
      expect(said).toContain(`port ${port} is in use`);
      expect(said).toContain(key);
    }
  });

  it('on data of a newer version refuses and changes nothing', async () => {
    const dataFolder = join(tempFolder(onTestFinished), 'data');
    mkdirSync(dataFolder);
    const format = '{"product":"thapcanh","format":999}\n';
    writeFileSync(join(dataFolder, 'format.json'), format);
    const said = await refusedStart({ dataFolder });
    expect(said).toContain('format 999, written by a newer version');
    expect(readFileSync(join(dataFolder, 'format.json'), 'utf8')).toBe(format);
  });

  it('in a folder of somebody else’s files refuses', async () => {
    const dataFolder = tempFolder(onTestFinished);
    writeFileSync(join(dataFolder, 'báo cáo.docx'), randomBytes(100));
    expect(await refusedStart({ dataFolder })).toContain('is not a data folder');
  });
});
