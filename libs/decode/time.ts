import type { Decoded } from '#libs/model';

const MONTH_LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Days from 1970-01-01 of a proleptic Gregorian date; `Date.UTC` takes years below 100 for 19xx.
 */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
  );
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/**
 * Milliseconds of a UTC date and time of day; NaN when there is no such day or time. A leap second
 * counts as the next one.
 */
export function utcMs(
  year: number,
  month: number,
  day: number,
  secondOfDay: number,
  ms: number,
): number {
  if (month < 1 || month > 12 || day < 1 || day > MONTH_LENGTHS[month - 1]!) return Number.NaN;
  if (month === 2 && day === 29 && !isLeap(year)) return Number.NaN;
  if (!(year >= 0 && year <= 9999) || !(secondOfDay >= 0)) return Number.NaN;
  return daysFromCivil(year, month, day) * 86_400_000 + secondOfDay * 1000 + ms;
}

/** Two digits at `at`, or NaN. */
export function two(text: string, at: number): number {
  const a = text.charCodeAt(at) - 48;
  const b = text.charCodeAt(at + 1) - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : Number.NaN;
}

/** Four digits at `at`, or NaN. */
export function four(text: string, at: number): number {
  return two(text, at) * 100 + two(text, at + 2);
}

/** Seconds of `HH:MM:SS` at `at`, or NaN. */
export function clock(text: string, at: number): number {
  if (text.charCodeAt(at + 2) !== 58 || text.charCodeAt(at + 5) !== 58) return Number.NaN;
  const hour = two(text, at);
  const minute = two(text, at + 3);
  const second = two(text, at + 6);
  return hour < 24 && minute < 60 && second <= 60 ? hour * 3600 + minute * 60 + second : Number.NaN;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Number 1–12 of the three-letter English month at `at`; 0 when there is none. */
export function monthOf(text: string, at: number): number {
  switch (text.slice(at, at + 3)) {
    case 'Jan':
      return 1;
    case 'Feb':
      return 2;
    case 'Mar':
      return 3;
    case 'Apr':
      return 4;
    case 'May':
      return 5;
    case 'Jun':
      return 6;
    case 'Jul':
      return 7;
    case 'Aug':
      return 8;
    case 'Sep':
      return 9;
    case 'Oct':
      return 10;
    case 'Nov':
      return 11;
    case 'Dec':
      return 12;
    default:
      return 0;
  }
}

/**
 * Where a stamp ended, how many ms its fraction has and its zone in minutes (NaN: none); one object
 * for all calls.
 */
const scan = { end: 0, ms: 0, zone: Number.NaN };

/** Reads `.123456` or `,123` at `at`. */
function readFraction(text: string, at: number): void {
  scan.ms = 0;
  scan.end = at;
  const code = text.charCodeAt(at);
  if ((code !== 46 && code !== 44) || !isDigit(text.charCodeAt(at + 1))) return;
  let end = at + 1;
  let weight = 100;
  while (isDigit(text.charCodeAt(end))) {
    if (weight >= 1) scan.ms += (text.charCodeAt(end) - 48) * weight;
    weight /= 10;
    end++;
  }
  scan.end = end;
}

/** Zones that devices name; minutes east of UTC. CST is the American one, IST the Indian one. */
const NAMED_ZONES: ReadonlyMap<string, number> = new Map([
  ['UTC', 0],
  ['GMT', 0],
  ['WET', 0],
  ['BST', 60],
  ['CET', 60],
  ['CEST', 120],
  ['EET', 120],
  ['EEST', 180],
  ['MSK', 180],
  ['IST', 330],
  ['ICT', 420],
  ['SGT', 480],
  ['HKT', 480],
  ['JST', 540],
  ['KST', 540],
  ['AEST', 600],
  ['AEDT', 660],
  ['EST', -300],
  ['EDT', -240],
  ['CST', -360],
  ['CDT', -300],
  ['MST', -420],
  ['MDT', -360],
  ['PST', -480],
  ['PDT', -420],
]);

function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}

/** Minutes of a zone's name at `from`, with its end in `scan`; NaN when there is none. */
function namedZone(text: string, from: number): number {
  let end = from;
  while (end < from + 5 && isLetter(text.charCodeAt(end))) end++;
  if (end - from < 3 || isLetter(text.charCodeAt(end))) return Number.NaN;
  const minutes = NAMED_ZONES.get(text.slice(from, end).toUpperCase());
  if (minutes === undefined) return Number.NaN;
  scan.end = end;
  return minutes;
}

/** Reads `Z`, `+07:00`, `+0700`, `+07`, ` UTC`, ` GMT+2` at `at`. */
function readZone(text: string, at: number): void {
  scan.zone = Number.NaN;
  scan.end = at;
  let from = at;
  const first = text.charCodeAt(from);
  if (first === 90) {
    scan.zone = 0;
    scan.end = at + 1;
    return;
  }
  if (first === 32) from++;
  const word = namedZone(text, from);
  const named = !Number.isNaN(word);
  if (named) {
    scan.zone = word;
    from = scan.end;
  }
  const sign = text.charCodeAt(from);
  if (sign !== 43 && sign !== 45) return;
  let hour = two(text, from + 1);
  let end = from + 3;
  if (Number.isNaN(hour) && named && isDigit(text.charCodeAt(from + 1))) {
    hour = text.charCodeAt(from + 1) - 48;
    end = from + 2;
  }
  if (!(hour <= 15)) return;
  let minute = 0;
  const colon = text.charCodeAt(end) === 58 ? 1 : 0;
  const stated = two(text, end + colon);
  if (stated < 60) {
    minute = stated;
    end += 2 + colon;
  }
  scan.zone = (hour * 60 + minute) * (sign === 45 ? -1 : 1);
  scan.end = end;
}

