const DAY_MS = 86_400_000;
const ZONE_OFFSET_MS = 7 * 3_600_000;

/** Midnight UTC of the Thursday of the week that holds `day`; the ISO year is that Thursday's. */
function thursday(day: number): number {
  const weekday = (new Date(day).getUTCDay() + 6) % 7;
  return day + (3 - weekday) * DAY_MS;
}

/** `2026-W47`: the ISO week, Monday first, that holds this instant in Viet Nam. */
export function weekOf(at: number): string {
  const day = Math.floor((at + ZONE_OFFSET_MS) / DAY_MS) * DAY_MS;
  const middle = thursday(day);
  const year = new Date(middle).getUTCFullYear();
  const week = 1 + Math.floor((middle - Date.UTC(year, 0, 1)) / (7 * DAY_MS));
  return `${year}-W${week < 10 ? '0' : ''}${week}`;
}

/** The week `by` weeks away; the same text back when it is no week. */
export function shiftWeek(week: string, by: number): string {
  const found = /^(\d{4})-W(\d{2})$/.exec(week);
  if (found === null) return week;
  const fourth = Date.UTC(Number(found[1]), 0, 4);
  const day = thursday(fourth) + (Number(found[2]) - 1 + by) * 7 * DAY_MS;
  return weekOf(day - ZONE_OFFSET_MS);
}

/** `47` of `2026-W47`, without a leading zero. */
export function weekNumber(week: string): string {
  return String(Number(/W(\d{2})$/.exec(week)?.[1] ?? 0));
}
