import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';

import { describe, expect, it } from 'vitest';

import {
  bearer,
  ingest,
  newFolder,
  openDoors,
  textsOf,
  type Running,
} from '../../../test/support/open-doors.ts';

describe('overload', () => {
  const full = { spool: { bytes_max: 4000, segment_bytes: 1000 } } as const;
  const big = 'x'.repeat(900);

  async function fill(running: Running): Promise<void> {
    while (
      await running.spool
        .append(
          { input: 'self', format: 'ndjson', received: 1, encoding: 'identity' },
          Buffer.from(big),
        )
        .then((a) => 'position' in a)
    );
  }

  it('holds the reply and gives it when there is room again', async () => {
    const running = await openDoors(full);
    await fill(running);
    const reply = ingest(running, big);
    await expect
      .poll(() => running.doors.counters().find((c) => c.name === 'held_replies')?.value)
      .toBe(1);
    await running.spool.free(running.spool.end);
    expect((await reply).status).toBe(200);
  });

  it('refuses with 429 and Retry-After when it was held long enough', async () => {
    const running = await openDoors({ ...full, limits: { hold_ms: 400 } });
    await fill(running);
    const started = performance.now();
    const reply = await ingest(running, big);
    expect(performance.now() - started).toBeGreaterThan(350);
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '5']);
    expect(running.doors.health().find((line) => line.id === 'door_http')?.state).toBe('degraded');
  });

  it('closes the connection of a _bulk client without User-Agent, answers one with', async () => {
    const running = await openDoors({ ...full, limits: { hold_ms: 200 } });
    await fill(running);
    const body = `{"create":{}}\n{"m":"${big}"}\n`;
    const headers = { ...bearer, 'user-agent': 'Vector/1' };
    const reply = await fetch(`${running.bulk}/_bulk`, { method: 'POST', headers, body });
    expect(reply.status).toBe(429);
    const outcome = await new Promise<string>((resolve) => {
      const request = httpRequest(
        `${running.bulk}/_bulk`,
        { method: 'POST', headers: bearer },
        () => resolve('status'),
      );
      request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      request.end(body);
    });
    expect(outcome).toBe('ECONNRESET');
  });

  it('keeps the memory of all bodies within its limit and serves the waiting ones', async () => {
    const limits = { in_flight_bytes_max: 3_000_000, body_bytes_max: 3_000_000, hold_ms: 10_000 };
    const running = await openDoors({ limits });
    const body = 'y'.repeat(1_000_000);
    const replies = await Promise.all(Array.from({ length: 12 }, () => ingest(running, body)));
    expect(replies.map((reply) => reply.status)).toEqual(Array.from({ length: 12 }, () => 200));
  });

  it('asks for the body again when something of ours breaks', async () => {
    const running = await openDoors();
    const headers = { authorization: 'Bearer breaks', 'user-agent': 'Vector/1' };
    for (const url of [`${running.http}/api/v1/ingest`, `${running.bulk}/_bulk`]) {
      const reply = await fetch(url, { method: 'POST', headers, body: '{"create":{}}\n{}\n' });
      expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '5']);
    }
    expect(await running.bodies()).toEqual([]);
  });

  it('ends held replies at once when it stops', async () => {
    const running = await openDoors(full);
    await fill(running);
    const reply = ingest(running, big);
    await expect
      .poll(() => running.doors.counters().find((c) => c.name === 'held_replies')?.value)
      .toBe(1);
    await running.doors.stop();
    expect((await reply).status).toBe(429);
  });
});

describe('repeats', () => {
  const post = (running: Running, body: string, cut: boolean) =>
    new Promise<string>((resolve) => {
      const url = new URL(running.http);
      const socket = connect(Number(url.port), url.hostname);
      socket.on('error', () => resolve('broken'));
      socket.on('data', (data) => {
        resolve(data.toString().split('\r\n')[0] ?? '');
        socket.destroy();
      });
      const head = `POST /api/v1/ingest HTTP/1.1\r\nhost: x\r\nauthorization: Bearer secret\r\ncontent-length: ${body.length}\r\n\r\n`;
      socket.write(head + body, () => {
        if (cut) socket.destroy();
      });
      socket.on('close', () => resolve('closed'));
    });

  it('takes a body sent again after a broken connection once, and a third time as new', async () => {
    const running = await openDoors();
    await post(running, 'the same', true);
    await expect.poll(async () => (await running.bodies()).length).toBe(1);
    expect(await post(running, 'the same', false)).toBe('HTTP/1.1 200 OK');
    expect((await running.bodies()).length).toBe(1);
    expect(running.doors.counters().find((c) => c.name === 'repeats')?.value).toBe(1);
    expect(await post(running, 'the same', false)).toBe('HTTP/1.1 200 OK');
    expect((await running.bodies()).length).toBe(2);
  });

  it('takes a body anew whose connection broke while it was held', async () => {
    const running = await openDoors({ spool: { bytes_max: 3000, segment_bytes: 1000 } });
    const header = { input: 'self', format: 'ndjson', received: 1, encoding: 'identity' } as const;
    for (const text of ['x'.repeat(1400), 'z'])
      await running.spool.append(header, Buffer.from(text));
    const body = 'y'.repeat(1450);
    await post(running, body, true);
    await expect
      .poll(() => running.doors.counters().some((c) => c.name === 'rejected_bodies'))
      .toBe(true);
    await running.spool.free(running.spool.end);
    expect(await post(running, body, false)).toBe('HTTP/1.1 200 OK');
    expect(textsOf(await running.bodies())).toEqual(['z', body]);
  });

  it('recognizes after a start what was taken in the last two seconds', async () => {
    const folder = await newFolder();
    const first = await openDoors({ folder });
    expect(await post(first, 'the same', false)).toBe('HTTP/1.1 200 OK');
    await first.doors.stop();
    await first.app.close();
    await first.spool.close();
    const second = await openDoors({ folder });
    expect(await post(second, 'the same', false)).toBe('HTTP/1.1 200 OK');
    expect((await second.bodies()).length).toBe(1);
    expect(second.doors.counters().find((c) => c.name === 'repeats')?.value).toBe(1);
    expect(await post(second, 'the same', false)).toBe('HTTP/1.1 200 OK');
    expect((await second.bodies()).length).toBe(2);
  });
});
