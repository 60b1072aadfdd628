/** A span of time that a report speaks of; ms since the epoch, `[from, to)`. */
export interface Period {
  /** `2026-W47` */
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Weeks begin on Monday 00:00 in Viet Nam, which is UTC+7 without summer time. */
const VN_OFFSET_MS = 7 * 3_600_000;
const THURSDAY = 3;

/** Monday 00:00 (Viet Nam) of the ISO week that `time` lies in. */
function weekStart(time: number): number {
  const local = time + VN_OFFSET_MS;
  const day = Math.floor(local / DAY_MS);
  // Day 0 of the epoch was a Thursday.
  const weekday = (((day + THURSDAY) % 7) + 7) % 7;
  return (day - weekday) * DAY_MS - VN_OFFSET_MS;
}

/** The ISO week that `time` lies in. */
export function weekOf(time: number): Period {
  const from = weekStart(time);
  const thursday = new Date(from + VN_OFFSET_MS + THURSDAY * DAY_MS);
  const year = thursday.getUTCFullYear();
  const firstThursday = weekStart(Date.UTC(year, 0, 4) - VN_OFFSET_MS);
  const number = Math.round((from - firstThursday) / WEEK_MS) + 1;
  return { name: `${year}-W${String(number).padStart(2, '0')}`, from, to: from + WEEK_MS };
}

/** The week before or after. */
export function neighborWeek(period: Period, weeks: number): Period {
  return weekOf(period.from + weeks * WEEK_MS);
}

/** Reads `2026-W47`; `undefined` when there is no such week. */
export function parseWeek(text: string): Period | undefined {
  const match = /^(\d{4})-W(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const january4 = Date.UTC(Number(match[1]), 0, 4) - VN_OFFSET_MS;
  const period = weekOf(weekStart(january4) + (Number(match[2]) - 1) * WEEK_MS);
  return period.name === text ? period : undefined;
}
