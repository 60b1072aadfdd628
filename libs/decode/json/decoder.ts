import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult } from '../decoder.ts';
import { asText } from '../fields.ts';
import { statedLocality } from '../gov/locality.ts';
import { ASIDE_NAMES, flatten, type Aside } from './flatten.ts';
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

/** One family of JSON records, read once they are flat. */
export interface RecordFamily {
  claims(fields: Fields): boolean;
  /** Adds their ECS meaning to the fields of a record that the family claims. */
  read(into: Decoded): void;
}

/** JSON in a string in JSON … is followed this far; shippers wrap once, at most twice. */
const NESTING_MAX = 2;

const HOST = ASIDE_NAMES.indexOf('host');
const USER = ASIDE_NAMES.indexOf('user');
/** Where senders put the line that they took from a file or from syslog, the likeliest first. */
const LINES = (['message', 'log', 'MESSAGE', 'msg', 'line'] as const).map((name) =>
  ASIDE_NAMES.indexOf(name),
);
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
const HOST_NAMES = ['hostname', 'HOST', '_HOSTNAME'] as const;

function appOf(fields: Fields): string | undefined {
  for (const name of APP_NAMES) {
    const value = asText(fields[name]);
    if (value === undefined) continue;
    const end = value.search(/[[:]/);
    return end === -1 ? value : value.slice(0, end);
  }
  return undefined;
}

/** Gives the common names of other shippers their ECS names; returns the program that spoke. */
function adoptNames(fields: Fields, aside: Aside): string | undefined {
  const plain = asText(aside[HOST]);
  if (fields['host.name'] === undefined) {
    const beat = asText(fields['host.hostname']) ?? asText(fields['agent.hostname']);
    const named = HOST_NAMES.find((name) => typeof fields[name] === 'string');
    const host = beat ?? (named === undefined ? plain : asText(fields[named]));
    if (host !== undefined) fields['host.name'] = host;
    if (named === undefined && plain !== undefined) aside[HOST] = undefined;
  }
  const user = asText(aside[USER]);
  if (user !== undefined && fields['user.name'] === undefined) {
    aside[USER] = undefined;
    fields['user.name'] = user;
  }
  const app = appOf(fields);
  if (app !== undefined && app !== '') fields['process.name'] ??= app;
  return app;
}

/** What was laid aside and found no other use stands under its own name. */
function putBack(fields: Fields, aside: Aside): void {
  for (let i = 0; i < aside.length; i++) {
    const value = aside[i];
    if (value !== undefined) fields[ASIDE_NAMES[i]!] = value;
  }
}

/**
 * The sender's own statements win over what the line inside says; the line inside adds the rest.
 */
function readInner(
  into: Decoded,
  line: string,
  app: string | undefined,
  readLine: ReadLine,
  nesting: number,
): boolean {
  const { fields } = into;
  const own = Object.keys(fields);
  const values = own.map((name) => fields[name]!);
  // rsyslog's message keeps the blank that stood after the tag.
  const told = app !== undefined && line.charCodeAt(0) === 32 ? line.slice(1) : line;
  const understood = readLine(told, app, into, nesting + 1) === 'understood';
  for (let i = 0; i < own.length; i++) {
    const name = own[i]!;
    if (fields[name] !== values[i]) fields[name] = values[i]!;
  }
  if (understood) into.original = line;
  fields['message'] ??= line;
  return understood;
}

/** Why a text that begins like JSON is none, or what it is. */
export function decodeJson(
  text: string,
  into: Decoded,
  families: readonly RecordFamily[],
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
  const aside: Aside = [];
  const { state, deepWords } = flatten(value, fields, aside);
  if (state !== 'whole') into.oddity = state;
  else into.keepOriginal = false;
  into.dataset = asText(fields['event.dataset']) ?? '';
  const zone = asText(fields['event.timezone']) ?? asText(fields['_conf.tz_offset']);
  if (zone !== undefined) into.zoneMinutes = zoneMinutesOf(zone);
  readStamp(fields, aside, into);
  for (const family of families) {
    if (!family.claims(fields)) continue;
    putBack(fields, aside);
    family.read(into);
    if (state !== 'whole') fields['message'] ??= deepWords === '' ? text : deepWords;
    return 'understood';
  }
  const app = adoptNames(fields, aside);
  into.locality = statedLocality(fields);
  const at = lineIn(fields, aside, nesting);
  const line = at === -1 ? undefined : asText(aside[at]);
  if (at !== -1) aside[at] = undefined;
  putBack(fields, aside);
  if (line !== undefined && readInner(into, line, app, readLine, nesting)) into.keepOriginal = true;
  // What no field has room for is found by its words.
  if (state !== 'whole') fields['message'] ??= deepWords === '' ? text : deepWords;
  if (into.dataset === '') into.dataset = 'json';
  return 'understood';
}

/** Place of the line that the sender wrapped; -1 when there is none or it is not to be read. */
function lineIn(fields: Fields, aside: Aside, nesting: number): number {
  if (fields['event.category'] !== undefined || nesting >= NESTING_MAX) return -1;
  return LINES.find((place) => typeof aside[place] === 'string') ?? -1;
}
