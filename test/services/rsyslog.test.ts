import { createServer, type AddressInfo } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { isMissing } from '../support/parts.ts';
import { forwardTcp, startRsyslog } from '../support/rsyslog.ts';
import { until } from '../support/until.ts';

describe.skipIf(isMissing('rsyslog'))('the test rsyslog', () => {
  it('sends what logger is given over TCP, octet-counted', async () => {
    let received = '';
    const listener = createServer((socket) => {
      socket.setEncoding('utf8').on('data', (text: string) => {
        received += text;
      });
      onTestFinished(() => void socket.destroy());
    });
    await new Promise<void>((resolve) => {
      listener.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void listener.close());
    const { port } = listener.address() as AddressInfo;

    const rsyslog = await startRsyslog(onTestFinished, [forwardTcp(port)]);
    await rsyslog.log('Failed password for root from 203.0.113.7 port 22 ssh2', {
      tag: 'sshd',
      priority: 'auth.info',
    });
    const line = await until('the line arrives', () => (received === '' ? undefined : received));
    expect(line).toMatch(/^\d+ <38>1 .* sshd - - -.*Failed password for root/);
  });
});
