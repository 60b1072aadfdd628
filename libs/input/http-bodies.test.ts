import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { ManualClock, type BodyHeader } from '#libs/model';

import {
  bulkReply,
  bulkRuns,
  countLines,
  dropsOf,
  FrameBatch,
  framesOf,
  handshake,
  Inflater,
  keysIn,
  MemoryBudget,
  plainAddress,
  Repeats,
} from './index.ts';

const lines = (...parts: string[]) => Buffer.from(parts.join('\n'));

describe('bulkRuns', () => {
  it('counts every kind of action, blank lines and a missing last LF', () => {
    const body = lines(
      '{"index":{"_index":"a"}}',
      '{"m":1}',
      '',
      '{"create":{}}',
      '{"m":2}',
      '{"delete":{"_id":"1"}}',
      '{"update":{"_id":"1"}}',
      '{"doc":{}}',
      '{"create":{"_id":"2"}}',
      '{"m":3}',
    );
    expect(bulkRuns(body)).toEqual([
      ['index', 1],
      ['create', 1],
      ['delete', 1],
      ['update', 1],
      ['create', 1],
    ]);
  });

  it('never mistakes a document for an action and answers a stray line as an item of its own', () => {
    const action = '{"create":{}}';
    expect(bulkRuns(lines(action, '{"delete":{}}', 'garbage', action, '{"m":1}'))).toEqual([
      ['create', 3],
    ]);
    expect(bulkRuns(lines('{"__proto__":{}}', '{"create":null}', '[]'))).toEqual([['create', 3]]);
  });
});

describe('bulkReply', () => {
  it('is compact, in the order that senders search for, with an item for each action', () => {
    expect(
      bulkReply(
        [
          ['create', 2],
          ['delete', 1],
        ],
        undefined,
      ),
    ).toBe(
      '{"took":1,"errors":false,"items":[{"create":{"status":201}},{"create":{"status":201}},{"delete":{"status":200}}]}',
    );
    expect(bulkReply([], undefined)).toBe('{"took":1,"errors":false,"items":[]}');
  });

  it('leaves out what filter_path does not ask for', () => {
    const runs = [['index', 1]] as const;
    const item = '{"index":{"status":201}}';
    expect(bulkReply(runs, 'errors,items.*.error,items.*.status')).toBe(
      `{"errors":false,"items":[${item}]}`,
    );
    expect(bulkReply(runs, 'errors')).toBe('{"errors":false}');
    expect(bulkReply(runs, 'items')).toBe(`{"items":[${item}]}`);
    expect(bulkReply(runs, '-took')).toBe(`{"errors":false,"items":[${item}]}`);
    expect(bulkReply(runs, 'errors,items.*.error')).toBe('{"errors":false}');
    expect(bulkReply(runs, '**.status,took')).toBe(`{"took":1,"items":[${item}]}`);
  });
});

describe('handshake', () => {
  it('answers what the clients of the table ask', () => {
    const get = (path: string) => JSON.parse(handshake('GET', path).text) as Record<string, never>;
    expect(get('/')).toMatchObject({ version: { number: '8.19.2', build_flavor: 'default' } });
    expect(get('/_license')).toMatchObject({ license: { status: 'active', type: 'basic' } });
    expect(get('/_xpack')).toMatchObject({ license: { status: 'active' } });
    expect(get('/_cluster/health')).toMatchObject({ status: 'green' });
    expect(get('/_data_stream/logs-x')).toMatchObject({ data_streams: [{ name: 'logs-x' }] });
    expect(JSON.stringify(get('/_nodes/ingest'))).toMatch(/geoip.*user_agent/);
    expect(handshake('GET', '/_cat/health')).toMatchObject({ status: 200, json: false });
    for (const path of ['/_ilm/policy/x', '/_ingest/pipeline/x', '/_template/x', '/constructor']) {
      expect(handshake('GET', path).status).toBe(200);
      expect(handshake('HEAD', path).status).toBe(200);
      expect(handshake('PUT', path).status).toBe(200);
    }
    expect(handshake('PUT', '/_some/admin')).toEqual({ status: 200, text: '{}', json: true });
  });
});

describe('countLines', () => {
  it('counts lines, skips blank ones and names those over the limit', () => {
    expect(countLines(lines('a', '', 'b\r', '\r', 'c'), 10)).toEqual({
      accepted: 3,
      tooLong: [],
      tooLongCount: 0,
    });
    expect(countLines(lines('12345', '', '123456', '12345\r'), 5)).toEqual({
      accepted: 2,
      tooLong: [2],
      tooLongCount: 1,
    });
  });
});

