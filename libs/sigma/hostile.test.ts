import { describe, expect, it } from 'vitest';

import { workOf } from '../../test/oracle/count-work.ts';
import { compile, type RuleSet } from './index.ts';

const HEAD = 'title: t\nlogsource: {product: windows}\ndetection:\n';
const set = (...bodies: readonly string[]): RuleSet =>
  compile(
    bodies.map((body, i) => ({ file: `${i}.yml`, text: HEAD + body })),
    { routing: 'off' },
  );

/** Four times as much costs four times the work; what is done once whatever the size is little. */
function staysLinear(run: (size: number) => void, size: number): void {
  // What is made when it is first asked for is no work of the event.
  run(size);
  const once = workOf(() => run(size));
  expect(once).toBeGreaterThan(size / 10);
  expect(workOf(() => run(size * 4))).toBeLessThan(4.2 * once + 1_000);
}

const RULES = set(
  "  s: {a|contains: ['\\cmd.exe', 'aaaaab', 'powershell'], b|contains|all: [x, y]}\n  condition: s\n",
  '  s: {a|re: "(a+)+$"}\n  condition: s\n',
  '  s: {a|re: "(x+x+)+y"}\n  condition: s\n',
  "  s: {a: '*a*a*a*a*a*a*b?c*'}\n  condition: s\n",
  "  s: {a|contains|windash: ' -a -a -a -a'}\n  condition: s\n",
  '  s: [keyword one, other word]\n  condition: s\n',
  '  s: {a|fieldref|contains: b}\n  condition: s\n',
  '  s: {a: null}\n  t: {a|gte: 5}\n  condition: s or t\n',
);

describe('hostile events', () => {
  it.each([
    ['one letter', 'a'],
    ['what the rules look for', '\\cmd.exe aaaaab'],
    ['what backtracks', 'xxxxxxxx'],
    ['dashes', ' -a'],
    ['half characters', '\ud83d'],
    ['letters that fold to two', 'İ'],
    ['marks to compose', 'e\u0301\u0323'],
  ])('of a megabyte of %s cost linear time', (_, bit) => {
    staysLinear((size) => {
      const value = bit.repeat(size / bit.length);
      RULES.match({ a: value, b: value.slice(1), c: value });
    }, 250_000);
  });

  it('of many fields cost linear time', () => {
    staysLinear((size) => {
      const fields = Array.from({ length: size }, (_, i) => [`f${i}`, `value ${i + 100_000}`]);
      RULES.match(Object.fromEntries([...fields, ['a', 7]]) as Record<string, unknown>);
    }, 10_000);
  });

  it('of long lists cost linear time', () => {
    staysLinear((size) => {
      const list = Array.from({ length: size }, (_, i) => `value ${i + 100_000}`);
      RULES.match({ a: list, b: list.toReversed() });
    }, 10_000);
  });

  it('that are deep are read as far as the limit goes', () => {
    const deep = (open: string, close: string, depth: number) =>
      JSON.parse(`{"a":${open.repeat(depth)}"keyword one"${close.repeat(depth)}}`) as Record<
        string,
        unknown
      >;
    expect(RULES.match(deep('[', ']', 10)).length).toBeGreaterThan(0);
    expect(RULES.match(deep('{"x":', '}', 10)).length).toBeGreaterThan(0);
    RULES.match(deep('[', ']', 50_000));
    RULES.match(deep('{"a":', '}', 5_000));
    expect(RULES.explain(deep('[', ']', 5_000), '0.yml')?.matched).toBe(false);
  });

  it('with names of ours are ordinary', () => {
    const rules = set(
      "  s: {__proto__.polluted: 'yes'}\n  t: {constructor: x}\n  condition: s or t\n",
    );
    const parse = (text: string) => JSON.parse(text) as Record<string, unknown>;
    expect(rules.match(parse('{"__proto__":{"polluted":"yes"}}'))).toHaveLength(1);
    expect(rules.match(parse('{"constructor":"x"}'))).toHaveLength(1);
    expect(rules.match({})).toHaveLength(0);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('letters of all the world', () => {
  const met = (rules: RuleSet, value: unknown) => rules.match({ a: value }).length;

  it('are the same composed and decomposed, in Vietnamese too', () => {
    const rules = set("  s: {a|contains: 'Đăng nhập thất bại'}\n  condition: s\n");
    const text = 'lần ĐĂNG NHẬP THẤT BẠI thứ ba';
    expect([text.normalize('NFC'), text.normalize('NFD')].map((one) => met(rules, one))).toEqual([
      1, 1,
    ]);
    const decomposed = set(
      `  s: {a|contains: '${'Đăng nhập thất bại'.normalize('NFD')}'}\n  condition: s\n`,
    );
    expect(met(decomposed, text.normalize('NFC'))).toBe(1);
    expect(met(rules, 'Dang nhap that bai')).toBe(0);
  });

  it('fold without a language: a Turkish dotted i is its own letter', () => {
    const rules = set("  s: {a: 'ADMIN'}\n  condition: s\n");
    expect(['admin', 'ADMIN', 'adm\u0131n', 'ADM\u0130N'].map((one) => met(rules, one))).toEqual([
      1, 1, 0, 0,
    ]);
    const dotted = set("  s: {a|contains: '\u0130stanbul'}\n  condition: s\n");
    expect(
      ['x \u0130STANBUL', 'x i\u0307stanbul', 'x istanbul'].map((one) => met(dotted, one)),
    ).toEqual([1, 1, 0]);
  });

  it('cut in half are found neither alone nor inside a whole one', () => {
    const rules = set(`  s: {a|contains: "\\ud83d"}\n  t: {a: 'x?y'}\n  condition: s or t\n`);
    expect(met(rules, 'x\ud83d\ude00y')).toBe(1);
    expect(met(rules, '\ude00\ud83d')).toBe(0);
    expect(met(rules, '\ud83d')).toBe(0);
  });
});

describe('hostile rules', () => {
  it('of 10,000 selections load and match in linear time', () => {
    const lines = (size: number) =>
      Array.from({ length: size }, (_, i) => `  s${i}: {f${i % 50}|contains: value-${i}-x}\n`);
    const rules = set(`${lines(10_000).join('')}  condition: 1 of s*\n`);
    expect(rules.rules).toHaveLength(1);
    expect(rules.match({ f7: 'a value-57-x' })).toHaveLength(1);
    expect(rules.match({ f8: 'a value-57-x' })).toHaveLength(0);
    const all = set(`${lines(10_000).join('')}  condition: not all of s*\n`);
    expect(all.match({ f7: 'a value-57-x' })).toHaveLength(1);
    staysLinear((size) => {
      set(`${lines(size).join('')}  condition: 1 of s*\n`).match({ f7: 'x' });
    }, 1_000);
  });

  it('of many words and parentheses are read in linear time or refused', () => {
    const many = `  s: {a: 1}\n  condition: ${Array.from({ length: 20_000 }, () => 's').join(' or ')}\n`;
    expect(set(many).rules).toHaveLength(1);
    const deep = `  s: {a: 1}\n  condition: ${'('.repeat(9_000)}s${')'.repeat(9_000)}\n`;
    expect(set(deep).refused[0]?.reason).toBe('condition');
    const not = `  s: {a: 1}\n  condition: ${'not '.repeat(9_001)}s\n`;
    expect(set(not).match({ a: 2 })).toHaveLength(1);
    const nested = `  s: ${'['.repeat(45)}{a: 1}${']'.repeat(45)}\n  condition: s\n`;
    expect(set(nested).refused[0]?.reason).toBe('too_large');
  });
});
