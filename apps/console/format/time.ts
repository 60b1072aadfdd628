import type { Instant } from '#libs/protocol';

/** Everything is shown in Viet Nam's time, whatever the browser's own zone is (console.md §4.3). */
const ZONE_OFFSET_MS = 7 * 3_600_000;

interface Parts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

/**
 * Viet Nam has had no summer time since 1975, so the offset is a constant and no formatter is
 * needed.
 */
function parts(at: number): Parts {
  const local = new Date(at + ZONE_OFFSET_MS);
  return {
    year: String(local.getUTCFullYear()),
    month: two(local.getUTCMonth() + 1),
    day: two(local.getUTCDate()),
    hour: two(local.getUTCHours()),
    minute: two(local.getUTCMinutes()),
    second: two(local.getUTCSeconds()),
  };
}

/** Milliseconds since the epoch, or NaN when it is no instant. */
export function millis(at: Instant | number): number {
  return typeof at === 'number' ? at : Date.parse(at);
}

/** `14:05:09`. */
export function clockTime(at: Instant | number): string {
  const p = parts(millis(at));
  return `${p.hour}:${p.minute}:${p.second}`;
}

/** `22/11/2026`. */
export function date(at: Instant | number): string {
  const p = parts(millis(at));
  return `${p.day}/${p.month}/${p.year}`;
}

/** `22/11`. */
export function shortDate(at: Instant | number): string {
  const p = parts(millis(at));
  return `${p.day}/${p.month}`;
}

/** `22/11/2026 14:05`. */
export function dateTime(at: Instant | number): string {
  const p = parts(millis(at));
  return `${p.day}/${p.month}/${p.year} ${p.hour}:${p.minute}`;
}

/** `22/11/2026 14:05:09 GMT+7`, for titles. */
export function fullTime(at: Instant | number): string {
  return `${date(at)} ${clockTime(at)} GMT+7`;
}

/** `14:05:09` today, `22/11 14:05` this year, `22/11/2025` before. */
export function listTime(at: Instant | number, now: number): string {
  const p = parts(millis(at));
  const n = parts(now);
  if (p.year !== n.year) return `${p.day}/${p.month}/${p.year}`;
  if (p.month !== n.month || p.day !== n.day) return `${p.day}/${p.month} ${p.hour}:${p.minute}`;
  return `${p.hour}:${p.minute}:${p.second}`;
}

/** `22/11 14:05:09.120`: the exact time of an event. */
export function eventTime(at: Instant | number): string {
  const ms = millis(at);
  const rest = ((ms % 1000) + 1000) % 1000;
  return `${shortDate(ms)} ${clockTime(ms)}.${String(rest).padStart(3, '0')}`;
}

const WEEKDAYS = {
  vi: ['CN', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
} as const;

/** `T2 08:35`. */
export function weekdayTime(at: Instant | number, language: 'vi' | 'en'): string {
  const ms = millis(at);
  const day = new Date(ms + ZONE_OFFSET_MS).getUTCDay();
  const p = parts(ms);
  return `${WEEKDAYS[language][day] ?? ''} ${p.hour}:${p.minute}`;
}

/** The next seven o'clock in the morning, when the day shift begins. */
export function morningAfter(at: number): number {
  const day = 24 * 3_600_000;
  const seven = 7 * 3_600_000;
  const local = at + ZONE_OFFSET_MS - seven;
  return (Math.floor(local / day) + 1) * day + seven - ZONE_OFFSET_MS;
}

/** `2026-11-22T14:05`, what a datetime-local field holds, in Viet Nam's time. */
export function fieldTime(at: number): string {
  const p = parts(at);
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}

/** The instant of a datetime-local field, NaN when it is empty or wrong. */
export function fromFieldTime(text: string): number {
  return Date.parse(`${text}:00.000Z`) - ZONE_OFFSET_MS;
}
