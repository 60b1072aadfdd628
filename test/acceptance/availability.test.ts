import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';

import type { IncidentRow, ProbeView, SourceView, UnknownSenderView } from '#libs/protocol';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { suiteCleanUp, type CleanUp } from '../support/clean-up.ts';
import { startProduct, type Product } from '../support/product.ts';
import { patience, until } from '../support/until.ts';
import { incidentsOf, searched, sendLines, signIn, type Desk } from './desk.ts';

const FLOOR_S = 4;
const LONG = { timeoutMs: 60_000, everyMs: 250 };

const cleanUp = suiteCleanUp();
let product: Product;
let desk: Desk;

beforeAll(async () => {
  product = await startProduct(cleanUp, {
    settings: { availability: { silence_floor_s: FLOOR_S, check_interval_s: 1 } },
  });
  desk = await signIn(product);
});

async function put(path: string, body: object): Promise<void> {
  const { status, body: said } = await desk.ask(path, { method: 'PUT', body });
  expect([path, status, said]).toEqual([path, 200, said]);
}

/** The incident of a rule at a place, once it is as told. */
function incident(
  what: string,
  is: (row: IncidentRow) => boolean,
  timing: { timeoutMs: number; everyMs: number } = LONG,
): Promise<IncidentRow> {
  return until(what, async () => (await incidentsOf(desk)).find(is), timing);
}

async function sourceOf(id: string): Promise<SourceView | undefined> {
  const { rows } = await desk.get<{ rows: SourceView[] }>('/api/v1/sources');
  return rows.find((row) => row.id === id);
}

function sendSyslog(line: string): Promise<void> {
  const socket = connect(product.inputs['syslog_tcp'] ?? 0, '127.0.0.1');
  return new Promise((resolve) => {
    socket.on('close', () => resolve());
    socket.end(`<38>1 ${new Date().toISOString()} may-1 app 7 - - ${line}\n`);
  });
}

/** Sends until the source counts as sending: on a busy machine a look may come after the floor. */
async function sending(id: string, send: () => Promise<unknown>): Promise<void> {
  await until(
    `${id} is sending`,
    async () => {
      await send();
      return (await sourceOf(id))?.state === 'sending' ? true : undefined;
    },
    LONG,
  );
}

describe('a log source', () => {
  it('that nobody knew is assigned with one click, falls silent, and is back', async () => {
    await sendSyslog('xin chào');
    const unknown = await until('the sender is listed', async () => {
      const list = await desk.get<{ rows: UnknownSenderView[] }>('/api/v1/sources/unknown');
      return list.rows[0];
    });
    expect(unknown).toMatchObject({ address: '127.0.0.1', input: 'syslog_tcp' });
    const assigned = await desk.post<SourceView>('/api/v1/sources/unknown/assign', {
      address: unknown.address,
      province: '12',
      commune: '03433',
      name: 'Máy Bum Tở',
    });
    expect(assigned.state).toBe('never_sent');
    await sending(assigned.id, () => sendSyslog('đã có nơi'));
    const [placed] = await searched(desk, '"đã có nơi"', 1);
    expect(placed?.fields).toMatchObject({ 'gov.locality.commune_code': '03433' });

    const isOurs = (row: IncidentRow): boolean =>
      row.rules.includes('SD-15') && row.entity === assigned.id;
    const silent = await incident('it is called silent', isOurs);
    expect(silent.locality).toMatchObject({ province: '12', commune: '03433' });
    const stateNow = async (): Promise<unknown> => (await sourceOf(assigned.id))?.state;
    await expect.poll(stateNow, patience).toBe('silent');

    await sending(assigned.id, () => sendSyslog('tôi đây'));
    const back = await until(
      'it is back',
      async () => {
        await sendSyslog('vẫn đây');
        return (await incidentsOf(desk)).find((row) => isOurs(row) && row.status === 'resolved');
      },
      LONG,
    );
    expect(back.id).toBe(silent.id);
  });

  it('is not called silent for the time in which we were down', async () => {
    await put('/api/v1/sources/web-46', { name: 'Web Huế', province: '46', hosts: ['web-46'] });
    await sending('web-46', () => sendLines(product, [{ message: 'sống', 'host.name': 'web-46' }]));
    await product.stop();
    const down = performance.now();
    await until('we were down for longer than the floor', () =>
      performance.now() - down > (FLOOR_S + 1) * 1_000 ? true : undefined,
    );
    const up = performance.now();
    await product.restart();
    desk = await signIn(product);
    const isOurs = (row: IncidentRow): boolean =>
      row.rules.includes('SD-15') && row.entity === 'web-46';
    await incident('it is silent after all', isOurs);
    expect(performance.now() - up).toBeGreaterThan((FLOOR_S - 2) * 1_000);
  });
});

