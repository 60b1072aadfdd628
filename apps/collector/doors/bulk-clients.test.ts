import { gzipSync, zstdCompressSync } from 'node:zlib';
import { connect } from 'node:net';

import { Client } from '@elastic/elasticsearch';
import { describe, expect, it, onTestFinished } from 'vitest';

import { splitBody } from '#libs/decode';

import { openDoors, type Running } from '../../../test/support/open-doors.ts';

// What real clients send and look for: spec ingest.md §1.3, row by row.

interface Exchange {
  readonly status: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends the bytes of one request as they are, and gives the reply as it came. */
async function exchange(
  running: Running,
  request: string,
  body = Buffer.alloc(0),
): Promise<Exchange> {
  const socket = connect(Number(new URL(running.bulk).port), '127.0.0.1');
  const length = body.length === 0 ? '' : `Content-Length: ${body.length}\r\n`;
  socket.write(Buffer.concat([Buffer.from(`${request}${length}Connection: close\r\n\r\n`), body]));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const [head = '', ...rest] = Buffer.concat(chunks).toString().split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const [name = '', ...value] = line.split(': ');
      return [name.toLowerCase(), value.join(': ')];
    }),
  );
  return { status, headers, body: rest.join('\r\n\r\n') };
}

const basic = `Authorization: Basic ${btoa('beats:secret')}\r\n`;

async function recordsOf(running: Running): Promise<string[]> {
  const texts: string[] = [];
  for (const body of await running.bodies()) splitBody(body, ({ text }) => texts.push(text ?? ''));
  return texts;
}

