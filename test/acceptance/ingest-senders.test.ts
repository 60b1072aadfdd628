import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { describe, expect, it, onTestFinished } from 'vitest';

import { startRsyslog } from '../support/rsyslog.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import {
  bulkWithIds,
  counted,
  numbersIn,
  plainTcp,
  smallDisk,
  spooledRecords,
  startCollector,
  type TestCollector,
} from './ingest-parts.ts';

const run = promisify(execFile);
const senders = join(import.meta.dirname, '..', '..', 'deploy', 'senders');

async function texts(collector: TestCollector): Promise<string[]> {
  return (await spooledRecords(collector)).map((record) => record.text);
}

describe('real senders', () => {
  it('logger: UDP and TCP, old and new format, octet counting and LF', async () => {
    const collector = await startCollector(onTestFinished);
    const { syslog_tcp: tcp, syslog_udp: udp } = collector.ports;
    const to = (port: number) => ['--server', '127.0.0.1', '--port', String(port), '--tag', 'sshd'];
    const forms = [
      [...to(udp), '--udp', '--rfc3164'],
      [...to(udp), '--udp', '--rfc5424'],
      [...to(tcp), '--tcp', '--rfc3164'],
      [...to(tcp), '--tcp', '--rfc5424'],
      [...to(tcp), '--tcp', '--rfc5424', '--octet-count'],
      [...to(tcp), '--tcp', '--rfc3164', '--octet-count'],
    ];
    for (const [i, form] of forms.entries()) await run('logger', [...form, `form ${i} đăng nhập`]);
    const taken = await until('every form arrived', async () => {
      const all = await texts(collector);
      return all.length === forms.length ? all : undefined;
    });
    for (const [i] of forms.entries()) {
      const own = taken.filter((text) => text.endsWith(`form ${i} đăng nhập`));
      expect(own.length).toBe(1);
      expect(own[0]).toMatch(/^<13>/);
    }
  });

  it('curl: lines, an array, gzip', async () => {
    const collector = await startCollector(onTestFinished);
    const folder = tempFolder(onTestFinished);
    const file = join(folder, 'body');
    const url = `http://127.0.0.1:${collector.ports.http}/api/v1/ingest`;
    const send = async (body: string | Buffer, ...headers: string[]) => {
      await writeFile(file, body);
      const more = headers.flatMap((header) => ['-H', header]);
      const key = ['-H', 'Authorization: Bearer secret'];
      const { stdout } = await run('curl', [
        '-sS',
        ...key,
        ...more,
        '--data-binary',
        `@${file}`,
        url,
      ]);
      return stdout;
    };
    expect(await send('{"message":"a"}\nb\n')).toBe('{"accepted":2,"rejected":[]}');
    expect(await send('[{"message":"c"},{"message":"d"}]')).toBe('{"accepted":2,"rejected":[]}');
    const big = '{"message":"e"}\n'.repeat(100_000);
    expect(await send(big)).toBe('{"accepted":100000,"rejected":[]}');
    const zipped = gzipSync('{"message":"f"}\n');
    expect(await send(zipped, 'Content-Encoding: gzip')).toBe('{"accepted":1,"rejected":[]}');
    expect((await spooledRecords(collector)).length).toBe(100_005);
  });

  it('the files of deploy/senders for rsyslog and curl', async () => {
    const collector = await startCollector(onTestFinished);
    const { bulk, syslog_tcp: tcp, http } = collector.ports;
    const at = (port: number, text: string) =>
      text
        .replaceAll('soc.example.gov.vn', '127.0.0.1')
        .replaceAll('INGEST_KEY', 'secret')
        .replace(/ (serverport|port)="\d+"/, ` $1="${port}"`)
        // Loaded by the test's own configuration.
        .replace(/^module\(.*$/m, '');
    const rsyslog = await startRsyslog(onTestFinished, [
      at(bulk, await readFile(join(senders, 'rsyslog-bulk.conf'), 'utf8')),
      at(tcp, await readFile(join(senders, 'rsyslog-tcp.conf'), 'utf8')),
    ]);
    await rsyslog.log('Failed password for root', { tag: 'sshd', priority: 'auth.info' });
    const file = join(tempFolder(onTestFinished), 'lines');
    await writeFile(file, 'một\nhai\n');
    const url = `http://127.0.0.1:${http}`;
    const env = { ...process.env, THAPCANH_URL: url, THAPCANH_KEY: 'secret' };
    const { stdout } = await run(join(senders, 'send-file.sh'), [file], { env });
    expect(stdout).toBe('{"accepted":2,"rejected":[]}');
    const records = await until('everything arrived', async () => {
      const all = await spooledRecords(collector);
      return all.length === 4 ? all : undefined;
    });
    const event = JSON.parse(records.find(({ input }) => input === 'bulk')?.text ?? '{}') as object;
    expect(event).toMatchObject({
      'process.name': 'sshd',
      'log.syslog.severity.code': 6,
      message: expect.stringContaining('Failed password for root') as string,
    });
    expect(records.find(({ input }) => input === 'bulk')?.senderId).toMatch(
      /^syslog\/[0-9a-f-]{32}/i,
    );
    expect(records.find(({ input }) => input === 'syslog_tcp')?.text).toMatch(/^<38>1 .*sshd/);
  });

  it('rsyslog: keeps everything while the disk is full, over _bulk and TCP', async ({ skip }) => {
    const folder = smallDisk(onTestFinished, '16m');
    if (folder === undefined) return skip('only root can make a small disk');
    const filler = join(folder, 'filler');
    const limits = { hold_ms: 700 };
    const options = { folder, limits, spool: { reserve_bytes: 0 } };
    const collector = await startCollector(onTestFinished, options);
    const { bulk, syslog_tcp: tcp } = collector.ports;
    const rsyslog = await startRsyslog(onTestFinished, [bulkWithIds(bulk), plainTcp(tcp)]);
    await writeFile(filler, Buffer.alloc(16 * 1_048_576)).catch(() => undefined);
    const lines = Array.from({ length: 3000 }, (_, i) => `line-${i} kiểm tra`);
    await rsyslog.log(lines, { tag: 'sshd' });
    await until('senders were held and cut off', async () => {
      const state = await collector.state();
      return counted(state, 'held_replies') > 4 || undefined;
    });
    expect((await spooledRecords(collector)).length).toBeLessThan(3000);
    await writeFile(filler, '');
    await until('everything arrived once by either way', async () => {
      const records = await spooledRecords(collector);
      const by = (input: string) =>
        numbersIn(
          records.filter((r) => r.input === input),
          'line',
        );
      const once = [...by('bulk').values(), ...by('syslog_tcp').values()];
      return (once.length === 6000 && once.every((times) => times === 1)) || undefined;
    });
    expect(counted(await collector.state(), 'dropped_messages')).toBe(0);
  });
});
