import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { isMissing } from '../support/parts.ts';
import { forwardTcp, forwardUdp, sendBulk, startRsyslog } from '../support/rsyslog.ts';
import { until } from '../support/until.ts';

const failure = 'Failed password for root from 203.0.113.7 port 22 ssh2';
const asSshd = { tag: 'sshd', priority: 'auth.info' };

/** What a listener was sent so far. */
class Received {
  text = '';

  readonly take = (more: Buffer): void => {
    this.text += more.toString('utf8');
  };

  holding(part: string): Promise<string> {
    return until(`"${part}" arrives`, () => (this.text.includes(part) ? this.text : undefined));
  }
}

function listening(server: Server): Promise<number> {
  onTestFinished(() => void server.close());
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  return promise;
}

describe.skipIf(isMissing('rsyslog'))('the test rsyslog', () => {
  it('sends what logger is given over TCP, octet-counted', async () => {
    const received = new Received();
    const port = await listening(
      createServer((socket) => {
        socket.on('data', received.take);
        onTestFinished(() => void socket.destroy());
      }),
    );
    const rsyslog = await startRsyslog(onTestFinished, [forwardTcp(port)]);
    await rsyslog.log(failure, asSshd);
    expect(await received.holding('ssh2')).toMatch(/^\d+ <38>1 .* sshd - - -.*Failed password/);
  });

  it('keeps the order and the text of many messages', async () => {
    const received = new Received();
    const port = await listening(
      createServer((socket) => {
        socket.on('data', received.take);
        onTestFinished(() => void socket.destroy());
      }),
    );
    const rsyslog = await startRsyslog(onTestFinished, [forwardTcp(port)]);
    await rsyslog.log(Array.from({ length: 500 }, (_, n) => `dòng ${n}.`));
    const numbers = [...(await received.holding('dòng 499.')).matchAll(/dòng (\d+)\./g)];
    expect(numbers.map((match) => Number(match[1]))).toEqual(
      Array.from({ length: 500 }, (_, n) => n),
    );
  });

  it('sends over UDP in the traditional format', async () => {
    const received = new Received();
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    socket.on('message', received.take);
    await new Promise<void>((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });
    const rsyslog = await startRsyslog(onTestFinished, [forwardUdp(socket.address().port)]);
    await rsyslog.log(failure, asSshd);
    expect(await received.holding('ssh2')).toMatch(/^<38>[A-Z][a-z]{2} .* sshd: Failed password/);
  });

  it('sends bulk requests with the key as the password', async () => {
    const received = new Received();
    const server = createHttpServer((request, response) => {
      received.take(Buffer.from(`${request.url} ${request.headers.authorization ?? ''}\n`));
      request.on('data', received.take);
      request.on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end('{"took":1,"errors":false,"items":[{"index":{"status":201}}]}');
      });
    });
    const port = await listening(server);
    onTestFinished(() => server.closeAllConnections());
    const rsyslog = await startRsyslog(onTestFinished, [sendBulk(port, { key: 'the-key' })]);
    await rsyslog.log(failure, asSshd);
    const text = await received.holding('ssh2');
    expect(text).toContain(`/_bulk Basic ${btoa('rsyslog:the-key')}`);
    expect(text).toMatch(/"program":\s*"sshd".*Failed password/);
  });
});
