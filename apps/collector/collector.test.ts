import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';

import { splitBody } from '#libs/decode';
import { framesOf } from '#libs/input';
import type { Body } from '#libs/model';
import { openSpool } from '#libs/spool';

import {
  authenticate,
  bearer,
  clock,
  ingest,
  newFolder,
  openDoors,
  textsOf,
} from '../../test/support/open-doors.ts';
import { DOOR_SETTINGS, DoorError, startDoors } from './index.ts';

describe('POST /api/v1/ingest', () => {
  it('answers with the count once the body lies in the spool as it came', async () => {
    const running = await openDoors();
    const body = '{"message":"một"}\nkhông phải JSON\n\n{"message":"hai"}';
    const reply = await ingest(running, body, {
      'content-type': 'application/x-ndjson',
      'idempotency-key': 'b7',
    });
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual({ accepted: 3, rejected: [] });
    const [stored] = await running.bodies();
    expect(Buffer.from(stored?.bytes ?? []).toString()).toBe(body);
    expect(stored?.header).toMatchObject({
      input: 'http',
      format: 'ndjson',
      encoding: 'identity',
      key: 'k1',
      place: { province: '12' },
      source: 'web-12',
      peer: '127.0.0.1',
      batch: 'b7',
    });
  });

  it('counts every form of a body exactly as the decoder cuts it', async () => {
    const running = await openDoors();
    const forms = [
      '{"a":1}',
      '{\n  "a": 1\n}\n',
      '{"a":1}\n{"a":2}\n',
      '[{"a":1}, {"a":"]"}, 3]',
      '[]',
      '[1,2',
      '[{"a":1}]\n[{"b":1}]',
      '',
      '\n\r\n',
      '{"a":\n1}\n{"b":2}',
      'text\n{"a":1}',
    ];
    for (const form of forms) {
      let records = 0;
      const header = {
        input: 'http',
        format: 'ndjson',
        received: 0,
        encoding: 'identity',
      } as const;
      splitBody({ header, bytes: Buffer.from(form), position: 0 }, () => (records += 1));
      for (const [encoding, bytes] of [
        ['identity', Buffer.from(form)],
        ['gzip', gzipSync(form)],
        ['zstd', zstdCompressSync(form)],
      ] as const) {
        const reply = await ingest(running, bytes, { 'content-encoding': encoding });
        expect({ form, encoding, ...((await reply.json()) as object) }).toEqual({
          form,
          encoding,
          accepted: records,
          rejected: [],
        });
      }
    }
    // The one that is empty as it came is answered and not stored.
    expect((await running.bodies()).length).toBe(forms.length * 3 - 1);
  });

  it('rejects only lines over the line limit, by number', async () => {
    const running = await openDoors({ limits: { line_bytes_max: 20 } });
    const reply = await ingest(running, `short\n${'x'.repeat(21)}\n${'y'.repeat(20)}`);
    expect(await reply.json()).toEqual({
      accepted: 2,
      rejected: [{ line: 1, reason: 'line_too_long' }],
    });
  });

  it('refuses without a good key, and takes nothing', async () => {
    const running = await openDoors();
    for (const headers of [{ authorization: '' }, { authorization: 'Bearer wrong' }]) {
      const reply = await ingest(running, 'x', headers);
      expect(reply.status).toBe(401);
      expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(await reply.json()).toMatchObject({ status: 401 });
    }
    expect(await running.bodies()).toEqual([]);
  });

  it('names what is wrong with a body: too large, a bomb, damaged, of unknown encoding', async () => {
    const running = await openDoors({ limits: { body_bytes_max: 5_000_000 } });
    const bomb = gzipSync(Buffer.alloc(40_000_000));
    const cases: [Buffer, string, number, string][] = [
      [Buffer.alloc(5_000_001, 'x'), 'identity', 413, 'too_large'],
      [bomb, 'gzip', 413, 'inflates_too_far'],
      [gzipSync('half'.repeat(100)).subarray(0, 20), 'gzip', 400, 'broken_encoding'],
      [Buffer.from('x'), 'br', 415, 'unknown_encoding'],
    ];
    for (const [bytes, encoding, status, code] of cases) {
      const reply = await ingest(running, bytes, { 'content-encoding': encoding });
      expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([
        status,
        code,
      ]);
    }
    expect(await running.bodies()).toEqual([]);
    expect(running.doors.counters().filter((c) => c.name === 'rejected_bodies').length).toBe(4);
  });

  it('takes a body of 100 MB', async () => {
    const running = await openDoors();
    const line = `${JSON.stringify({ message: 'x'.repeat(900) })}\n`;
    const body = Buffer.from(line.repeat(Math.floor((100 * 1_048_576) / line.length)));
    const reply = await ingest(running, body);
    expect(await reply.json()).toEqual({ accepted: body.length / line.length, rejected: [] });
    const [stored] = await running.bodies();
    expect(stored !== undefined && body.equals(stored.bytes)).toBe(true);
  });

  it('gives up a body that stops half way, says so and keeps nothing of it', async () => {
    const running = await openDoors({ limits: { body_idle_ms: 300 } });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const headers = { ...bearer, 'content-length': '1000' };
    const request = httpRequest(
      `${running.http}/api/v1/ingest`,
      { method: 'POST', headers },
      (reply) => {
        reply.resume();
        resolve(reply.statusCode ?? 0);
      },
    );
    request.on('error', reject);
    request.write('only the start');
    expect(await promise).toBe(408);
    request.destroy();
    expect(await running.bodies()).toEqual([]);
  });

  it('works inside the server of Nest', async () => {
    const adapter = new FastifyAdapter();
    const instance = adapter.getInstance<FastifyInstance>();
    const folder = await newFolder();
    const spool = await openSpool({ folder, clock, limits: { reserve_bytes: 0 } });
    const off = { enabled: false, address: '127.0.0.1', port: 0 };
    const settings = { ...DOOR_SETTINGS, bulk: off, syslog_tcp: off, syslog_udp: off };
    const doors = await startDoors({ fastify: instance, spool, settings, authenticate, clock });
    const reply = await instance.inject({
      method: 'POST',
      url: '/api/v1/ingest',
      headers: { ...bearer, 'content-type': 'application/json' },
      payload: '[{"a":1}]',
    });
    expect(reply.json()).toEqual({ accepted: 1, rejected: [] });
    await doors.stop();
    await instance.close();
    await spool.close();
  });
});

