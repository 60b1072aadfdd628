import { describe, expect, it } from 'vitest';

import { term, withCondition } from './query-text.ts';

describe('adding a value to a query', () => {
  it('quotes what the language would read as something else', () => {
    expect(term('user.name', 'admin.tthc')).toBe('user.name:admin.tthc');
    expect(term('url.path', '/a b')).toBe('url.path:"/a b"');
    expect(term('message', 'says "no" \\ maybe')).toBe('message:"says \\"no\\" \\\\ maybe"');
    expect(term('event.action', 'NOT')).toBe('event.action:"NOT"');
    expect(term('host.ip', '10.0.0.0/8')).toBe('host.ip:"10.0.0.0/8"');
    expect(term('user.name', 'a*')).toBe('user.name:"a*"');
  });

  it('adds and never replaces, and brackets an OR', () => {
    expect(withCondition('', 'a:1')).toBe('a:1');
    expect(withCondition(' b:2 ', 'a:1')).toBe('b:2 AND a:1');
    expect(withCondition('b:2 OR c:3', 'NOT a:1')).toBe('(b:2 OR c:3) AND NOT a:1');
  });
});
