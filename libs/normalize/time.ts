import type { Decoded, TimeFlag } from '#libs/model';

const YEAR_TURN_MS = 86_400_000;

/** Named bounds of a sender's clock, in ms. */
export interface TimeBounds {
  /** Further ahead of receipt than this the clock is mad. */
  readonly aheadMaxMs: number;
  /** Further back than this the event is filed under its receipt. */
  readonly pastMaxMs: number;
}

/** semantics.md, Time: 5 minutes ahead, `time.past_days_max` of 30 days back. */
export const TIME_BOUNDS: TimeBounds = { aheadMaxMs: 300_000, pastMaxMs: 30 * 86_400_000 };

/**
 * Moves a wall clock of the year 2000 into the year that puts it nearest to receipt, at most a day
 * ahead.
 */
function inNearestYear(local: number, zoneMs: number, received: number): number {
  const stamp = new Date(local);
  const year = new Date(received + zoneMs).getUTCFullYear();
  for (const candidate of [year + 1, year, year - 1]) {
    const moved = new Date(local);
    moved.setUTCFullYear(candidate);
    if (moved.getUTCMonth() !== stamp.getUTCMonth()) continue;
    const ms = moved.getTime() - zoneMs;
    if (ms <= received + YEAR_TURN_MS) return ms;
  }
  return stamp.setUTCFullYear(year) - zoneMs;
}

/**
 * The instant a record names, its wall clock read in the zone of its source; undefined when it
 * names none.
 */
export function instantOf(
  decoded: Decoded,
  zoneMinutes: number,
  received: number,
): number | undefined {
  const { time, stamp } = decoded;
  if (time === undefined || stamp === 'zoned') return time;
  const zoneMs = (decoded.zoneMinutes ?? zoneMinutes) * 60_000;
  return stamp === 'local' ? time - zoneMs : inNearestYear(time, zoneMs, received);
}

/** When an event is filed and evaluated, and why not at its own time. */
export interface JudgedTime {
  readonly time: number;
  readonly flag: TimeFlag | undefined;
}

/** semantics.md, Time, Mad clocks. */
export function judgeTime(
  instant: number | undefined,
  received: number,
  bounds: TimeBounds,
): JudgedTime {
  if (instant === undefined) return { time: received, flag: 'missing' };
  if (instant > received + bounds.aheadMaxMs) return { time: received, flag: 'future' };
  if (instant < received - bounds.pastMaxMs) return { time: received, flag: 'past' };
  return { time: instant, flag: undefined };
}

const DAY_MS = 86_400_000;
let shownDay = Number.NaN;
let shownDate = '';

/**
 * ISO 8601 with milliseconds and Z, for years 0 to 9999; several times as fast as `toISOString`
 * within a day.
 */
export function isoTime(ms: number): string {
  const day = Math.floor(ms / DAY_MS);
  if (day !== shownDay) {
    shownDay = day;
    shownDate = new Date(day * DAY_MS).toISOString().slice(0, 11);
  }
  const rest = ms - day * DAY_MS;
  const second = Math.floor(rest / 1000);
  const minute = Math.floor(second / 60);
  const fraction = rest - second * 1000;
  const pad = (n: number): string => (n < 10 ? `0${n}` : `${n}`);
  const millis = fraction < 10 ? `00${fraction}` : fraction < 100 ? `0${fraction}` : `${fraction}`;
  const clock = `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}:${pad(second % 60)}`;
  return `${shownDate}${clock}.${millis}Z`;
}
