import { describe, expect, it } from 'vitest';

import type { BodyHeader, Charset, Oddity } from '#libs/model';

import { splitBody } from './split.ts';

const header: BodyHeader = {
  input: 'syslog_udp',
  format: 'ndjson',
  received: 0,
  encoding: 'identity',
};

function cut(bytes: Buffer, charset: Charset, format: BodyHeader['format'] = 'ndjson') {
  const records: { text: string | undefined; oddity: Oddity | undefined }[] = [];
  const body = { header: { ...header, format }, bytes, position: 0 };
  splitBody(body, ({ text }, oddity) => records.push({ text, oddity }), charset);
  return records;
}

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

function frames(...messages: Buffer[]): Buffer {
  return Buffer.concat(
    messages.flatMap((message) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(message.length);
      return [length, message];
    }),
  );
}

describe('senders that do not write UTF-8', () => {
  it('are read in the charset of their entry in the register', () => {
    // "Đăng nhập thất bại" as each of them writes it.
    expect(cut(bytes([0xd0], 'ang nh', [0xe2, 0xf2], 'p'), 'windows-1258')[0]?.text).toBe(
      'Đang nhập',
    );
    expect(
      cut(bytes([0xa7, 0xa8], 'ng nh', [0xcb], 'p th', [0xca], 't b', [0xb9], 'i'), 'tcvn3'),
    ).toEqual([{ text: 'Đăng nhập thất bại', oddity: undefined }]);
    expect(cut(bytes('caf', [0xe9, 0x20, 0x80]), 'windows-1252')[0]?.text).toBe('café €');
  });

  it('are read as UTF-8 line by line where they write it after all', () => {
    const mixed = bytes('đăng nhập\nth', [0xca], 't b', [0xb9], 'i\nplain\n');
    expect(cut(mixed, 'tcvn3').map(({ text }) => text)).toEqual(['đăng nhập', 'thất bại', 'plain']);
  });

  it('write lines and messages of UTF-16, with a mark or without', () => {
    const text = 'lỗi một\r\nlỗi hai\r\n';
    const marked = Buffer.from(`\ufeff${text}`, 'utf16le');
    for (const each of [marked, Buffer.from(text, 'utf16le')]) {
      expect(cut(each, 'utf-16le').map((record) => record.text)).toEqual(['lỗi một', 'lỗi hai']);
    }
    const framed = frames(Buffer.from('<13>một', 'utf16le'), Buffer.from('<13>hai'));
    expect(cut(framed, 'utf-16le', 'frames').map((record) => record.text)).toEqual([
      '<13>một',
      '<13>hai',
    ]);
  });

  it('keep every byte that is no letter visible, and the mark of a damaged one', () => {
    expect(cut(bytes('a', [0xb0], 'b'), 'tcvn3')[0]?.text).toBe('a\ufffdb');
    expect(cut(bytes('a', [0xff], 'b'), 'utf-8')).toEqual([
      { text: 'a\ufffdb', oddity: 'invalid_utf8' },
    ]);
  });
});
