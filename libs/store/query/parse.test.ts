import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { QUERY_CHARS_MAX, QUERY_DEPTH_MAX, QUERY_TERMS_MAX } from './limits.ts';
import { parseQuery } from './parse.ts';
import type { Query } from './syntax.ts';

const term = (field: string, value: string, wildcard = false): Query => ({
  kind: 'term',
  field,
  value,
  wildcard,
});
const text = (...words: string[]): Query => ({ kind: 'text', words, phrase: false });

function problemOf(query: string): [string, number] | undefined {
  const { problem } = parseQuery(query);
  return problem && [problem.reason, problem.at];
}

describe('parseQuery', () => {
  it.each<[string, Query]>([
    ['', { kind: 'all' }],
    ['  * ', { kind: 'all' }],
    ['user.name:admin', term('user.name', 'admin')],
    ['user.name: "Nguyễn Văn A"', term('user.name', 'Nguyễn Văn A')],
    ['user.name:adm*', term('user.name', 'adm*', true)],
    ['file.path:C\\:\\\\temp\\*', term('file.path', 'C:\\temp*')],
    ['url.path:/a/b', term('url.path', '/a/b')],
    ['user.name:*', { kind: 'exists', field: 'user.name' }],
    ['_exists_:user.name', { kind: 'exists', field: 'user.name' }],
    ['source.ip:10.0.0.0/8', { kind: 'cidr', field: 'source.ip', network: '10.0.0.0/8' }],
    ['source.ip:2001:db8::/32', { kind: 'cidr', field: 'source.ip', network: '2001:db8::/32' }],
    ['timeout', text('timeout')],
    ['Hết HẠN', text('het', 'han')],
    ['"hết hạn"', { kind: 'text', words: ['het', 'han'], phrase: true }],
    ['user@host', { kind: 'text', words: ['user', 'host'], phrase: true }],
    ['fail*', text('fail*')],
    ['http://a.vn', { kind: 'text', words: ['http', 'a', 'vn'], phrase: true }],
    ['12:30', { kind: 'text', words: ['12', '30'], phrase: true }],
    ['10.1.2.3', text('10.1.2.3')],
    ['message:timeout', text('timeout')],
    ['a OR b c', { kind: 'or', parts: [text('a'), text('b', 'c')] }],
    [
      '(a OR b) AND c',
      { kind: 'and', parts: [{ kind: 'or', parts: [text('a'), text('b')] }, text('c')] },
    ],
    ['NOT a', { kind: 'not', part: text('a') }],
    ['x:1 -y:2', { kind: 'and', parts: [term('x', '1'), { kind: 'not', part: term('y', '2') }] }],
    [
      'x:1 && y:2 || z:3',
      {
        kind: 'or',
        parts: [{ kind: 'and', parts: [term('x', '1'), term('y', '2')] }, term('z', '3')],
      },
    ],
    ['x:(1 OR "2 3")', { kind: 'or', parts: [term('x', '1'), term('x', '2 3')] }],
    ['x:>=400', { kind: 'range', field: 'x', low: { value: '400', inclusive: true } }],
    ['x:<5', { kind: 'range', field: 'x', high: { value: '5', inclusive: false } }],
    [
      'x:[a TO b}',
      {
        kind: 'range',
        field: 'x',
        low: { value: 'a', inclusive: true },
        high: { value: 'b', inclusive: false },
      },
    ],
    ['x:{* TO 9]', { kind: 'range', field: 'x', high: { value: '9', inclusive: true } }],
    ['x:[* TO *]', { kind: 'exists', field: 'x' }],
    ['and or not', text('and', 'or', 'not')],
  ])('reads %j', (query, expected) => {
    expect(parseQuery(query)).toEqual({ query: expected });
  });

  it.each<[string, string, number]>([
    ['a AND', 'query_syntax', 5],
    ['OR b', 'query_syntax', 0],
    ['(a OR b', 'query_syntax', 0],
    ['a)', 'query_syntax', 1],
    ['a ()', 'query_syntax', 2],
    ['x:1 "open', 'query_syntax', 4],
    ['x:', 'query_syntax', 2],
    ['x:(NOT)', 'query_syntax', 6],
    ['x:[1 2]', 'query_syntax', 2],
    ['x:f(1)', 'query_syntax', 3],
    ['x:>', 'query_syntax', 3],
    ['ip:10.0.0.0/64', 'query_bad_value', 3],
    ['!!! ---', 'query_bad_value', 2],
    ['"..."', 'query_bad_value', 0],
  ])('says what is wrong with %j and where', (query, reason, at) => {
    expect(problemOf(query)).toEqual([reason, at]);
  });

  it('says every problem in Vietnamese and in English', () => {
    const { problem } = parseQuery('(a');
    expect(problem?.message).toMatch(/never closed/);
    expect(problem?.messageVi).toMatch(/chưa được đóng/);
  });

  it('refuses a query of 100 KB, too many conditions and too deep nesting by name', () => {
    expect(problemOf('a'.repeat(100_000))).toEqual(['query_too_long', QUERY_CHARS_MAX]);
    expect(problemOf('x:1 '.repeat(QUERY_TERMS_MAX + 1))?.[0]).toBe('query_too_long');
    expect(problemOf('('.repeat(QUERY_DEPTH_MAX + 1) + 'a')?.[0]).toBe('query_too_deep');
    expect(problemOf('NOT '.repeat(QUERY_DEPTH_MAX + 1) + 'a')?.[0]).toBe('query_too_deep');
    expect(problemOf(`x:${'v'.repeat(2_000)}`)?.[0]).toBe('query_bad_value');
  });

  it('never throws, and always answers a query or a problem inside the text', () => {
    const pieces = [
      'a',
      'b.c:',
      ':',
      '"',
      '(',
      ')',
      '[',
      '}',
      ' TO ',
      ' AND ',
      ' OR ',
      'NOT ',
      '-',
      '\\',
      '*',
      '?',
      ' ',
      '>=',
      '10.0.0.0/8',
      'đ',
      '\u{1F600}',
      '\ud800',
      '__proto__:',
      '\0',
    ];
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(hostile, (query) => {
        const { query: tree, problem } = parseQuery(query);
        expect(tree === undefined).not.toBe(problem === undefined);
        if (problem !== undefined) {
          expect(problem.at).toBeGreaterThanOrEqual(0);
          expect(problem.at).toBeLessThanOrEqual(query.length);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
