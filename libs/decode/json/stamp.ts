import type { Decoded, Fields } from '#libs/model';

import { readBsd, readIso } from '../time.ts';
import { ASIDE_NAMES, type Aside, type AsideName } from './flatten.ts';

/** Names under which senders put the time of an event, the surest first. */
const STAMP_NAMES = [
  '@timestamp',
  'timestamp',
  'timereported',
  'time',
  'ts',
  'datetime',
  'eventTime',
  'EventTime',
  'date',
  'DATE',
] as const;

const SECONDS_MAX = 1e11;

/** Sets the time from seconds, milliseconds, microseconds or nanoseconds since the epoch. */
export function setEpoch(value: number, into: Decoded): boolean {
  if (!Number.isFinite(value) || value <= 0) return false;
  let ms = value;
  if (value < SECONDS_MAX) ms = value * 1000;
  else if (value > SECONDS_MAX * 1e9) ms = value / 1e6;
  else if (value > SECONDS_MAX * 1e4) ms = value / 1e3;
  into.time = Math.floor(ms);
  into.stamp = 'zoned';
  return true;
}

function setStamp(value: string, into: Decoded): boolean {
  if (readIso(value, 0, into) !== -1 || readBsd(value, 0, into) !== -1) return true;
  const number = value.length <= 20 && /^\d{10,19}(?:\.\d+)?$/.test(value) ? Number(value) : 0;
  return setEpoch(number, into);
}

/**
 * Finds the record's own time under the names that senders use; leaves the time alone when there is
 * none. The stamp that was taken is no field any more.
 */
export function readStamp(fields: Fields, aside: Aside, into: Decoded): void {
  for (const name of STAMP_NAMES) {
    const laid = ASIDE_NAMES.indexOf(name as AsideName);
    const value = laid === -1 ? fields[name] : aside[laid];
    if (value === undefined) continue;
    if (typeof value === 'string' ? setStamp(value, into) : setEpoch(Number(value), into)) {
      if (laid !== -1) aside[laid] = undefined;
      return;
    }
  }
}
