import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { FieldValue } from '#libs/model';

import { packCodes, packTimes, unpackColumn, codeAt } from './columns.ts';
import { DayTime } from './day-time.ts';
import { hashValue, hashWord, hashWords, seedOf } from './token-hash.ts';
import { fold, wordsOf } from '../query/words.ts';
import { Block } from './block.ts';
import { PLAIN, SectionText } from './block-section.ts';
import { BlockText } from './block-text.ts';

const text = fc.constantFrom<FieldValue>('a', '', 'b', 'quản trị', '\r', 'x'.repeat(300));
const value: fc.Arbitrary<FieldValue> = fc.oneof(
  fc.constantFrom<FieldValue>(
    'a',
    '',
    'two\nlines',
    'kẻ lạ',
    '\ufeffx',
    'quản trị',
    '\ud800',
    7,
    7.5,
    true,
    null,
    [],
    ['x'],
    ['x'],
  ),
  fc.array(fc.oneof(fc.string(), fc.constant(null)), { maxLength: 3 }),
);

describe('a block', () => {
  it('gives every value of every row back, over a stop in its middle', () => {
    const rows = fc.array(fc.record({ 1: value, 2: value, 3: text }, { requiredKeys: [] }), {
      minLength: 1,
      maxLength: 256,
    });
    fc.assert(
      fc.property(rows, fc.nat(), (given, stop) => {
        const sections = new Map<number, SectionText>();
        const sectionOf = (id: number) => {
          const known = sections.get(id) ?? new SectionText(id, PLAIN);
          sections.set(id, known);
          return known;
        };
        let text = new BlockText();
        given.forEach((fields, row) => {
          if (row === stop % given.length && row > 0) {
            const packed = text.pack(row);
            text.clear();
            text = new BlockText();
            text.restore(packed, sectionOf);
          }
          text.putDelay(row, row % 3);
          for (const [id, each] of Object.entries(fields))
            text.put(sectionOf(Number(id)), row, each);
        });
        const block = new Block(text.pack(given.length));
        expect(block.rows).toBe(given.length);
        given.forEach((fields, row) => {
          expect(block.delay(row)).toBe(row % 3);
          for (const id of [1, 2, 3] as const)
            expect(block.find(id, row)?.value).toEqual(fields[id]);
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('columns', () => {
  it('give codes and times back, whole, in part and one by one', () => {
    const codes = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 300 });
    const small = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.oneof(codes, small), fc.nat(), (list, cut) => {
        const packed = packCodes(Uint16Array.from(list), list.length);
        expect([...unpackColumn(packed)]).toEqual(list);
        expect([...unpackColumn(packed, cut % list.length)]).toEqual(
          list.slice(0, cut % list.length),
        );
        expect(list.map((_, row) => codeAt(packed, row))).toEqual(list);
        const times = Int32Array.from(list, (each) => each * 1_000 - 40_000);
        expect([...unpackColumn(packTimes(times, list.length))]).toEqual([...times]);
      }),
    );
  });
});

describe('tokens', () => {
  it('are the same for values that count as the same, and made of the words of the language', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 300 })),
        (text) => {
          const seed = seedOf('user.name');
          expect(hashValue(seed, fold(text))).toBe(hashValue(seed, text));
          const hashes = new Set<number>();
          hashWords(text, { add: (hash) => hashes.add(hash) });
          for (const word of wordsOf(text)) expect(hashes).toContain(hashWord(word));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('times of a day', () => {
  const start = Date.parse('2026-11-20T00:00:00.000Z');
  it.each([
    ['2026-11-20T01:02:03.004Z', start + 3_723_004],
    ['2026-11-20T23:59:59.999Z', start + 86_399_999],
    ['2026-11-21T00:00:00.000Z', undefined],
    ['2026-11-20T24:00:00.000Z', undefined],
    ['2026-11-20T00:60:00.000Z', undefined],
    ['2026-11-20T0a:00:00.000Z', undefined],
    ['2026-11-20T00:00:00.00xZ', undefined],
    ['2026-11-20T00:00:00+00:00', undefined],
  ])('reads %s as %s', (text, time) => {
    expect(new DayTime(start).read(text)).toBe(time);
  });
});
