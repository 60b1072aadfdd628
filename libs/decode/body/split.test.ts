import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { BodyHeader, Oddity, RawRecord } from '#libs/model';

import { LINE_BYTES_MAX } from '../limits.ts';
import { splitBody, type SplitOutcome } from './split.ts';

interface Split {
  readonly records: readonly RawRecord[];
  readonly oddities: readonly (Oddity | undefined)[];
  readonly outcome: SplitOutcome;
}

function split(bytes: Uint8Array | string, own: Partial<BodyHeader> = {}): Split {
  const records: RawRecord[] = [];
  const oddities: (Oddity | undefined)[] = [];
  const header: BodyHeader = {
    input: 'http',
    format: 'ndjson',
    received: 0,
    encoding: 'identity',
    ...own,
  };
  const outcome = splitBody(
    { header, bytes: Buffer.from(bytes as string), position: 0 },
    (record, oddity) => {
      records.push(record);
      oddities.push(oddity);
    },
  );
  return { records, oddities, outcome };
}

const texts = (result: Split): (string | undefined)[] => result.records.map((each) => each.text);

test('cuts lines at LF and CRLF, passes blank ones over and takes a last line without LF', () => {
  const result = split('{"a":1}\r\n\n\r\nplain line\n{"b":2}');
  expect(texts(result)).toEqual(['{"a":1}', 'plain line', '{"b":2}']);
  expect(result.records.map((each) => each.ordinal)).toEqual([0, 1, 2]);
  expect(result.outcome).toEqual({ kind: 'whole' });
});

test('takes a JSON array, its strings as plain lines, and one object over several lines', () => {
  expect(texts(split('[ {"a":[1,"]"]}, "x \\"y\\"", {"b":"}"} ]'))).toEqual([
    '{"a":[1,"]"]}',
    'x "y"',
    '{"b":"}"}',
  ]);
  expect(texts(split('[]'))).toEqual([]);
  expect(texts(split('{\n "a": 1\n}\n'))).toEqual(['{\n "a": 1\n}']);
});

test('takes no byte order mark into the first record', () => {
  expect(texts(split('\ufeff{"a":1}\nb'))).toEqual(['{"a":1}', 'b']);
});

test('takes lines that only begin like JSON as lines', () => {
  const lines = '[Wed Oct 20 19:20:59 2021] [error] x\n[Wed Oct 20 19:21:00 2021] [error] y';
  expect(texts(split(lines))).toEqual(lines.split('\n'));
  expect(texts(split('{broken\n{"a":1}'))).toEqual(['{broken', '{"a":1}']);
});

test('pairs the actions of a bulk body with their documents and names those with an id', () => {
  const body = [
    '{"index":{"_index":"x","_id":"1"}}',
    '{"a":1}',
    '',
    '{"delete":{"_id":"9"}}',
    '{"create":{}}',
    '{"a":2}',
    '{"update":{"_id":3}}',
    '{"doc":{"a":3}}',
    '',
  ].join('\n');
  const result = split(body, { format: 'bulk', index: 'logs' });
  expect(texts(result)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}']);
  expect(result.records.map((each) => each.senderId)).toEqual(['x/1', undefined, 'logs/3']);
  expect(result.outcome).toEqual({ kind: 'whole' });
});

test('keeps a bulk line that is no action and says that the framing is broken', () => {
  const result = split('not an action\n{"index":{}}\n{"a":1}\n', { format: 'bulk' });
  expect(texts(result)).toEqual(['not an action', '{"a":1}']);
  expect(result.outcome).toEqual({ kind: 'partly', reason: 'broken_framing' });
});

test('gives the lines of a batch with an idempotency key the same ids each time', () => {
  const ids = split('a\nb', { batch: 'k' }).records.map((each) => each.senderId);
  expect(ids).toEqual(['k#0', 'k#1']);
});

function framed(...messages: string[]): Buffer {
  return Buffer.concat(
    messages.map((message) => {
      const bytes = Buffer.from(message);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return Buffer.concat([length, bytes]);
    }),
  );
}

test('cuts frames, trims the LF or NUL inside them and takes the start of one that is cut off', () => {
  const whole = framed('<13>a\n', 'two\nlines\0', 'c');
  expect(texts(split(whole, { format: 'frames' }))).toEqual(['<13>a', 'two\nlines', 'c']);
  const cut = split(whole.subarray(0, 12), { format: 'frames' });
  expect(texts(cut)).toEqual(['<13>a']);
  expect(cut.outcome).toEqual({ kind: 'partly', reason: 'broken_framing' });
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['zstd', zstdCompressSync],
] as const)('undoes %s', (encoding, encode) => {
  expect(texts(split(encode(Buffer.from('a\nb')), { encoding }))).toEqual(['a', 'b']);
});

test('sets a body aside that inflates too far or is not what it says', () => {
  const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, 32));
  expect(split(bomb, { encoding: 'gzip' }).outcome).toEqual({
    kind: 'set_aside',
    reason: 'inflates_too_far',
  });
  for (const encoding of ['gzip', 'deflate', 'zstd'] as const) {
    expect(split('no such thing', { encoding }).outcome).toEqual({
      kind: 'set_aside',
      reason: 'broken_encoding',
    });
  }
});

test('takes what can be had of a compressed body that stops half way', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `line ${(i * 7919) % 10_007}`).join('\n');
  const bytes = gzipSync(Buffer.from(lines));
  const result = split(bytes.subarray(0, bytes.length - 20), { encoding: 'gzip' });
  expect(result.outcome).toEqual({ kind: 'partly', reason: 'broken_encoding' });
  expect(result.records.length).toBeGreaterThan(4000);
});

test('cuts a line over the limit and says which line was not UTF-8', () => {
  const long = split(Buffer.concat([Buffer.alloc(LINE_BYTES_MAX + 10, 97), Buffer.from('\nb')]));
  expect(long.records.map((each) => each.text?.length)).toEqual([LINE_BYTES_MAX, 1]);
  expect(long.oddities).toEqual(['line_too_long', undefined]);
  const broken = split(Buffer.concat([Buffer.from('ok\n'), Buffer.from([0x61, 0xff, 0x62])]));
  expect(texts(broken)).toEqual(['ok', 'a\uFFFDb']);
  expect(broken.oddities).toEqual([undefined, 'invalid_utf8']);
});

test('never throws, whatever the bytes, the format and the encoding', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc
          .string({ unit: fc.constantFrom(...Array.from('[]{}":,\\ \nab1')) })
          .map((s) => Buffer.from(s)),
      ),
      fc.constantFrom('ndjson', 'bulk', 'frames'),
      fc.constantFrom('identity', 'gzip', 'deflate', 'zstd'),
      (bytes, format, encoding) => {
        const { records } = split(bytes, { format, encoding });
        for (const record of records) expect(record.text).not.toBe('');
      },
    ),
    { numRuns: 500 },
  );
});
