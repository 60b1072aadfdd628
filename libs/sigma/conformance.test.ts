import { describe, expect, it } from 'vitest';

import { compile, type CompileOptions, type RuleSet } from './index.ts';

function rule(detection: string, options: CompileOptions = {}): RuleSet {
  const text = `title: t\nlogsource: {product: windows}\ndetection:\n${detection.replaceAll(/^/gm, '  ')}\n`;
  const set = compile([{ file: 'r.yml', text }], { routing: 'off', ...options });
  expect(set.refused).toEqual([]);
  return set;
}

const one = (item: string) => `s: {${item}}\ncondition: s`;
const meets = (set: RuleSet, event: Record<string, unknown>) => set.match(event).length === 1;

/** What an item asks, events that meet it, and events that do not. */
const ITEMS: readonly (readonly [
  item: string,
  yes: readonly Record<string, unknown>[],
  no: readonly Record<string, unknown>[],
])[] = [
  ['EventID: 4625', [{ EventID: 4625 }, { EventID: '4625' }], [{ EventID: 46250 }, {}]],
  ['a: 00000429', [{ a: '00000429' }], [{ a: 429 }, { a: '429' }]],
  ['a|contains: 00000429', [{ a: 'x00000429y' }], [{ a: 'x429y' }]],
  ['a: true', [{ a: true }, { a: 'True' }], [{ a: 1 }, { a: false }]],
  ['a: AbC', [{ a: 'abc' }, { a: 'ABC' }, { a: ['x', 'aBc'] }], [{ a: 'abcd' }, { b: 'abc' }]],
  ['a|cased: AbC', [{ a: 'AbC' }], [{ a: 'abc' }]],
  ['a: null', [{}, { a: null }, { a: [] }], [{ a: '' }, { a: 0 }]],
  ["a: ''", [{ a: '' }], [{}, { a: null }, { a: ' ' }]],
  ["a: '*'", [{ a: '' }, { a: 'x' }, { a: 0 }], [{}, { a: null }]],
  ["a: 'x?z*'", [{ a: 'xyz' }, { a: 'xyz\nmore' }, { a: 'x😀z' }], [{ a: 'xz' }, { a: 'xyyz' }]],
  [String.raw`a: 'x\*y'`, [{ a: 'x*y' }], [{ a: 'xzy' }]],
  [String.raw`a: 'x\\*'`, [{ a: 'x\\y' }, { a: 'x\\' }], [{ a: 'x*' }]],
  [String.raw`a: 'x\\\*'`, [{ a: 'x\\*' }], [{ a: 'x\\y' }]],
  [String.raw`a: 'x\y'`, [{ a: 'x\\y' }], [{ a: 'xy' }]],
  [String.raw`a: 'x\\\\y'`, [{ a: 'x\\\\y' }], [{ a: 'x\\y' }]],
  [String.raw`a: 'x\'`, [{ a: 'x\\' }], [{ a: 'x' }]],
  ['a|contains: [ab, cd]', [{ a: 'xABx' }, { a: 'cd' }], [{ a: 'a b' }]],
  ['a|contains|all: [ab, cd]', [{ a: 'cd ab' }], [{ a: 'ab' }]],
  ["a|startswith: 'c:\\'", [{ a: 'C:\\x' }], [{ a: 'xc:\\' }]],
  ["a|endswith: '\\cmd.exe'", [{ a: 'C:\\CMD.EXE' }], [{ a: 'cmd.exe' }]],
  ["a|re: '^x[0-9]+$'", [{ a: 'x12' }], [{ a: 'X12' }, { a: 'ax12' }]],
  ["a|re|i: '^x$'", [{ a: 'X' }], [{ a: 'xx' }]],
  ["a|re: '(?i)abc'", [{ a: 'xABCx' }], [{ a: 'ab' }]],
  ["a|re|s: 'x.y'", [{ a: 'x\ny' }], [{ a: 'xy' }]],
  ["a|re: 'x.y'", [{ a: 'x-y' }], [{ a: 'x\ny' }]],
  ["a|re|m: '^b$'", [{ a: 'a\nb\nc' }], [{ a: 'ab' }]],
  ['a|base64: foobar', [{ a: 'Zm9vYmFy' }], [{ a: 'foobar' }]],
  [
    'a|base64offset|contains: foobar',
    ['', 'x', 'xy'].map((pad) => ({ a: Buffer.from(`${pad}foobar${pad}`).toString('base64') })),
    [{ a: Buffer.from('fooba').toString('base64') }],
  ],
  [
    'a|wide|base64offset|contains: ping',
    [{ a: Buffer.from('x ping y', 'utf16le').toString('base64') }],
    [{ a: Buffer.from('x ping y').toString('base64') }],
  ],
  [
    'a|utf16be|base64offset|contains: đă',
    [{ a: Buffer.from('x đă y', 'utf16le').swap16().toString('base64') }],
    [{ a: Buffer.from('x đă y').toString('base64') }],
  ],
  [
    "a|windash|contains: ' -f -g'",
    [{ a: 'x /f -g' }, { a: 'x –f ―g' }, { a: 'x -f -g' }],
    [{ a: 'x f g' }, { a: 'x -f +g' }],
  ],
  ["a|windash: 'x-y'", [{ a: 'x-y' }], [{ a: 'x/y' }]],
  [
    'a|cidr: 192.168.0.0/16',
    [{ a: '192.168.3.4' }, { a: '::ffff:192.168.1.1' }, { a: ['x', '192.168.0.1'] }],
    [{ a: '192.169.0.1' }, { a: 'x' }, { a: '192.168.0.1.2' }],
  ],
  [
    "a|cidr: ['2001:db8::/33', 'fe80::/10']",
    [{ a: '2001:db8::1' }, { a: 'febf::1' }, { a: 'fe80::1%eth0' }],
    [{ a: '2001:db8:8000::1' }, { a: '10.0.0.1' }, { a: 'fe80::1%' }, { a: 'fe80::1%a%b' }],
  ],
  ['a|gte: 10', [{ a: 10 }, { a: '11.5' }], [{ a: 9 }, { a: 'x' }, {}]],
  ['a|lt: -1', [{ a: -2 }, { a: '-1.5' }], [{ a: 0 }, { a: '' }, { a: true }]],
  ['a|hour: 3', [{ a: '2026-11-23T10:20:00+07:00' }, { a: '2026-11-23 03:00:00' }], [{ a: 'x' }]],
  ['a|week|gte: 53', [{ a: '2027-01-01T00:00:00Z' }], [{ a: '2027-01-04T00:00:00Z' }]],
  ['a|year: 2026', [{ a: 1_795_392_000 }, { a: 1_795_392_000_000 }], [{ a: '2025-12-31' }]],
  [
    'a|fieldref: b',
    [
      { a: 'X', b: 'x' },
      { a: 1, b: '1' },
    ],
    [{ a: 'x' }, { a: 'x', b: 'y' }],
  ],
  ['a|fieldref|endswith: b', [{ a: 'xyz', b: 'YZ' }], [{ a: 'yzx', b: 'yz' }]],
  ['a|fieldref|neq: b', [{ a: 'x', b: 'y' }, { a: 'x' }], [{ a: 'x', b: 'X' }]],
  ['a|exists: true', [{ a: null }, { a: '' }, { a: {} }], [{}, { b: 1 }]],
  ['a|exists: false', [{}], [{ a: null }]],
  ['a|neq: [x, y]', [{ a: 'z' }, {}], [{ a: 'X' }, { a: 'y' }]],
  ['a.b.c: x', [{ 'a.b.c': 'x' }, { a: { b: { c: 'X' } } }, { 'a.b': { c: 'x' } }], [{ a: 'x' }]],
  ['a.b: x', [{ a: [{ b: 'y' }, { b: 'x' }] }, { a: { b: ['y', 'x'] } }], [{ a: ['x'] }]],
  ["'|all': [foo, bar]", [{ x: 'foo', y: { z: 'BAR' } }], [{ x: 'foo' }]],
  ['a: Đăng nhập', [{ a: 'ĐĂNG NHẬP' }, { a: 'đăng nhập'.normalize('NFD') }], [{ a: 'dang nhap' }]],
  ['a: ΟΔΟΣ', [{ a: 'οδος' }, { a: 'ΟΔΟΣ' }], [{ a: 'οδο' }]],
  ['a|contains: ΔΟΣ', [{ a: 'ΟΔΟΣ ΑΒ' }, { a: 'οδος' }], [{ a: 'οδο' }]],
  ['__proto__: x', [JSON.parse('{"__proto__":"x"}') as Record<string, unknown>], [{}, { a: 'x' }]],
];

