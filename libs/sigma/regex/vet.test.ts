import fc from 'fast-check';
import { expect, it } from 'vitest';

import { requiredTexts } from './required.ts';
import { compileRegex, isPlainlyFine } from './vet.ts';

const BITS = [
  ...Array.from('ab01_-^$.*+?()[]{}|,:=<!P\\/"\' \u00e9'),
  '(?:',
  '\\d',
  '\\w',
  '\\s',
  '\\b',
  '\\.',
  '[a-z]',
  '{2}',
  '{2,}',
  '{2,3}',
  '[^',
  '(?i)',
  '\\Z',
  '\\x41',
  '{900}',
  '[[:alpha:]]',
];
const anySource = fc.array(fc.constantFrom(...BITS), { maxLength: 9 }).map((bits) => bits.join(''));

it('takes nothing for fine that the linear engine refuses', () => {
  fc.assert(
    fc.property(anySource, (source) => {
      if (isPlainlyFine(source)) expect(() => compileRegex(source, '')).not.toThrow();
    }),
    { numRuns: 30_000 },
  );
});

it('requires only texts that stand in every match', () => {
  const text = fc
    .array(fc.constantFrom(...Array.from('ab01_-.,/ (){}')), { maxLength: 8 })
    .map((a) => a.join(''));
  fc.assert(
    fc.property(anySource, text, (source, value) => {
      let matches: boolean;
      try {
        matches = compileRegex(source, '').test(value);
      } catch {
        return;
      }
      const required = requiredTexts(source);
      if (!matches || required === undefined) return;
      expect(required.some((one) => value.toLowerCase().includes(one))).toBe(true);
    }),
    { numRuns: 30_000 },
  );
});
