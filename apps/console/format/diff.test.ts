import fc from 'fast-check';
import { expect, it } from 'vitest';

import { diffLines } from './diff.ts';

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', 'level: high'), { maxLength: 12 })
  .map((lines) => lines.join('\n'));

it('holds both texts, whatever they are', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after);
      const of = (kind: string) =>
        lines.flatMap((line) => (line.kind === kind ? [] : [line.text])).join('\n');
      expect(of('added')).toBe(before);
      expect(of('removed')).toBe(after);
    }),
  );
});

it('shows a changed line as one gone and one new, and nothing else', () => {
  const before = 'title: x\nlevel: low\ntags: []';
  const lines = diffLines(before, before.replace('low', 'high'));
  expect(lines.map(({ kind }) => kind)).toEqual(['same', 'removed', 'added', 'same']);
  expect(diffLines(before, before).every(({ kind }) => kind === 'same')).toBe(true);
});
