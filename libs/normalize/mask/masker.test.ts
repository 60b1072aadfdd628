import fc from 'fast-check';
import { expect, test } from 'vitest';

import { newFields } from '#libs/model';

import { Masked, Masker } from './masker.ts';

const masker = new Masker(Buffer.alloc(32, 7));
const mask = (text: string): string => masker.text(text, new Masked());

test.each([
  ['cho 000000000017 xong', 'cho *********017 xong'],
  ['cccd=001099012345&x=1', 'cccd=*********345&x=1'],
  ['%22cccd%22%3A%22001099012345%22', '%22cccd%22%3A%22*********345%22'],
  ['goi 0912345678, +84912345678 va 84912345678', 'goi *******678, +********678 va ********678'],
  ['so 0912 345 678 va 0912.345.679', 'so *********678 va *********679'],
  ['so 001 099 012 345', 'so ************345'],
  ['CMND 123456789 cap tai', 'CMND ******789 cap tai'],
  ['số giấy tờ: 123456789', 'số giấy tờ: ******789'],
  ['Ma OTP cua ban la 482913. Khong chia se', 'Ma OTP cua ban la ******. Khong chia se'],
  ['482913 la ma xac thuc', '****** la ma xac thuc'],
  ['mã xác thực 4829', 'mã xác thực ****'],
  [
    'm\u0061\u0303 xa\u0301c thu\u031b\u0323c 4829',
    'm\u0061\u0303 xa\u0301c thu\u031b\u0323c ****',
  ],
  ['gui nv.a@tinh.gov.vn', 'gui ***@tinh.gov.vn'],
  ['POST /x?password=ab%26c&user=q', 'POST /x?password=******&user=q'],
  ['{"password":"a\\"b c","x":1}', '{"password":"******","x":1}'],
  ['"{\\"otp\\":\\"123456\\"}"', '"{\\"otp\\":\\"******\\"}"'],
  ['Authorization: Bearer abc.def-1, x', 'Authorization: ******, x'],
  ['auth Bearer abcdefgh12', 'auth Bearer ******'],
  ['t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_d z', 't ****** z'],
  ['Cookie: a=b; c=d\nnext', 'Cookie: ******\nnext'],
  ['mật khẩu: Abc@123 xong', 'mật khẩu: ****** xong'],
  ['access_token=abc', 'access_token=******'],
])('masks %j', (text, shown) => {
  expect(mask(text)).toBe(shown);
});

test.each([
  'ho so H49.12-250715-0003 va 000.12.34.H49-250715-0003',
  'MST 0301234567 va 0301234567-001, mã số thuế: 0312345678',
  'logid="0316013056" type="utm" eventtime=1587230269052907555 sentbyte=84912345678',
  '2026-11-23 09:12:30 INFO otp-service - ready',
  'sha1 da39a3ee5e6b4b0d0912345678afd80709000000 md5',
  'sudo: tsg : TTY=pts/0 ; PWD=/home/tsg ; USER=root',
  'type="LOGIN_ERROR", credential_type="password", token_id="-"',
  'Failed password for root from 10.0.0.1 port 52344 ssh2',
  '0A91F2 sub:001 submit date:2611230911 stat:DELIVRD',
  'root@server1 connected',
  '{"otp":"sent","telco":"viettel","latency_ms":94210}',
  '{"api":"XacThucThongTin","ms":30001}',
  'LogonGuid {00000000-0000-0000-0000-000000000000} devid="FG100F0912345678"',
  'h:91ac ***@x.vn password=****** ',
])('leaves %j as it is', (text) => {
  expect(mask(text)).toBe(text);
});

test('gives an account the same pseudonym wherever it is all that a field holds', () => {
  const fields = newFields();
  fields['user.name'] = '0912345678';
  fields['related.user'] = ['0912345678', 'admin'];
  fields['phone'] = 84_912_345_678;
  fields['message'] = 'user 0912345678 locked';
  masker.fields(fields, new Masked(), new Set());
  const shown = fields['user.name'];
  expect(shown).toMatch(/^\*{7}678~[\w-]{16}$/);
  expect(fields['related.user']).toEqual([shown, 'admin']);
  expect(String(fields['phone']).split('~')[1]).toBe(shown.split('~')[1]);
  expect(fields['message']).toBe('user *******678 locked');
});

test('masks a value in every field once its surroundings gave it away in one', () => {
  const fields = newFields();
  fields['code'] = '482913';
  fields['number'] = 482_913;
  fields['message'] = 'OTP 482913';
  fields['x'] = 'q=hunter2';
  fields['db.password'] = 'hunter2';
  masker.fields(fields, new Masked(), new Set());
  expect({ ...fields }).toEqual({
    code: '******',
    number: '******',
    message: 'OTP ******',
    x: 'q=******',
    'db.password': '******',
  });
});

test('another key gives another hash, the same key the same', () => {
  const other = new Masker(Buffer.alloc(32, 8));
  expect(masker.hash('0912345678', 'phone')).toBe(masker.hash('+84 912 345 678', 'phone'));
  expect(other.hash('0912345678', 'phone')).not.toBe(masker.hash('0912345678', 'phone'));
});

const digits = (length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((a) => a.join(''));
const secret = fc.oneof(
  digits(11).map((d) => `0${d}`),
  fc
    .tuple(fc.constantFrom('0', '84', '+84'), fc.constantFrom(...Array.from('35789')), digits(8))
    .map((t) => t.join('')),
);

test('no number of a citizen survives in a text, whatever stands around it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from(' abc=:"\'\\&?/<>{}[](),;|_%éư@')) }),
      secret,
      fc.string({ unit: fc.constantFrom(...Array.from(' abc=:"\'\\&?/<>{}[](),;|_%éư@')) }),
      (before, value, after) => {
        const around = `${before} ${value}`;
        expect(mask(`${around}${after}`)).not.toContain(value.replace('+', ''));
      },
    ),
    { numRuns: 2000 },
  );
});

test('stays linear in hostile texts', () => {
  const units = [
    'password=',
    'a@',
    'otp 1234 ',
    '0912 ',
    'eyJ',
    'bearer ',
    '"password":"',
    '\\',
    'cmnd 123456789 ',
    'x',
    'xác ',
    '@a.b',
    '012345678901',
  ];
  for (const unit of units) {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
    const start = process.cpuUsage();
    mask(text);
    const { user, system } = process.cpuUsage(start);
    expect({ unit, slow: (user + system) / 1000 > 4000 }).toEqual({ unit, slow: false });
  }
});
