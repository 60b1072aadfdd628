import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';

import { expect, test } from 'vitest';

import { EXIT } from '../verb.ts';
import { normalizeVerb } from './normalize.ts';

interface Ran {
  readonly status: number;
  readonly documents: readonly { id: unknown; doc: Record<string, unknown> | null }[];
  readonly words: string;
}

async function run(lines: readonly string[], args: readonly string[] = []): Promise<Ran> {
  const io = { in: new PassThrough(), out: new PassThrough(), err: new PassThrough() };
  io.in.end(lines.map((line) => `${line}\n`).join(''));
  const said = Promise.all([text(io.out), text(io.err)]);
  const status = await normalizeVerb.run(args, io);
  io.out.end();
  io.err.end();
  const [out, words] = await said;
  const documents = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Ran['documents'][number]);
  return { status, documents, words };
}

const SSH =
  'Nov 23 09:10:12 db-1 sshd[2211]: Failed password for 0912345678 from 203.0.113.7 port 52344 ssh2';

test('prints one masked document per line, in order, under the line’s id', async () => {
  const { status, documents } = await run([
    JSON.stringify({ id: 'a', event: { message: SSH } }),
    JSON.stringify({ id: 7, event: { message: 'hello', 'event.timezone': '+07:00' } }),
  ]);
  expect(status).toBe(EXIT.done);
  expect(documents.map((each) => each.id)).toEqual(['a', 7]);
  const [ssh, other] = documents;
  expect(ssh!.doc).toMatchObject({ 'source.ip': '203.0.113.7', 'event.outcome': 'failure' });
  expect(JSON.stringify(ssh)).not.toContain('0912345678');
  expect(other!.doc).toMatchObject({ message: 'hello' });
});

test('reads stamps without a zone in the record’s zone, else in that of --zone', async () => {
  const line = '2026/11/23 08:14:05 [error] 1#0: *2 x, client: 10.0.0.1';
  const stamps = async (event: object, args: readonly string[]): Promise<unknown> =>
    (await run([JSON.stringify({ id: 1, event })], args)).documents[0]!.doc!['@timestamp'];
  expect(await stamps({ message: line }, [])).toBe('2026-11-23T08:14:05.000Z');
  expect(await stamps({ message: line }, ['--zone', '+07:00'])).toBe('2026-11-23T01:14:05.000Z');
  const zoned = { message: line, event: { timezone: '-0200' } };
  expect(await stamps(zoned, ['--zone', '+07:00'])).toBe('2026-11-23T10:14:05.000Z');
});

test('names the line that is no event record, and the option it cannot use', async () => {
  const wrong = await run(['{"id":1,"event":{"message":"x"}}', '{"id":2}']);
  expect(wrong.status).toBe(EXIT.wrong);
  expect(wrong.words).toContain('line 2');
  const usage = await run([], ['--zone', 'here']);
  expect(usage.status).toBe(EXIT.usage);
  expect(usage.words).toContain("not 'here'");
});
