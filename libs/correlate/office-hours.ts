const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
/** Viet Nam is seven hours ahead of UTC all year. */
const ZONE_MINUTES = 420;
/** 07:30–11:30 and 13:30–17:00, in minutes of the day. */
const SPANS: readonly (readonly [number, number])[] = [
  [450, 690],
  [810, 1020],
];
/** 1 January 1970 was a Thursday. */
const EPOCH_WEEKDAY = 4;

/**
 * Whether a time (ms) lies in the office hours of Viet Nam's authorities, Monday to Friday;
 * holidays count as days.
 */
export function isOfficeTime(time: number): boolean {
  const minutes = Math.floor(time / MINUTE_MS) + ZONE_MINUTES;
  const day = (((Math.floor(minutes / DAY_MINUTES) + EPOCH_WEEKDAY) % 7) + 7) % 7;
  if (day === 0 || day === 6) return false;
  const minute = ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  return SPANS.some(([from, to]) => minute >= from && minute < to);
}