describe('an item', () => {
  it.each(ITEMS)('%s', (item, yes, no) => {
    const set = rule(one(item));
    for (const event of yes) expect([event, meets(set, event)]).toEqual([event, true]);
    for (const event of no) expect([event, meets(set, event)]).toEqual([event, false]);
  });

  it('takes the values of its placeholders', () => {
    const set = rule(one("a|expand: '%Admins%-x'"), { placeholders: { Admins: ['root', 'ad*'] } });
    expect(meets(set, { a: 'root-x' })).toBe(true);
    expect(meets(set, { a: 'administrator-x' })).toBe(true);
    expect(meets(set, { a: '%Admins%-x' })).toBe(false);
  });
});

describe('a condition', () => {
  const selections = 's1: {a: 1}\ns2: {b: 1}\nfilter_x: {c: 1}\n_own: {d: 1}\n';
  it.each([
    ['s1 and s2', { a: 1, b: 1 }, { a: 1 }],
    ['s1 or s2 and filter_x', { a: 1 }, { b: 1 }],
    ['not s1 and s2', { b: 1 }, { a: 1, b: 1 }],
    ['s1 AND NOT (s2 or filter_x)', { a: 1 }, { a: 1, c: 1 }],
    ['1 of s*', { b: 1 }, { c: 1 }],
    ['all of s*', { a: 1, b: 1 }, { a: 1 }],
    ['any of them', { c: 1 }, { d: 1 }],
    ['all of them', { a: 1, b: 1, c: 1 }, { a: 1, b: 1 }],
    ['1 of _*', { d: 1 }, { a: 1 }],
    ['s1 and not 1 of filter_*', { a: 1 }, { a: 1, c: 1 }],
    ['[s1, filter_x]', { c: 1 }, { b: 1 }],
  ])('%s', (condition, yes, no) => {
    const set = rule(`${selections}condition: ${condition}`);
    expect(meets(set, yes)).toBe(true);
    expect(meets(set, no)).toBe(false);
  });

  it('takes lists of mappings, of lists and of keywords', () => {
    const set = rule('s:\n  - a: 1\n  - - b: 1\n    - c: 1\n  - word\ncondition: s');
    for (const event of [{ a: 1 }, { b: 1 }, { c: 1 }, { x: ['a WORD here'] }]) {
      expect(meets(set, event)).toBe(true);
    }
    expect(meets(set, { d: 1, word: 1 })).toBe(false);
  });
});
