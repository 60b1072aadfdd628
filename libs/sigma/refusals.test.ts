import { describe, expect, it } from 'vitest';

import { compile, type Refusal } from './index.ts';

function refusal(text: string): Refusal {
  const set = compile([{ file: 'r.yml', text }]);
  expect(set.refused).toHaveLength(1);
  return set.refused[0] as Refusal;
}

const HEAD = 'title: t\nlogsource: {product: windows}\n';
const one = (item: string) => `${HEAD}detection:\n  s:\n    ${item}\n  condition: s\n`;

describe('what is refused says where and why', () => {
  it.each([
    ['title: t\n a: [', 'yaml', 2],
    ['- 1', 'not_a_rule', 1],
    ['title: t', 'not_a_rule', 1],
    ['logsource: {product: x}\ndetection: {s: {a: 1}, condition: s}', 'missing_key', 1],
    ['title: t\ndetection: {s: {a: 1}, condition: s}', 'missing_key', 1],
    [`${HEAD}detection:\n  s: {a: 1}`, 'missing_key', 4],
    [`${HEAD}level: urgent\ndetection: {s: {a: 1}, condition: s}`, 'unknown_value', 3],
    [`${HEAD}detection:\n  s: {a: 1}\n  condition: s and t`, 'unknown_selection', 5],
    [`${HEAD}detection:\n  s: {a: 1}\n  condition: s and`, 'condition', 5],
    [`${HEAD}detection:\n  s: {a: 1}\n  condition: (s`, 'condition', 5],
    [`${HEAD}detection:\n  s: {a: 1}\n  condition: s s`, 'condition', 5],
    [`${HEAD}detection:\n  s: {a: 1}\n  condition: 1 of x*`, 'unknown_selection', 5],
    [`${HEAD}detection:\n  s: {a: 1}\n  condition: 2 of s*`, 'condition', 5],
    [`${HEAD}detection:\n  s: {}\n  condition: s`, 'empty_selection', 4],
    [`${HEAD}detection:\n  s: []\n  condition: s`, 'empty_selection', 4],
    [one('a|containz: x'), 'unknown_modifier', 5],
    [one('a|contains|re: x'), 'modifier_order', 5],
    [one('a|gte: x'), 'modifier_value', 5],
    [one('a|cidr: 10.0.0.0/33'), 'modifier_value', 5],
    [one('a|contains: null'), 'modifier_value', 5],
    [one("a|base64: 'x*'"), 'modifier_value', 5],
    [one('a|exists|contains: true'), 'modifier_order', 5],
    [one("a|expand: '%x%'"), 'placeholder_unresolved', 5],
    [one("a|re: '(x'"), 'regex_invalid', 5],
    [one("a|re: 'x(?=y)'"), 'regex_not_linear', 5],
    [one(String.raw`a|re: '(x)\1'`), 'regex_not_linear', 5],
    [one('a: {b: c}'), 'wrong_type', 5],
    [`${one('a: 1')}thapcanh:\n  kode: X`, 'unknown_key', 8],
    [`${one('a: 1')}thapcanh:\n  scope: village`, 'unknown_value', 8],
    [`${one('a: 1')}thapcanh:\n  recovers: [nobody]`, 'unknown_rule', 8],
    [`${one('a: 1')}thapcanh:\n  ratio: {base: [x]}`, 'missing_key', 8],
  ] as const)('%j', (text, reason, line) => {
    const found = refusal(text);
    expect([found.reason, found.line]).toEqual([reason, line]);
    expect(found.message.length).toBeGreaterThan(5);
    expect(found.column).toBeGreaterThan(0);
  });

  it('shows the correlation that replaces an aggregation', () => {
    const found = refusal(
      `${HEAD}detection:\n  s: {EventID: 4625}\n  timeframe: 10m\n  condition: s | count(User) by Host > 5\n`,
    );
    expect([found.reason, found.line, found.column]).toEqual(['legacy_aggregation', 6, 16]);
    expect(found.instead).toContain(
      'type: value_count\n  rules: [base_rule]\n  group-by: [Host]\n  timespan: 10m\n  condition:\n    gt: 5\n    field: User',
    );
  });

  it.each(['s | count() > 3', 's | near x', 's | sum(n) by a, b <= 4', 's | count()'])(
    'never fails for %s',
    (condition) => {
      const found = refusal(`${HEAD}detection:\n  s: {a: 1}\n  condition: '${condition}'\n`);
      expect(found.reason).toBe('legacy_aggregation');
    },
  );

  it('names both places of an id that is there twice, and keeps the first', () => {
    const text = `${one('a: 1')}id: x\n---\n${one('a: 2')}id: x\n`;
    const set = compile([{ file: 'r.yml', text }]);
    expect(set.rules).toHaveLength(1);
    expect(set.refused[0]?.reason).toBe('duplicate_id');
    expect(set.refused[0]?.message).toContain('r.yml:1');
  });

  it('takes deprecated rules and unknown keys of others', () => {
    const text = `${one('a: 1')}status: deprecated\nregression_tests_path: x\n`;
    expect(compile([{ file: 'r.yml', text }]).refused).toEqual([]);
  });

  it('refuses what aliases make too large', () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      const refs = Array.from({ length: 9 }, () => `*a${i}`).join(', ');
      return `a${i + 1}: &a${i + 1} [${i === 0 ? refs.replaceAll('*a0', 'x') : refs}]`;
    });
    expect(refusal(`title: t\n${levels.join('\n')}`).reason).toBe('too_large');
  });
});