function settle(into: Decoded, ms: number): boolean {
  if (Number.isNaN(ms)) return false;
  if (Number.isNaN(scan.zone)) {
    into.time = ms;
    into.stamp = 'local';
  } else {
    into.time = ms - scan.zone * 60_000;
    into.stamp = 'zoned';
  }
  return true;
}

/**
 * Reads `2026-11-23T08:14:03.123+07:00` and its kin (a blank for the T, `/` or `:` for the dashes,
 * comma for the dot, no zone).
 * Returns where the stamp ends and sets the time; -1 when there is none at `at`.
 */
export function readIso(text: string, at: number, into: Decoded): number {
  const dash = text.charCodeAt(at + 4);
  if ((dash !== 45 && dash !== 47 && dash !== 58) || text.charCodeAt(at + 7) !== dash) return -1;
  const divider = text.charCodeAt(at + 10);
  if (divider !== 84 && divider !== 32 && divider !== 45 && divider !== 58) return -1;
  const seconds = clock(text, at + 11);
  readFraction(text, at + 19);
  const ms = utcMs(four(text, at), two(text, at + 5), two(text, at + 8), seconds, scan.ms);
  const end = scan.end;
  readZone(text, end);
  // A blank before the zone belongs to the stamp only when a zone follows: "… 08:33:10 +0700".
  if (Number.isNaN(scan.zone)) scan.end = end;
  return settle(into, ms) ? scan.end : -1;
}

/** Reads `23/Nov/2026:08:14:03 +0700` (nginx, Apache). Returns where it ends, or -1. */
export function readClf(text: string, at: number, into: Decoded): number {
  if (text.charCodeAt(at + 2) !== 47 || text.charCodeAt(at + 6) !== 47) return -1;
  const seconds = text.charCodeAt(at + 11) === 58 ? clock(text, at + 12) : Number.NaN;
  const ms = utcMs(four(text, at + 7), monthOf(text, at + 3), two(text, at), seconds, 0);
  readZone(text, at + 20);
  return settle(into, ms) ? scan.end : -1;
}

/**
 * Zone that stands after a stamp, as Cisco writes it: `… 22:11:43 AEST`. Applies it; returns where
 * it ends, or `at`.
 */
export function readTrailingZone(text: string, at: number, into: Decoded): number {
  readZone(text, at);
  if (Number.isNaN(scan.zone) || into.time === undefined) return at;
  // Without a year the wall clock keeps its zone aside until the year is chosen.
  if (into.stamp === 'yearless') into.zoneMinutes = scan.zone;
  else {
    into.time -= scan.zone * 60_000;
    into.stamp = 'zoned';
  }
  return scan.end;
}

/**
 * Reads `Nov  3 10:11:12` with an optional year and fraction (RFC 3164, Cisco). Returns where it
 * ends, or -1.
 */
export function readBsd(text: string, at: number, into: Decoded): number {
  const m = monthOf(text, at);
  if (m === 0 || text.charCodeAt(at + 3) !== 32) return -1;
  let next = at + 4;
  if (text.charCodeAt(next) === 32) next++;
  let day = text.charCodeAt(next) - 48;
  if (!(day >= 0 && day <= 9)) return -1;
  next++;
  if (isDigit(text.charCodeAt(next))) day = day * 10 + text.charCodeAt(next++) - 48;
  if (text.charCodeAt(next) !== 32) return -1;
  next++;
  let year = Number.NaN;
  if (text.charCodeAt(next + 4) === 32 && !Number.isNaN(four(text, next))) {
    year = four(text, next);
    next += 5;
  }
  const seconds = clock(text, next);
  readFraction(text, next + 8);
  const end = scan.end;
  let after = end;
  if (Number.isNaN(year) && text.charCodeAt(end) === 32 && !isDigit(text.charCodeAt(end + 5))) {
    const late = four(text, end + 1);
    if (late > 1990 && late < 2100 && text.charCodeAt(end + 5) === 32) {
      year = late;
      after = end + 5;
    }
  }
  const yearless = Number.isNaN(year);
  const ms = utcMs(yearless ? 2000 : year, m, day, seconds, scan.ms);
  if (Number.isNaN(ms)) return -1;
  into.time = ms;
  into.stamp = yearless ? 'yearless' : 'local';
  return after;
}

/** Minutes east of UTC that `+0700`, `GMT-0200`, `UTC` or `Z` say; undefined for anything else. */
export function zoneMinutesOf(text: string): number | undefined {
  readZone(text, 0);
  return Number.isNaN(scan.zone) || scan.end !== text.length ? undefined : scan.zone;
}
