import { Decoded } from '#libs/model';

import { apacheAccess } from './apache/access.ts';
import type { DecodeResult, Decoder } from './decoder.ts';
import { asText } from './fields.ts';
import { decodeJson, type ReadRecord } from './json/decoder.ts';
import { decodeLinux } from './linux/message.ts';
import { nginxAccess } from './nginx/access.ts';
import { nginxError } from './nginx/error.ts';
import { readSyslogHeader } from './syslog/header.ts';

/** Formats that stand on a line of their own, by the character the line begins with; the likelier first. */
const DIGIT: readonly Decoder[] = [nginxError, nginxAccess];
const LETTER: readonly Decoder[] = [nginxAccess];
const BRACKET: readonly Decoder[] = [apacheAccess];
const QUOTE: readonly Decoder[] = [nginxAccess];
const NONE: readonly Decoder[] = [];

const FAMILIES: readonly ReadRecord[] = [];

/** Formats that a source's dataset names; a line that is another one after all is recognized like any. */
const BY_DATASET: ReadonlyMap<string, Decoder> = new Map([
  ['nginx.access', nginxAccess],
  ['nginx.error', nginxError],
  ['apache.access', apacheAccess],
]);

function candidates(first: number): readonly Decoder[] {
  if (first >= 48 && first <= 57) return DIGIT;
  if (first === 91) return BRACKET;
  if (first === 34) return QUOTE;
  if ((first | 32) >= 97 && (first | 32) <= 122) return LETTER;
  return NONE;
}

function readLineFormat(text: string, into: Decoded): DecodeResult {
  let result: DecodeResult = 'other';
  for (const decoder of candidates(text.charCodeAt(0))) {
    const outcome = decoder.decode(text, into);
    if (outcome === 'understood') {
      into.dataset = decoder.dataset;
      return outcome;
    }
    if (outcome === 'broken') result = outcome;
  }
  return result;
}

/** A message whose program is known, from a syslog header or from the sender's own fields. */
function readMessage(
  message: string,
  app: string | undefined,
  into: Decoded,
  nesting: number,
): DecodeResult {
  const { time, stamp } = into;
  if (app !== undefined) {
    const dataset = decodeLinux(app, message, into);
    if (dataset !== undefined) {
      into.dataset = dataset;
      return 'understood';
    }
  }
  const result =
    message.charCodeAt(0) === 123
      ? decodeJson(message, into, FAMILIES, readLine, nesting)
      : readLineFormat(message, into);
  // A stamp with a zone is surer than the wall clock inside the message.
  if (time !== undefined && stamp === 'zoned' && into.stamp !== 'zoned') {
    into.time = time;
    into.stamp = stamp;
  }
  return result;
}

function readSyslog(text: string, into: Decoded, nesting: number): DecodeResult {
  const at = readSyslogHeader(text, into);
  if (at === -1) return 'other';
  const message = text.slice(at);
  into.fields['message'] = message;
  const app = asText(into.fields['process.name']);
  if (app === undefined && into.fields['host.name'] === undefined) {
    return readMessage(message, undefined, into, nesting);
  }
  into.dataset = 'system.syslog';
  readMessage(message, app, into, nesting);
  if (into.dataset === '') into.dataset = 'system.syslog';
  into.keepOriginal = true;
  return 'understood';
}

function isMonthName(text: string): boolean {
  return text.charCodeAt(3) === 32 && text.charCodeAt(0) >= 65 && text.charCodeAt(0) <= 83;
}

/** A line that came without a header of its own kind, or with one. */
function readLine(
  line: string,
  app: string | undefined,
  into: Decoded,
  nesting: number,
): DecodeResult {
  const first = line.charCodeAt(0);
  if (first === 123) return decodeJson(line, into, FAMILIES, readLine, nesting);
  if (first === 60 || isMonthName(line) || line.charCodeAt(10) === 84) {
    const result = readSyslog(line, into, nesting);
    if (result === 'understood') return result;
  }
  return readMessage(line, app, into, nesting);
}

/**
 * Reads one record of any format. What nobody understands comes back whole in `message` with the oddity
 * `not_understood` (`not_json` when it began like JSON). Never throws; linear in the text.
 */
export function decode(text: string, hint?: string): Decoded {
  const into = new Decoded();
  into.original = text;
  const hinted = hint === undefined ? undefined : BY_DATASET.get(hint);
  let result = hinted?.decode(text, into) ?? 'other';
  if (result === 'understood') into.dataset = hinted!.dataset;
  else result = readLine(text, undefined, into, 0);
  if (result === 'understood') return into;
  into.oddity ??= text.charCodeAt(0) === 123 ? 'not_json' : 'not_understood';
  into.fields['message'] = text;
  into.keepOriginal = false;
  into.dataset = '';
  return into;
}