describe('clients of _bulk', () => {
  it('Filebeat and Winlogbeat 8: handshake, then compressed creates with a filter', async () => {
    const running = await openDoors();
    const agent = `Host: soc:9201\r\nUser-Agent: Elastic-Filebeat/8.19.2 (linux; amd64)\r\n${basic}`;
    const json = `${agent}Accept: application/json\r\n`;
    const root = await exchange(running, `GET / HTTP/1.1\r\n${json}`);
    expect(JSON.parse(root.body)).toMatchObject({ version: { number: '8.19.2' } });
    const license = await exchange(running, `GET /_license?human=false HTTP/1.1\r\n${json}`);
    expect(JSON.parse(license.body)).toMatchObject({
      license: { status: 'active', type: 'basic', uid: expect.any(String) as string },
    });
    for (const line of [
      'GET /_ilm/policy/filebeat',
      'HEAD /_index_template/filebeat-8.19.2',
      'GET /_data_stream/filebeat-8.19.2',
      'GET /_nodes/ingest',
      'GET /_ingest/pipeline/filebeat-8.19.2-nginx-access-pipeline',
      'PUT /_ingest/pipeline/filebeat-8.19.2-nginx-access-pipeline',
    ]) {
      expect((await exchange(running, `${line} HTTP/1.1\r\n${json}`)).status).toBe(
        'HTTP/1.1 200 OK',
      );
    }
    const action = '{"create":{"_index":"filebeat-8.19.2"}}\n';
    const body = gzipSync(`${action}{"message":"một"}\n${action}{"message":"hai"}\n`, { level: 1 });
    const path = '/_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status';
    const head = `POST ${path} HTTP/1.1\r\n${json}Content-Type: application/json; charset=UTF-8\r\nContent-Encoding: gzip\r\n`;
    const reply = await exchange(running, head, body);
    expect(reply.body).toBe(
      '{"errors":false,"items":[{"create":{"status":201}},{"create":{"status":201}}]}',
    );
    expect(await recordsOf(running)).toEqual(['{"message":"một"}', '{"message":"hai"}']);
  });

  it('Logstash: asks for the product header everywhere and counts the items', async () => {
    const running = await openDoors();
    const agent = `Host: soc\r\nUser-Agent: logstash/8.19.2\r\n${basic}`;
    for (const line of [
      'HEAD /',
      'GET /',
      'GET /_license',
      'HEAD /_index_template/x',
      'PUT /_index_template/x',
    ]) {
      const reply = await exchange(running, `${line} HTTP/1.1\r\n${agent}`);
      expect([line, reply.status, reply.headers.get('x-elastic-product')]).toEqual([
        line,
        'HTTP/1.1 200 OK',
        'Elasticsearch',
      ]);
    }
    const body = Buffer.from('{"index":{"_index":"a"}}\n{"m":1}\n'.repeat(125));
    const reply = await exchange(
      running,
      `POST /_bulk HTTP/1.1\r\n${agent}Content-Type: application/json\r\n`,
      body,
    );
    expect((JSON.parse(reply.body) as { items: unknown[] }).items.length).toBe(125);
  });

  it('Fluent Bit: finds its words in a long reply', async () => {
    const running = await openDoors();
    const agent = `Host: soc\r\nUser-Agent: Fluent-Bit\r\n${basic}Content-Type: application/x-ndjson\r\n`;
    const action = '{"create":{"_index":"app","_id":"5c1a-77"}}\n';
    const body = Buffer.from(`${action}{"log":"x"}\n`.repeat(20_000));
    const reply = await exchange(running, `POST /_bulk HTTP/1.1\r\n${agent}`, body);
    expect(
      reply.body.startsWith('{"took":1,"errors":false,"items":[{"create":{"status":201}},'),
    ).toBe(true);
    expect(reply.headers.get('content-length')).toBe(String(reply.body.length));
  });

  it('Vector: health check, zstd, and the word it greps for is never there', async () => {
    const running = await openDoors();
    const agent = `Host: soc\r\nUser-Agent: Vector/0.50\r\n${basic}`;
    const health = await exchange(running, `GET /_cluster/health HTTP/1.1\r\n${agent}`);
    expect(health.status).toBe('HTTP/1.1 200 OK');
    const body = zstdCompressSync('{"create":{}}\n{broken\n{"create":{}}\n{"ok":1}\n');
    const head = `POST /_bulk?timeout=60s HTTP/1.1\r\n${agent}Content-Type: application/x-ndjson\r\nContent-Encoding: zstd\r\n`;
    const reply = await exchange(running, head, body);
    expect(reply.body).not.toContain('"errors":true');
    expect(await recordsOf(running)).toEqual(['{broken', '{"ok":1}']);
  });

  it('rsyslog: no User-Agent, ends with an empty line, asks _cat/health', async () => {
    const running = await openDoors();
    const head = `Host: soc:9201\r\nAccept: */*\r\n${basic}`;
    const health = await exchange(running, `GET /_cat/health HTTP/1.1\r\n${head}`);
    expect([health.status, health.headers.get('content-type')]).toEqual([
      'HTTP/1.1 200 OK',
      'text/plain; charset=UTF-8',
    ]);
    const body = Buffer.from('{"index":{"_index": "syslog"}}\n{"message":" a"}\n\n');
    const json = 'Content-Type: application/json; charset=utf-8\r\n';
    const reply = await exchange(running, `POST /_bulk HTTP/1.1\r\n${head}${json}`, body);
    expect(reply.body).toBe('{"took":1,"errors":false,"items":[{"index":{"status":201}}]}');
    const wrong = `Authorization: Basic ${btoa('rsyslog:no')}\r\n`;
    const refused = await exchange(
      running,
      `POST /_bulk HTTP/1.1\r\nHost: x\r\n${wrong}`,
      body,
    ).catch((error: NodeJS.ErrnoException) => error.code);
    // rsyslog would drop its batch on a status; on a closed connection it keeps it until the key is
    // right.
    expect(refused).toSatisfy((r) => r === 'ECONNRESET' || (r as Exchange).status === '');
  });

  it('the Elastic client 8: info, bulk, its bulk helper with retries', async () => {
    const running = await openDoors();
    const client = new Client({ node: running.bulk, auth: { username: 'x', password: 'secret' } });
    onTestFinished(() => client.close());
    expect((await client.info()).version.number).toBe('8.19.2');
    const reply = await client.bulk({
      index: 'logs-x',
      operations: [{ create: { _id: '1' } }, { message: 'một' }, { delete: { _id: '2' } }],
    });
    expect(reply.errors).toBe(false);
    const documents = Array.from({ length: 500 }, (_, n) => ({ message: `hai ${n}` }));
    const stats = await client.helpers.bulk({
      datasource: documents,
      onDocument: () => ({ create: { _index: 'logs-x' } }),
    });
    expect(stats).toMatchObject({ total: 500, successful: 500, failed: 0 });
    expect((await recordsOf(running)).length).toBe(501);
  });
});