/** A port that somebody may answer on; 0 takes a free one. */
async function listening(add: CleanUp, server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  add(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  );
  return (server.address() as AddressInfo).port;
}

async function probeState(id: string): Promise<ProbeView | undefined> {
  const { rows } = await desk.get<{ rows: ProbeView[] }>('/api/v1/probes');
  return rows.find((row) => row.id === id);
}

describe('a service', () => {
  it('that fails three probes in a row is down, by HTTP and by TCP, and up again after it answers', async () => {
    let healthy = false;
    const http = createHttpServer((_, reply) => {
      reply.statusCode = healthy ? 200 : 503;
      reply.end('ok');
    });
    const httpPort = await listening(onTestFinished, http);
    const gone = createServer();
    const tcpPort = await listening(() => undefined, gone);
    await new Promise<void>((resolve) => {
      gone.close(() => resolve());
    });
    await put('/api/v1/services/motcua-80', { name: 'Một cửa Tây Ninh', province: '80' });
    const common = { service: 'motcua-80', intervalS: 5, timeoutS: 2, successes: 1 };
    await put('/api/v1/probes/web-80', {
      ...common,
      kind: 'http',
      target: `http://127.0.0.1:${httpPort}/`,
    });
    await put('/api/v1/probes/cong-80', {
      ...common,
      kind: 'tcp',
      target: `127.0.0.1:${tcpPort}`,
    });
    const isOurs = (row: IncidentRow): boolean =>
      row.rules.includes('SD-13') && row.locality.province === '80';
    const before = await incidentsOf(desk);
    expect(before.filter(isOurs)).toEqual([]);
    const down = await incident(
      'both probes are down',
      (row) => isOurs(row) && row.alerts === 2,
      LONG,
    );
    expect((await probeState('web-80'))?.state).toBe('down');
    expect((await probeState('cong-80'))?.lastError).toBe('ECONNREFUSED');
    const [told] = await searched(desk, 'event.action:probe-down AND gov.probe.id:web-80', 1);
    expect(told?.fields['message']).toContain('3 lần liên tiếp');

    healthy = true;
    const answering = createServer((socket) => socket.destroy());
    await listening(onTestFinished, answering, tcpPort);
    const up = await incident('both are up', (row) => isOurs(row) && row.status === 'resolved');
    expect(up.id).toBe(down.id);
    expect((await probeState('cong-80'))?.state).toBe('up');
  });
});

describe('a link', () => {
  it('that a firewall reports down is SD-10, resolved when it reports it up', async () => {
    const line = (at: Date, status: string): string => {
      const vn = new Date(at.getTime() + 7 * 3_600_000).toISOString();
      return (
        `date=${vn.slice(0, 10)} time=${vn.slice(11, 19)} devname="FGT-12-03433" devid="FG100F" ` +
        `logid="0100020099" type="event" subtype="system" level="information" ` +
        `logdesc="Interface status changed" action="interface-stat-change" ` +
        `status="${status}" msg="Link monitor: Interface wan1 was turned ${status.toLowerCase()}"`
      );
    };
    await put('/api/v1/sources/fw-12-03433', {
      name: 'FortiGate Bum Tở',
      province: '12',
      commune: '03433',
      hosts: ['FGT-12-03433'],
      silenceFloorS: 3_600,
    });
    const isOurs = (row: IncidentRow): boolean => row.rules.includes('SD-10');
    const now = Date.now();
    await sendLines(product, [line(new Date(now - 120_000), 'DOWN')]);
    const down = await incident('the link is down', isOurs);
    expect(down).toMatchObject({
      status: 'new',
      locality: { province: '12', commune: '03433' },
    });
    await sendLines(product, [line(new Date(now - 60_000), 'UP')]);
    const up = await incident('it is up', (row) => isOurs(row) && row.status === 'resolved');
    expect(up.id).toBe(down.id);
  });
});
