import { describe, expect, it } from 'vitest';

import type { FieldValue } from '#libs/model';

import { matchesQuery } from './matches.ts';
import { parseQuery } from './parse.ts';
import { wordsOf } from './words.ts';

const fields: Record<string, FieldValue> = {
  message: 'Failed password for quản_trị from 10.1.2.3 port 22: đăng nhập sai.',
  'user.name': 'Admin',
  'source.ip': '10.1.2.3',
  'source.port': 50_022,
  'http.response.status_code': 404,
  'event.category': ['authentication', 'session'],
  'event.empty': [],
  'event.none': null,
  '@timestamp': '2026-11-22T08:00:00.000Z',
  'host.v6': '2001:db8::10',
  'file.path': 'C:\\Temp\\*.txt',
  'flag.on': true,
};

function matches(query: string): boolean {
  const parsed = parseQuery(query);
  if (parsed.query === undefined) throw new Error(parsed.problem.message);
  return matchesQuery(parsed.query, { id: 'e1', fields });
}

describe('matchesQuery', () => {
  it.each([
    'user.name:admin',
    'user.name:ADM?N',
    'user.name:a*',
    'event.category:session',
    'event.category:(x OR authentication)',
    'source.ip:10.0.0.0/8',
    'source.ip:[10.1.2.0 TO 10.1.2.9]',
    'source.ip:["9.0.0.0" TO "100.0.0.0"]',
    'source.ip:::ffff:a01:0/112',
    'host.v6:2001:db8::/64',
    'http.response.status_code:>=400',
    'http.response.status_code:[400 TO 499]',
    'source.port:>9000',
    '@timestamp:[2026-11-22 TO 2026-11-23}',
    'flag.on:true',
    'failed password',
    'dang nhap',
    '"đăng nhập sai"',
    'quan_tri',
    'pass*',
    '"from 10.1.2.3"',
    'message:"password for"',
    'user.name:* AND NOT user.id:*',
    'NOT event.empty:* NOT event.none:*',
    'file.path:C\\:\\\\Temp\\\\\\*.txt',
  ])('finds the event by %j', (query) => {
    expect(matches(query)).toBe(true);
  });

  it.each([
    'user.name:adm',
    'user.name:admin2',
    'source.ip:10.2.0.0/16',
    'http.response.status_code:<404',
    'http.response.status_code:[4 TO 5]',
    'event.empty:*',
    'event.none:*',
    '"password failed"',
    'word',
    'pass',
    '"for from"',
    'constructor:*',
    'user.name:>=5',
  ])('passes over it by %j', (query) => {
    expect(matches(query)).toBe(false);
  });

  it('finds by event id', () => {
    const event = { id: 'e1', fields };
    expect(matchesQuery({ kind: 'ids', ids: ['e0', 'e1'] }, event)).toBe(true);
    expect(matchesQuery({ kind: 'ids', ids: ['e0'] }, event)).toBe(false);
  });

  it('takes words apart the same way whatever stands around them', () => {
    expect(wordsOf('a.b 1.2.3: x-y v1.5. (Đ) \u{1D400}')).toEqual([
      'a',
      'b',
      '1.2.3',
      'x',
      'y',
      'v1.5',
      'd',
      '\u{1D400}',
    ]);
  });
});
