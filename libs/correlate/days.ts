const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Viet Nam is seven hours ahead of UTC all year. */
const ZONE_MS = 7 * HOUR_MS;
/** A day is sealed this long after its end. */
const SEALED_AFTER_MS = 36 * HOUR_MS;

/** Number of the day (Viet Nam's) in which a time lies. */
export function dayOf(time: number): number {
  return Math.floor((time + ZONE_MS) / DAY_MS);
}

/** When a day begins. */
export function beginOf(day: number): number {
  return day * DAY_MS - ZONE_MS;
}

/** The last day that is sealed at a time. */
export function sealedAt(time: number): number {
  return dayOf(time - SEALED_AFTER_MS) - 1;
}

/** Whole days that a learning period lasts. */
export function learnDaysOf(periodMs: number): number {
  return Math.max(1, Math.round(periodMs / DAY_MS));
}

/** No value is new for longer than the whole day it came in and the time to its seal. */
export const NEW_FOR_MS = DAY_MS + SEALED_AFTER_MS;
