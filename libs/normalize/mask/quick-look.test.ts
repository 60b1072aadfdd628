import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { maySecretsStand } from './quick-look.ts';
import { findSecrets } from './scan.ts';
import { SECRET_NAMES_WHOLE, SECRET_NAME_ENDS } from './words.ts';

function looksAt(text: string): boolean {
  const bytes = Buffer.from(`before ${text} after`);
  return maySecretsStand(bytes, 7, bytes.length - 6);
}

const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'.split('')), minLength: min, maxLength: max });
const numbers = fc.oneof(
  digits(1, 14),
  fc.tuple(fc.constantFrom('0', '84', '0084', '09', '+84 9'), digits(7, 11)).map((p) => p.join('')),
  fc
    .tuple(fc.constantFrom('09', '091', '0912', '84', '001'), fc.constantFrom(' ', '.', '-'))
    .chain(([head, sign]) =>
      fc
        .array(digits(2, 4), { minLength: 2, maxLength: 4 })
        .map((groups) => [head, ...groups].join(sign)),
    ),
);
const names = fc
  .tuple(
    fc.constantFrom('', 'x-', 'my_', 'user.', 'a', '"', 'X'),
    fc.constantFrom(
      ...SECRET_NAMES_WHOLE,
      ...SECRET_NAME_ENDS,
      'khẩu',
      'mật khẩu',
      'logid',
      'version',
      'api_key',
      'mat_khau',
    ),
    fc.constantFrom('=', ':', '":"', '": ', ' = ', '=\\"', "'='"),
  )
  .chain(([before, name, delimiter]) =>
    fc
      .constantFrom(name, name.toUpperCase(), name.normalize('NFD'), name.split('').join('_'))
      .map((spelled) => `${before}${spelled}${delimiter}`),
  );
const WORDS =
  'OTP|otp la |mã xác thực |ma xac thuc |MÃ XÁC THỰC|CMND |cccd:|giấy tờ |căn cước |can cuoc |' +
  'định danh |chứng minh |so giay to|giayto |%22|%2522|a.b@c.vn|@|Bearer abcdefghij|' +
  'BEARER abcdefghijk|eyJhbGciOi.abcdefghijklmnop|eyJ| |"|,|-|.|x|p|b|T|3f2a-|-9d31-|{|}|đ|\u0301';
const words = fc.constantFrom(...WORDS.split('|'));
const texts = fc
  .array(
    fc.oneof(
      numbers,
      names,
      words,
      words.map((word) => word.normalize('NFD')),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.join(''));

describe('the first look at the bytes of a record', () => {
  it('misses nothing that the scan of the text finds', () => {
    fc.assert(
      fc.property(texts, (text) => {
        if (findSecrets(text).length > 0) expect(looksAt(text)).toBe(true);
      }),
      { numRuns: 6_000 },
    );
  });

  it('calls ordinary lines clean', () => {
    for (const text of [
      '10.0.0.1 - - [23/Nov/2026:08:14:05 +0700] "GET /ho-so/tra-cuu?ma=H49.12-261123-0007 HTTP/1.1" 200 48213 "-" "Mozilla/5.0 (X11) Chrome/131.0"',
      '{"@timestamp":"2026-11-23T01:00:00.123Z","event":{"duration":310000000},"log":{"offset":900123456}}',
      'sshd[812]: Accepted publickey for nv from 10.0.9.1 port 50122 ssh2: ED25519 SHA256:77e44f',
      '{"id":"3cdc1e10-ded0-4f5d-8434-000000000000","status_code":200,"version":"8.19.2"}',
    ]) {
      expect(looksAt(text), text).toBe(false);
    }
  });
});
