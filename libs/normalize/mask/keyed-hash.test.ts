import { createHmac } from 'node:crypto';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { KeyedHash } from './keyed-hash.ts';

it('is HMAC-SHA-256 for every key and text', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.array(fc.string({ unit: 'binary', maxLength: 400 }), { minLength: 1, maxLength: 4 }),
      (key, texts) => {
        const keyed = new KeyedHash(key);
        for (const text of texts) {
          expect(keyed.of(text)).toBe(createHmac('sha256', key).update(text).digest('base64url'));
        }
      },
    ),
  );
});