describe('_bulk', () => {
  it('answers on its own port and under /es, whatever the content type, with the key in any form', async () => {
    const running = await openDoors();
    const body = '{"index":{"_index":"a"}}\n{"m":1}\n{"create":{"_id":"7"}}\n{"m":2}\n\n';
    const keys = [
      'Bearer secret',
      'ApiKey secret',
      `ApiKey ${btoa('x:secret')}`,
      `Basic ${btoa('u:secret')}`,
    ];
    const types = [
      'application/x-ndjson',
      'application/vnd.elasticsearch+x-ndjson; compatible-with=8',
      'text/plain',
      'odd',
    ];
    for (const [i, authorization] of keys.entries()) {
      const base = i % 2 === 0 ? running.bulk : `${running.http}/es`;
      const headers = { authorization, 'content-type': types[i] ?? '' };
      const reply = await fetch(`${base}/logs-x/_bulk`, {
        method: i < 2 ? 'POST' : 'PUT',
        headers,
        body,
      });
      expect(await reply.text()).toBe(
        '{"took":1,"errors":false,"items":[{"index":{"status":201}},{"create":{"status":201}}]}',
      );
      expect(reply.headers.get('x-elastic-product')).toBe('Elasticsearch');
    }
    const bodies = await running.bodies();
    expect(bodies.length).toBe(4);
    expect(bodies[0]?.header).toMatchObject({
      input: 'bulk',
      format: 'bulk',
      index: 'logs-x',
      key: 'k1',
    });
    expect(textsOf(bodies)).toEqual([body, body, body, body]);
  });

  it('replies in the type the client accepts and to every method on every handshake path', async () => {
    const running = await openDoors();
    const accept = 'application/vnd.elasticsearch+json; compatible-with=8,text/plain';
    const root = await fetch(`${running.bulk}/`, { headers: { ...bearer, accept } });
    expect(root.headers.get('content-type')).toBe(
      'application/vnd.elasticsearch+json;compatible-with=8',
    );
    for (const base of [running.bulk, `${running.http}/es`]) {
      for (const path of [
        '',
        '/',
        '/_license',
        '/_cat/health',
        '/_data_stream/x',
        '/_index_template/y',
      ]) {
        for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']) {
          if (base === running.bulk && path === '') continue;
          const reply = await fetch(`${base}${path}`, { method, headers: bearer });
          expect([method, path, reply.status]).toEqual([method, path, 200]);
          expect(reply.headers.get('x-elastic-product')).toBe('Elasticsearch');
        }
      }
    }
    expect((await fetch(`${running.bulk}/`)).status).toBe(200);
    expect(
      (await fetch(`${running.bulk}/`, { headers: { authorization: 'Bearer no' } })).status,
    ).toBe(401);
  });

  it('speaks HTTPS on its own port when it is given a certificate', async () => {
    const folder = await newFolder();
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name)) as [
      string,
      string,
    ];
    const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
    execFileSync('openssl', ['req', '-x509', ...subject, '-out', cert, '-keyout', key], {
      stdio: 'ignore',
    });
    const tls = { cert: readFileSync(cert), key: readFileSync(key) };
    const at = { enabled: true, address: '127.0.0.1', port: 0, tls };
    const running = await openDoors({ settings: { bulk: at } });
    const port = running.doors.ports['bulk'];
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const options = { port, path: '/_bulk', method: 'POST', ca: tls.cert, headers: bearer };
    const request = httpsRequest({ host: 'localhost', ...options }, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end('{"create":{}}\n{"a":1}\n');
    expect(await promise).toBe(200);
  });

  it('never pretends to have taken a single document', async () => {
    const running = await openDoors();
    for (const path of ['/logs/_doc', '/logs/_doc/1', '/logs/_create/1', '/logs/events']) {
      const reply = await fetch(`${running.bulk}${path}`, {
        method: 'POST',
        headers: bearer,
        body: '{}',
      });
      expect([path, reply.status]).toEqual([path, 400]);
    }
  });

  it('accepts a poison document in the middle and refuses a wrong key', async () => {
    const running = await openDoors();
    const body = '{"create":{}}\n{"ok":1}\n{"create":{}}\n{broken\n{"create":{}}\n{"ok":2}\n';
    const reply = await fetch(`${running.bulk}/_bulk`, { method: 'POST', headers: bearer, body });
    expect(await reply.json()).toMatchObject({ errors: false, items: [{}, {}, {}] });
    const headers = { authorization: 'ApiKey wrong' };
    const refused = await fetch(`${running.bulk}/_bulk`, { method: 'POST', headers, body });
    expect([refused.status, await refused.text()]).toEqual([
      401,
      expect.stringContaining('security_exception'),
    ]);
  });
});

