import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { describe, expect, it, onTestFinished } from 'vitest';

import { until } from '../support/until.ts';
import { counted, spooledRecords, startCollector, type TestCollector } from './ingest-parts.ts';

const CONNECTIONS = 10_000;
const MEMORY_BYTES_MAX = 600 * 1_048_576;

function post(collector: TestCollector, body: Buffer | string, headers = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${collector.ports.http}/api/v1/ingest`, {
    method: 'POST',
    headers: { authorization: 'Bearer secret', ...headers },
    body: new Uint8Array(Buffer.from(body)),
  });
}

/** Opens many connections, a few hundred at a time; a refused one counts as closed. */
async function openMany(port: number, count: number, first: string): Promise<Socket[]> {
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(250, count - sockets.length) }, () => {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket);
      return new Promise<void>((resolve) => {
        socket.once('connect', () => {
          socket.write(first);
          resolve();
        });
        // Being cut off is one of the things that may happen to such a connection.
        socket.once('error', () => resolve());
      });
    });
    await Promise.all(batch);
  }
  return sockets;
}

const open = (sockets: readonly Socket[]) => sockets.filter((socket) => !socket.destroyed).length;

describe('the doors and hostile senders', () => {
  it(`still serve others with ${CONNECTIONS} syslog connections that say little`, async () => {
    const collector = await startCollector(onTestFinished);
    const sockets = await openMany(collector.ports.syslog_tcp, CONNECTIONS, '<13>half a li');
    expect(open(sockets)).toBe(CONNECTIONS);
    const good = connect(collector.ports.syslog_tcp, '127.0.0.1');
    onTestFinished(() => void good.destroy());
    good.write('<13>still taken\n');
    await until('the message is in the spool', async () => {
      const records = await spooledRecords(collector);
      return records.some(({ text }) => text === '<13>still taken') || undefined;
    });
    for (const socket of sockets) socket.write('ne\n');
    await until('every half line was taken when it was finished', async () => {
      const taken = counted(await collector.state(), 'accepted_events');
      return taken === CONNECTIONS + 1 || undefined;
    });
    expect((await collector.state()).memory.rss).toBeLessThan(MEMORY_BYTES_MAX);
  });

  it(`cut off ${CONNECTIONS} HTTP connections that never finish their headers, and serve others`, async () => {
    const collector = await startCollector(onTestFinished);
    const start = 'POST /_bulk HTTP/1.1\r\nhost: x\r\nx-slow: ';
    const sockets = await openMany(collector.ports.bulk, CONNECTIONS, start);
    for (const socket of sockets) socket.resume();
    const reply = await post(collector, 'still taken');
    expect(await reply.json()).toEqual({ accepted: 1, rejected: [] });
    await until('the slow ones are cut off', () => open(sockets) === 0 || undefined, {
      timeoutMs: 60_000,
    });
    expect((await collector.state()).memory.rss).toBeLessThan(MEMORY_BYTES_MAX);
  });

  it('refuse and count a syslog connection over the limit while all others are busy', async () => {
    const limits = { tcp_connections_max: 50 };
    const collector = await startCollector(onTestFinished, { limits });
    const sockets = await openMany(collector.ports.syslog_tcp, 50, '<13>one\n');
    const refused = connect(collector.ports.syslog_tcp, '127.0.0.1');
    refused.on('error', () => undefined);
    await until('the one too many is refused and counted', async () => {
      const state = await collector.state();
      return counted(state, 'rejected_bodies', 'too_many_connections') > 0 || undefined;
    });
    expect(open(sockets)).toBe(50);
  });

  it('give up bodies that crawl or stop, and keep nothing of them', async () => {
    const limits = { body_idle_ms: 1500, body_grace_ms: 2000, body_bytes_per_s_min: 1000 };
    const collector = await startCollector(onTestFinished, { limits });
    const head =
      'POST /api/v1/ingest HTTP/1.1\r\nhost: x\r\nauthorization: Bearer secret\r\ncontent-length: 99999\r\n\r\n';
    const [stops, crawls] = await openMany(collector.ports.http, 2, head);
    const replies: string[] = [];
    for (const socket of [stops, crawls]) socket?.on('data', (data) => replies.push(String(data)));
    const crawl = setInterval(() => crawls?.write('x'), 300);
    onTestFinished(() => clearInterval(crawl));
    await until('both were told', () => replies.length === 2 || undefined);
    expect(replies.every((text) => text.startsWith('HTTP/1.1 408'))).toBe(true);
    expect(counted(await collector.state(), 'rejected_bodies', 'too_slow')).toBe(2);
    expect(await spooledRecords(collector)).toEqual([]);
  });

  it('stop gzip bombs, take lines of 1 MB and any bytes, and stay small', async () => {
    const collector = await startCollector(onTestFinished);
    const bomb = gzipSync(Buffer.alloc(300 * 1_048_576));
    const gzip = { 'content-encoding': 'gzip' };
    const replies = await Promise.all(Array.from({ length: 8 }, () => post(collector, bomb, gzip)));
    expect(replies.map((reply) => reply.status)).toEqual(Array.from({ length: 8 }, () => 413));
    const line = 'x'.repeat(1_048_576);
    const long = await post(collector, `${line}\n${line}y\n`);
    expect(await long.json()).toEqual({
      accepted: 1,
      rejected: [{ line: 1, reason: 'line_too_long' }],
    });
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    const odd = [Buffer.from([255, 254, 0, 10, 192]), deep, '{"__proto__":{"a":1}}', `[${deep}]`];
    for (const body of odd) expect((await post(collector, body)).status).toBe(200);
    const tcp = connect(collector.ports.syslog_tcp, '127.0.0.1');
    tcp.end(`<13>${'y'.repeat(3_000_000)}\n<13>after\n`);
    await until('the long message was taken in pieces', async () => {
      const records = await spooledRecords(collector);
      return records.some(({ text }) => text === '<13>after') || undefined;
    });
    expect(counted(await collector.state(), 'oddities', 'message_split')).toBeGreaterThan(1);
    expect((await collector.state()).memory.rss).toBeLessThan(MEMORY_BYTES_MAX);
  });
});
