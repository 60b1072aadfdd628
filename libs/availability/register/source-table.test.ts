import { describe, expect, it } from 'vitest';

import { Localities } from './localities.ts';
import { readSourceTable } from './source-table.ts';

const localities = new Localities();

describe('a table of log sources', () => {
  it('is read by the names of its columns, quotes and commas kept', () => {
    const { rows, faults } = readSourceTable(
      '\uFEFFlocality,id,name,addresses\r\n03433,fw-1,"Tường lửa, ""mới""",10.0.0.1 10.0.0.2\r\n',
      localities,
    );
    expect(faults).toEqual([]);
    expect(rows).toMatchObject([
      {
        line: 2,
        source: {
          id: 'fw-1',
          name: 'Tường lửa, "mới"',
          place: { province: '12', commune: '03433' },
          addresses: ['10.0.0.1', '10.0.0.2'],
        },
      },
    ]);
  });

  it('has every fault named with its line, in both languages', () => {
    const { rows, faults } = readSourceTable(
      'id,name,locality,silence_s\na,A,46,\na,B,46,\n,C,46,\nd,D,99,\ne,E,46,soon\nđ đ,F,46,\n',
      localities,
    );
    expect(rows.map(({ source }) => source.id)).toEqual(['a']);
    expect(faults.map(({ line, text }) => [line, text.en])).toEqual([
      [3, 'id a stands twice'],
      [4, 'id missing'],
      [5, 'there is no locality 99'],
      [6, 'silence_s is no number of seconds: soon'],
      [7, 'not an id: đ đ'],
    ]);
    expect(readSourceTable('id,colour\n', localities).faults[0]?.text.en).toBe(
      'unknown column colour',
    );
  });
});