describe('syslog', () => {
  const messages = (bodies: readonly Body[]) =>
    bodies.flatMap((body) => [...framesOf(body.bytes)].map((message) => message.toString()));

  it('takes TCP in both framings, with the address of the sender', async () => {
    const running = await openDoors();
    const socket = connect(running.doors.ports['syslog_tcp'] ?? 0, '127.0.0.1');
    socket.end('<13>một\n10 <13>hai\nba\n<13>bốn');
    await expect
      .poll(async () => messages(await running.bodies()))
      .toEqual(['<13>một', '<13>hai\nba', '<13>bốn']);
    const [body] = await running.bodies();
    expect(body?.header).toMatchObject({
      input: 'syslog_tcp',
      format: 'frames',
      peer: '127.0.0.1',
    });
  });

  it('takes UDP datagrams without their last LF', async () => {
    const running = await openDoors();
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    const port = running.doors.ports['syslog_udp'] ?? 0;
    for (const text of ['<13>một\n', '<13>hai\0', '']) socket.send(text, port, '127.0.0.1');
    await expect.poll(async () => messages(await running.bodies())).toEqual(['<13>một', '<13>hai']);
    expect((await running.bodies())[0]?.header).toMatchObject({
      input: 'syslog_udp',
      peer: '127.0.0.1',
    });
  });

  it('names the port and the key of the configuration when a port is in use', async () => {
    const running = await openDoors();
    const port = running.doors.ports['syslog_tcp'] ?? 0;
    for (const door of ['syslog_tcp', 'syslog_udp', 'bulk'] as const) {
      const at = { enabled: true, address: '127.0.0.1', port: running.doors.ports[door] ?? port };
      const again = openDoors({ settings: { [door]: at } });
      await expect(again).rejects.toThrow(DoorError);
      await expect(again).rejects.toThrow(`port ${at.port} is in use: see inputs.${door}.port`);
    }
  });
});
