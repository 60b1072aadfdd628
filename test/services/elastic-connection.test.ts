import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, inject, it, onTestFinished } from 'vitest';

import { Connection, type ElasticSettings } from '../../libs/store/elastic/index.ts';
import { isMissing } from '../support/parts.ts';
import { startTlsProxy } from '../support/tls-proxy.ts';

const basic = `Basic ${Buffer.from('soc:mật khẩu').toString('base64')}`;
const apiKey = Buffer.from('id1:secret').toString('base64');

function connect(settings: ElasticSettings): Connection {
  const connection = new Connection(settings);
  onTestFinished(() => connection.close());
  return connection;
}

/** A server that gives one recorded answer, whatever it is asked. */
async function recorded(headers: Record<string, string>, body: string, status = 200) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked };
}

describe.skipIf(isMissing('elasticsearch'))('the way to Elasticsearch', () => {
  const server = inject('elasticsearch');

  it('finds the version of the real server without asking for its root', async () => {
    const check = await connect({ urls: [server?.url ?? ''] }).check();
    expect(check).toEqual({ ok: true, version: server?.version });
  });

  it('goes through TLS of an own authority with user and password, or an API key', async () => {
    const accepted = [basic, `ApiKey ${apiKey}`];
    const proxy = await startTlsProxy(onTestFinished, { target: server?.url ?? '', accepted });
    const way = { urls: [proxy.url], ca: proxy.ca };
    for (const auth of [{ username: 'soc', password: 'mật khẩu' }, { apiKey }]) {
      expect(await connect({ ...way, auth }).check()).toMatchObject({ ok: true });
    }
    const named = proxy.url.replace('//', `//soc:${encodeURIComponent('mật khẩu')}@`);
    expect(await connect({ urls: [named], ca: proxy.ca }).check()).toMatchObject({ ok: true });
    expect(proxy.counts).toEqual({ passed: 3, refused: 0 });
    const wrong = connect({ ...way, auth: { username: 'soc', password: 'guess' } });
    await expect(wrong.check()).rejects.toThrow(/401 security_exception/);
    // An authority that was not named is not believed, whoever it is.
    await expect(connect({ urls: [proxy.url], auth: { apiKey } }).check()).rejects.toThrow(
      /certificate/,
    );
    expect(proxy.counts).toEqual({ passed: 3, refused: 1 });
  });

  it('refuses recorded Elasticsearch 7 and OpenSearch', async () => {
    const seven = await recorded(
      { 'x-elastic-product': 'Elasticsearch' },
      '{"nodes":{"q4mVYQSuQyGHh9TWGXZRVw":{"version":"7.17.28"}}}',
    );
    expect(await connect({ urls: [seven.url] }).check()).toMatchObject({
      reason: 'version_too_old',
      found: '7.17.28',
    });
    expect(seven.asked).toEqual(['GET /_nodes?filter_path=nodes.*.version']);
    const open = await recorded({}, '{"nodes":{"yTYgWv6nQmOdgqVxM8IYwQ":{"version":"2.19.1"}}}');
    expect(await connect({ urls: [open.url] }).check()).toMatchObject({
      reason: 'not_elasticsearch',
      found: 'OpenSearch or another server',
    });
  });

  it('rejects when nothing answers', async () => {
    await expect(connect({ urls: ['http://127.0.0.1:1'] }).check()).rejects.toThrow(/ECONNREFUSED/);
  });
});
