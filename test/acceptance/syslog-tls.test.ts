import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';

import type { HealthView } from '#libs/protocol';
import { expect, it, onTestFinished } from 'vitest';

import { startProduct } from '../support/product.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { searched, signIn } from './desk.ts';

/** An authority, and certificates of it for the product and for one sender. */
function authority(folder: string): (name: string) => string {
  const openssl = (line: string, subject: string) =>
    execFileSync('openssl', [...line.split(' '), ...(subject === '' ? [] : ['-subj', subject])], {
      cwd: folder,
      stdio: 'pipe',
    });
  const fresh = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
  openssl(`req -x509 ${fresh} -keyout ca.key -out ca.pem -days 2`, '/CN=Test authority');
  for (const name of ['product', 'sender']) {
    openssl(`req ${fresh} -keyout ${name}.key -out ${name}.csr`, `/CN=${name}`);
    const signed = `-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out ${name}.pem`;
    openssl(`x509 -req -in ${name}.csr ${signed}`, '');
  }
  return (name) => join(folder, name);
}

const line = (text: string): string =>
  `<38>1 ${new Date().toISOString()} fw-1 sshd 7 - - Failed password for ${text} from 203.0.113.9 port 5 ssh2`;
const octets = (text: string): string => `${Buffer.byteLength(text)} ${text}`;

/** Sends pieces over one connection and ends it; rejects when it is not let in. */
async function send(port: number, pieces: readonly string[], more: ConnectionOptions) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ port, host: '127.0.0.1', servername: 'product', ...more });
  socket.once('error', reject).once('close', () => resolve());
  // A client of TLS 1.3 hears of a refusal only when it reads.
  socket.resume();
  for (const piece of pieces) socket.write(piece);
  socket.end();
  await promise;
}

it('takes syslog over TLS from senders with a certificate of the configured authority', async () => {
  const file = authority(tempFolder(onTestFinished));
  const product = await startProduct(onTestFinished, {
    settings: {
      inputs: {
        syslog_tls: {
          port: 0,
          tls_cert_file: file('product.pem'),
          tls_key_file: file('product.key'),
          client_ca_file: file('ca.pem'),
        },
      },
    },
  });
  const port = product.inputs['syslog_tls'] ?? 0;
  const read = (name: string): string => readFileSync(file(name), 'utf8');
  const known = { ca: read('ca.pem'), cert: read('sender.pem'), key: read('sender.key') };
  const names = { checkServerIdentity: () => undefined };

  // TLS 1.2 as Debian's rsyslog, octet counts in records of their own; 1.3 cut at every character.
  const first = line('tls-one');
  await send(port, [`${Buffer.byteLength(first)} `, first], {
    ...known,
    ...names,
    maxVersion: 'TLSv1.2',
  });
  await send(port, octets(line('tls-two')).split(''), { ...known, ...names });
  const shown = `-connect 127.0.0.1:${port} -CAfile ${file('ca.pem')} -cert ${file('sender.pem')}`;
  const client = `s_client -quiet ${shown} -key ${file('sender.key')}`;
  const openssl = execFile('openssl', client.split(' '));
  openssl.stdin?.write(`${line('tls-three')}\n`);

  const desk = await signIn(product);
  for (const user of ['tls-one', 'tls-two', 'tls-three']) {
    const [found] = await searched(desk, `user.name:${user}`, 1);
    expect(found?.fields).toMatchObject({ 'host.name': 'fw-1', 'event.outcome': 'failure' });
  }
  openssl.kill();

  // A sender without a certificate, one that speaks no TLS and one that says nothing change
  // nothing.
  await send(port, [octets(line('nobody'))], { ca: known.ca, ...names }).catch(() => undefined);
  const plain = connectPlain(port, '127.0.0.1');
  plain.on('error', () => undefined).write(`${line('plain')}\n`);
  const mute = connectPlain(port, '127.0.0.1').on('error', () => undefined);
  const { lines } = await until('the refusals are counted', async () => {
    const health = await desk.get<HealthView>('/api/v1/health');
    const tls = health.lines.find(({ id }) => id === 'door_syslog_tls');
    return (tls?.figures['oddities_tls_failed'] ?? 0) >= 2 ? health : undefined;
  });
  const door = lines.find(({ id }) => id === 'door_syslog_tls');
  expect(door).toMatchObject({ state: 'ok', figures: { accepted_events: 3 } });
  mute.destroy();
  expect(await product.stop()).toMatchObject({ code: 0 });
});

it('opens no port without a certificate, and names the file that is missing', async () => {
  const product = await startProduct(onTestFinished);
  expect(product.inputs['syslog_tls']).toBeUndefined();
  const missing = { tls_cert_file: '/nowhere/cert.pem', tls_key_file: '/nowhere/key.pem' };
  await expect(
    startProduct(onTestFinished, { settings: { inputs: { syslog_tls: missing } } }),
  ).rejects.toThrow('inputs.syslog_tls.tls_cert_file');
});
