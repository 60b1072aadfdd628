import { describe, expect, it } from 'vitest';

import { compile, type RuleSet } from './index.ts';

const HEAD = 'title: t\nlogsource: {product: windows}\ndetection:\n';
const set = (...bodies: readonly string[]): RuleSet =>
  compile(
    bodies.map((body, i) => ({ file: `${i}.yml`, text: HEAD + body })),
    { routing: 'off' },
  );

/** CPU time of the quickest of three runs, in ms. */
function cost(run: () => void): number {
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

/** Twice as much may cost thrice the time, and a pause of the machine. */
function staysLinear(run: (size: number) => void, size: number): void {
  run(size);
  const once = cost(() => run(size));
  expect(cost(() => run(size * 4))).toBeLessThan(12 * once + 40);
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
      const fields = Array.from({ length: size }, (_, i) => [`f${i}`, `value ${i}`]);
      RULES.match(Object.fromEntries([...fields, ['a', 7]]) as Record<string, unknown>);
    }, 10_000);
  });

  it('of long lists cost linear time', () => {
    staysLinear((size) => {
      const list = Array.from({ length: size }, (_, i) => `value ${i}`);
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
