import { join } from 'node:path';

export const DAY_MS = 86_400_000;

/** A UTC day, `YYYY-MM-DD`. */
export type Day = string;

const DAY_FILE = /^(\d{4}-\d{2}-\d{2})\.db$/;

/** The day of a time in ms; times outside the years 0 to 9999 are brought to their edge. */
export function dayOf(time: number): Day {
  const bounded = Math.min(Math.max(time, FIRST_MS), LAST_MS);
  return new Date(bounded).toISOString().slice(0, 10);
}

const FIRST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** First ms of a day. */
export function dayStart(day: Day): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

export function dayFile(folder: string, day: Day): string {
  return join(folder, `${day}.db`);
}

/** What says that a day is sealed, and how many events it holds; beside its file. */
export function sealFile(folder: string, day: Day): string {
  return join(folder, `${day}.sealed`);
}

/** Days among the names of a folder's files, newest first. */
export function daysAmong(names: readonly string[]): Day[] {
  return names
    .flatMap((name) => DAY_FILE.exec(name)?.[1] ?? [])
    .toSorted()
    .toReversed();
}
