import fc from 'fast-check';
import { expect, it } from 'vitest';

import { valueText } from './value-text.ts';

it('gives every text in NFC and without the signs that join keys', () => {
  const units = fc.oneof(
    fc.constantFrom('a', '\0', '\u0001', 'ư', 'u\u031b', 'o\u0302\u0323', 'ộ', '\u02ff', '\u0300'),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(units, { maxLength: 8 }), (parts) => {
      const text = parts.join('');
      const expected = text.normalize('NFC').replaceAll('\0', ' ').replaceAll('\u0001', ' ');
      expect(valueText(text)).toBe(text === '' ? undefined : expected);
    }),
  );
});

it('joins the texts of a list and leaves out what is empty', () => {
  expect(valueText(['a', '', null, 7, true])).toBe('a, 7, true');
  expect(valueText([])).toBeUndefined();
  expect(valueText(['', null])).toBeUndefined();
});
