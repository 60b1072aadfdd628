import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { shiftWeek, weekNumber, weekOf } from './week.ts';

describe('the ISO week', () => {
  it('begins on Monday in Viet Nam', () => {
    expect(weekOf(Date.UTC(2026, 10, 22, 16, 59))).toBe('2026-W47');
    expect(weekOf(Date.UTC(2026, 10, 22, 17, 0))).toBe('2026-W48');
    expect(weekNumber('2026-W07')).toBe('7');
  });

  it('belongs to the year that has its Thursday', () => {
    expect(weekOf(Date.UTC(2027, 0, 1, 5))).toBe('2026-W53');
    expect(weekOf(Date.UTC(2024, 11, 30, 5))).toBe('2025-W01');
    expect(shiftWeek('2026-W53', 1)).toBe('2027-W01');
  });

  it('comes back when it is moved there and back', () => {
    const instants = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) });
    fc.assert(
      fc.property(instants, fc.integer({ min: -500, max: 500 }), (at, by) => {
        const week = weekOf(at);
        expect(shiftWeek(shiftWeek(week, by), -by)).toBe(week);
        expect(shiftWeek(week, by)).toBe(weekOf(at + by * 7 * 86_400_000));
      }),
    );
  });

  it('leaves what is no week as it is', () => {
    expect(shiftWeek('tuần này', 1)).toBe('tuần này');
  });
});
