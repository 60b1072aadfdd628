import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult } from '../decoder.ts';
import { asText } from '../fields.ts';
import { statedLocality } from '../gov/locality.ts';
import { flatten } from './flatten.ts';
import { zoneMinutesOf } from '../time.ts';
import { readStamp } from './stamp.ts';

/**
 * Reads a line that a sender wrapped in JSON; `app` is the program that said it, where the sender
 * told.
 */
export type ReadLine = (
  line: string,
  app: string | undefined,
  into: Decoded,
  nesting: number,
) => DecodeResult;

/** Reads one family of JSON records once they are flat; false when the record is not of it. */
export type ReadRecord = (into: Decoded) => boolean;

/** JSON in a string in JSON … is followed this far; shippers wrap once, at most twice. */
const NESTING_MAX = 2;

/** Where senders put the line that they took from a file or from syslog. */
const LINE_NAMES = ['message', 'log', 'MESSAGE', 'msg', 'line'] as const;
const APP_NAMES = [
  'process.name',
  'programname',
  'app-name',
  'appname',
  'PROGRAM',
  'SYSLOG_IDENTIFIER',
  'syslogtag',
  'ident',
  'program',
] as const;
const HOST_NAMES = ['hostname', 'HOST', '_HOSTNAME', 'host'] as const;

function appOf(fields: Fields): string | undefined {
  for (const name of APP_NAMES) {
    const value = asText(fields[name]);
    if (value === undefined) continue;
    const end = value.search(/[[:]/);
    return end === -1 ? value : value.slice(0, end);
  }
  return undefined;
}

/** Gives the common names of other shippers their ECS names. */
function adoptNames(fields: Fields): void {
  if (fields['host.name'] === undefined) {
    const beat = asText(fields['host.hostname']) ?? asText(fields['agent.hostname']);
    const named = HOST_NAMES.find((name) => typeof fields[name] === 'string');
    const host = beat ?? (named === undefined ? undefined : asText(fields[named]));
    if (host !== undefined) fields['host.name'] = host;
    if (named === 'host') delete fields['host'];
  }
  const user = asText(fields['user']);
  if (user !== undefined && fields['user.name'] === undefined) {
    delete fields['user'];
    fields['user.name'] = user;
  }
  const app = fields['process.name'] === undefined ? appOf(fields) : undefined;
  if (app !== undefined && app !== '') fields['process.name'] = app;
}

/**
 * The sender's own statements win over what the line inside says; the line inside adds the rest.
 */
function readInner(
  into: Decoded,
  own: ReadonlySet<string>,
  readLine: ReadLine,
  nesting: number,
): boolean {
  const { fields } = into;
  for (const name of LINE_NAMES) {
    const line = asText(fields[name]);
    if (line === undefined) continue;
    const before = new Map<string, Fields[string]>();
    for (const key of own) before.set(key, fields[key]!);
    // The line inside may be JSON that would find itself under this name again.
    delete fields[name];
    const understood = readLine(line, appOf(fields), into, nesting + 1) === 'understood';
    for (const [key, value] of before) {
      if (key !== name) fields[key] = value;
    }
    if (understood) into.original = line;
    fields['message'] ??= line;
    return understood;
  }
  return false;
}

/** Why a text that begins like JSON is none, or what it is. */
export function decodeJson(
  text: string,
  into: Decoded,
  families: readonly ReadRecord[],
  readLine: ReadLine,
  nesting = 0,
): DecodeResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'broken';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'other';
  const { fields } = into;
  const flattened = flatten(value, fields);
  if (flattened !== 'whole') into.oddity = flattened;
  else into.keepOriginal = false;
  into.dataset = asText(fields['event.dataset']) ?? '';
  const zone = asText(fields['event.timezone']) ?? asText(fields['_conf.tz_offset']);
  if (zone !== undefined) into.zoneMinutes = zoneMinutesOf(zone);
  readStamp(fields, into);
  for (const family of families) if (family(into)) return 'understood';
  adoptNames(fields);
  into.locality = statedLocality(fields);
  const categorized = fields['event.category'] !== undefined;
  const own = new Set(Object.keys(fields));
  if (!categorized && nesting < NESTING_MAX && readInner(into, own, readLine, nesting)) {
    into.keepOriginal = true;
  }
  if (into.dataset === '') into.dataset = 'json';
  return 'understood';
}
