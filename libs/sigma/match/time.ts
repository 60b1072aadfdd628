import type { TimePart } from '../expr.ts';

const STAMP =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$/i;
/** A number above this is a time in ms, below it in s. */
const MS_FROM = 100_000_000_000;
const DAY_MS = 86_400_000;

/**
 * A part of a time in UTC (ISO week); undefined when the value is no time. Takes ISO 8601, s and ms
 * since the epoch.
 */
export function timePart(value: unknown, part: TimePart): number | undefined {
  const ms = typeof value === 'number' ? fromNumber(value) : fromText(value);
  if (ms === undefined || !(Math.abs(ms) <= 8.64e15)) return undefined;
  const date = new Date(ms);
  if (part === 'minute') return date.getUTCMinutes();
  if (part === 'hour') return date.getUTCHours();
  if (part === 'day') return date.getUTCDate();
  if (part === 'month') return date.getUTCMonth() + 1;
  if (part === 'year') return date.getUTCFullYear();
  return isoWeek(date);
}

function fromNumber(value: number): number {
  return value > MS_FROM ? value : value * 1000;
}

function fromText(value: unknown): number | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const found = STAMP.exec(value.trim());
  if (found === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone = 'Z'] = found;
  const utc = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return utc - zoneMinutes(zone) * 60_000;
}

function zoneMinutes(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const digits = zone.replaceAll(':', '').slice(1);
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith('-') ? -minutes : minutes;
}

function isoWeek(date: Date): number {
  const day = (date.getUTCDay() + 6) % 7;
  const thursday = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - day + 3);
  const year = new Date(thursday).getUTCFullYear();
  return Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
}
