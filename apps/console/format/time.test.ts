import { describe, expect, it } from 'vitest';

import {
  clockTime,
  date,
  dateTime,
  fieldTime,
  fromFieldTime,
  listTime,
  morningAfter,
  weekdayTime,
} from './time.ts';

/** 22 November 2026, 21:05:09 UTC: already the next day in Viet Nam. */
const LATE = Date.UTC(2026, 10, 22, 21, 5, 9, 120);

describe('time as people read it', () => {
  it('is Viet Nam’s, whatever the zone of the browser', () => {
    expect(date(LATE)).toBe('23/11/2026');
    expect(clockTime(LATE)).toBe('04:05:09');
    expect(dateTime(LATE)).toBe('23/11/2026 04:05');
    expect(weekdayTime(LATE, 'vi')).toBe('T2 04:05');
    expect(weekdayTime(LATE, 'en')).toBe('Mon 04:05');
  });

  it('is short for today, longer the further back', () => {
    expect(listTime(LATE, LATE + 60_000)).toBe('04:05:09');
    expect(listTime(LATE, LATE + 86_400_000)).toBe('23/11 04:05');
    expect(listTime(LATE, LATE + 365 * 86_400_000)).toBe('23/11/2026');
  });

  it('knows the next morning at seven', () => {
    expect(dateTime(morningAfter(LATE))).toBe('23/11/2026 07:00');
    expect(dateTime(morningAfter(morningAfter(LATE)))).toBe('24/11/2026 07:00');
  });

  it('goes into a form field and comes back the same minute', () => {
    expect(fieldTime(LATE)).toBe('2026-11-23T04:05');
    expect(fromFieldTime(fieldTime(LATE))).toBe(LATE - 9_120);
    expect(fromFieldTime('')).toBeNaN();
  });
});
