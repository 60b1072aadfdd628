import { describe, expect, it } from 'vitest';

import { parseSearch, stringifySearch } from '../../search-params.ts';
import { readDutySearch } from './duty-search.ts';

describe('the view in the address', () => {
  it('keeps our words and leaves everything else aside', () => {
    const url = '?v=mine&sev=high&st=hacked&sort=due&id=SC-1&khung=1&x=<script>&q=5';
    expect(readDutySearch(parseSearch(url))).toEqual({
      v: 'mine',
      sev: 'high',
      sort: 'due',
      id: 'SC-1',
      q: '5',
    });
  });

  it('writes what it reads, without empty values', () => {
    const search = { v: 'critical', q: 'Đắk Lắk & "ndop"', loc: undefined, st: '' };
    const text = stringifySearch(search);
    expect(text.startsWith('?')).toBe(true);
    expect(parseSearch(text)).toEqual({ v: 'critical', q: 'Đắk Lắk & "ndop"' });
    expect(stringifySearch({})).toBe('');
  });

  it('bounds what a link can bring in', () => {
    expect(readDutySearch({ q: 'x'.repeat(100_000) }).q).toHaveLength(2_000);
  });
});
