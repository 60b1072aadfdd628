import type { Catalogue } from '../i18n/catalogue.ts';

type Units = Catalogue['units'];

/** Short, for a column: `2 giây`, `4 phút`, `1 g 10`, `3 ngày`. */
export function shortDuration(ms: number, units: Units): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return units.seconds(seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return units.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return units.hours(hours, minutes % 60);
  return units.days(Math.floor(hours / 24));
}

/** In words, for a sentence: `23 giờ 41 phút`. */
export function longDuration(ms: number, units: Units): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return units.seconds(Math.max(0, Math.floor(ms / 1000)));
  if (minutes < 60) return units.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 72) return units.hoursLong(hours, minutes % 60);
  return units.days(Math.floor(hours / 24));
}

/** How long ago, `vừa xong` under two seconds. */
export function ago(ms: number, units: Units): string {
  return ms < 2_000 ? units.now : units.ago(shortDuration(ms, units));
}