describe('Inflater', () => {
  const text = Buffer.from('nhật ký '.repeat(200_000));

  it.each([
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['identity', text],
  ] as const)('undoes %s', async (encoding, bytes) => {
    const inflated = await new Inflater().inflate(bytes, encoding, 100_000_000);
    expect('bytes' in inflated && inflated.bytes.equals(text)).toBe(true);
  });

  it('stops at a bomb and names a broken body', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const inflater = new Inflater();
    expect(await inflater.inflate(bomb, 'gzip', 20_000_000)).toEqual({
      reason: 'inflates_too_far',
    });
    expect(await inflater.inflate(bomb, 'gzip', 4_000_000)).toEqual({ reason: 'inflates_too_far' });
    expect(await inflater.inflate(bomb.subarray(0, 999), 'gzip', 9e7)).toEqual({
      reason: 'broken_encoding',
    });
    expect(await inflater.inflate(text, 'zstd', 9e7)).toEqual({ reason: 'broken_encoding' });
  });
});

describe('keysIn', () => {
  const base64 = (s: string) => Buffer.from(s).toString('base64');

  it('reads every form in which a key may come', () => {
    expect(keysIn('Bearer k1')).toEqual(['k1']);
    expect(keysIn('bearer  k1')).toEqual(['k1']);
    expect(keysIn('ApiKey k1')).toEqual(['k1']);
    expect(keysIn(`ApiKey ${base64('x:k1')}`)).toContain('k1');
    expect(keysIn(`Basic ${base64('anyone:k:1')}`)).toEqual(['k:1']);
    for (const none of [
      undefined,
      '',
      'Bearer',
      'Digest x',
      `Basic ${base64('nokey')}`,
      'x'.repeat(9000),
    ]) {
      expect(keysIn(none)).toEqual([]);
    }
  });
});

describe('MemoryBudget', () => {
  const signal = new AbortController().signal;

  it('serves who came first and takes back from who gives up', async () => {
    const budget = new MemoryBudget(100);
    const [a, b, c] = [{ taken: 0 }, { taken: 0 }, { taken: 0 }];
    expect(budget.tryTake(a, 90)).toBe(true);
    const giveUp = new AbortController();
    const first = budget.take(b, 50, giveUp.signal);
    const second = budget.take(c, 10, signal);
    expect(budget.tryTake(a, 1)).toBe(false);
    giveUp.abort();
    expect([await first, await second]).toEqual(['aborted', 'taken']);
    for (const share of [a, b, c]) budget.release(share);
    expect(budget.used).toBe(0);
  });

  it('lets one of several half-read bodies go over the limit, so that none waits for ever', async () => {
    const budget = new MemoryBudget(100);
    const shares = Array.from({ length: 4 }, () => ({ taken: 0 }));
    for (const share of shares) budget.tryTake(share, 25);
    const done = shares.map(async (share) => {
      for (let i = 0; i < 3; i += 1) await budget.take(share, 25, signal);
      budget.release(share);
    });
    await Promise.all(done);
    expect(budget.used).toBe(0);
  });
});

describe('Repeats', () => {
  const header: BodyHeader = {
    input: 'http',
    format: 'ndjson',
    received: 1,
    encoding: 'identity',
    peer: 'a',
  };
  const print = (text: string, peer = 'a', received = 1) =>
    Repeats.fingerprint({ ...header, peer, received }, [Buffer.from(text)]);

  it('explains one repeat by each body that was not fully answered, within the window', async () => {
    const clock = new ManualClock(0);
    const repeats = new Repeats(clock, 600_000, 100);
    repeats.remember(print('x'), 0, Promise.resolve(true));
    expect(repeats.take(print('y'))).toBeUndefined();
    expect(repeats.take(print('x', 'b'))).toBeUndefined();
    expect(await repeats.take(print('x', 'a', 99))).toBe(true);
    expect(repeats.take(print('x'))).toBeUndefined();
    repeats.remember(print('x'), 0, Promise.resolve(true));
    clock.advance(600_001);
    expect(repeats.take(print('x'))).toBeUndefined();
    expect(repeats.size).toBe(0);
  });

  it('forgets the oldest at its limit', () => {
    const repeats = new Repeats(new ManualClock(0), 600_000, 3);
    for (const text of ['1', '2', '3', '4', '5'])
      repeats.remember(print(text), 0, Promise.resolve(true));
    expect(repeats.size).toBe(3);
    expect(repeats.take(print('1'))).toBeUndefined();
    expect(repeats.take(print('5'))).toBeDefined();
  });
});

describe('FrameBatch', () => {
  it('gives back its messages', () => {
    const batch = new FrameBatch();
    const messages = ['a', '', 'x'.repeat(5000), 'ầ'].map((m) => Buffer.from(m));
    for (const message of messages) batch.add(message);
    expect([...framesOf(batch.bytes())]).toEqual(messages);
    expect(batch.messages).toBe(4);
  });
});

describe('what the system tells', () => {
  it('finds the drops of a port in /proc/net/udp', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
      ' 123: 0100007F:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 42',
      ' 124: 0100007F:158B 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 7',
    ].join('\n');
    expect(dropsOf(table, 5514)).toBe(42);
    expect(dropsOf(table, 1)).toBe(0);
  });

  it('writes addresses as the register does', () => {
    expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1');
    expect(plainAddress('fe80::1')).toBe('fe80::1');
  });
});
