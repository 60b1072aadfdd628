import { describe, expect, it } from 'vitest';

import { neighborWeek, parseWeek, weekOf } from './period.ts';

describe('weekOf', () => {
  it('begins on Monday 00:00 in Viet Nam', () => {
    const week = weekOf(Date.parse('2026-11-22T23:59:59+07:00'));
    expect(week.name).toBe('2026-W47');
    expect(new Date(week.from).toISOString()).toBe('2026-11-15T17:00:00.000Z');
    expect(weekOf(Date.parse('2026-11-23T00:00:00+07:00')).name).toBe('2026-W48');
  });

  it('numbers weeks as ISO 8601 does at the turn of the year', () => {
    expect(weekOf(Date.parse('2027-01-03T12:00:00+07:00')).name).toBe('2026-W53');
    expect(weekOf(Date.parse('2027-01-04T00:00:00+07:00')).name).toBe('2027-W01');
    expect(weekOf(Date.parse('2024-12-30T00:00:00+07:00')).name).toBe('2025-W01');
  });

  it('reads its own names and refuses weeks that are not there', () => {
    for (let week = weekOf(0), n = 0; n < 3_000; week = neighborWeek(week, 1), n += 1) {
      expect(parseWeek(week.name)).toEqual(week);
    }
    expect(parseWeek('2026-W54')).toBeUndefined();
    expect(parseWeek('2025-W53')).toBeUndefined();
    expect(parseWeek('2026-47')).toBeUndefined();
  });
});
