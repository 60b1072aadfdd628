import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { put, wholeNumber } from '../fields.ts';
import { upstreamOf } from '../gov/upstream.ts';
import { readIso } from '../time.ts';

const LEVELS: ReadonlySet<string> = new Set([
  'TRACE',
  'DEBUG',
  'INFO',
  'NOTICE',
  'WARN',
  'WARNING',
  'ERROR',
  'FATAL',
  'SEVERE',
]);
const PART_CHARS_MAX = 200;

/** True for levels at which the failure itself is told. */
function isErrorLevel(level: string): boolean {
  return level === 'ERROR' || level === 'FATAL' || level === 'SEVERE';
}

/**
 * Level at `at`, wherever the layout puts blanks; undefined when the word there is no level. `end`
 * is the index after
 * it and its blanks.
 */
export function readLevel(
  text: string,
  at: number,
): { readonly level: string; readonly end: number } | undefined {
  let start = at;
  while (text.charCodeAt(start) === 32) start++;
  let end = text.indexOf(' ', start);
  if (end === -1) end = text.length;
  if (end - start > 7) return undefined;
  const level = text.slice(start, end);
  if (!LEVELS.has(level)) return undefined;
  while (text.charCodeAt(end) === 32) end++;
  return { level, end };
}

/** Codes that databases and pools give their failures. */
function errorCode(message: string): string | undefined {
  const oracle = message.indexOf('ORA-');
  if (oracle !== -1 && wholeNumber(message.slice(oracle + 4, oracle + 9)) !== undefined) {
    return message.slice(oracle, oracle + 9);
  }
  const state = /SQLSTATE\W{0,3}([0-9A-Z]{5})\b/.exec(message.slice(0, 2_000));
  return state?.[1];
}

/** Class of the first exception in the message: `java.net.UnknownHostException`. */
function errorType(message: string): string | undefined {
  const head = message.slice(0, 2_000);
  const at = head.search(/(?:Exception|Error)(?=:|\s|$)/);
  if (at === -1) return undefined;
  let start = at;
  while (start > 0 && /[\w.$]/.test(head.charAt(start - 1))) start--;
  const end = at + (head.startsWith('Exception', at) ? 9 : 5);
  const name = head.slice(start, end);
  return name.includes('.') ? name : undefined;
}

/**
 * Fills what any application line tells beside its message: error class and code, pool and database
 * failures, upstream.
 */
export function putFailure(fields: Fields, level: string, message: string): void {
  const type = errorType(message);
  put(fields, 'error.type', type);
  const code = errorCode(message);
  put(fields, 'error.code', code);
  if (isErrorLevel(level) || type !== undefined) {
    fields['error.message'] = message;
    fields['event.type'] = ['error'];
    put(fields, 'gov.upstream', upstreamOf(message));
  }
  const database = code !== undefined || message.includes('HikariPool');
  if (database) fields['event.category'] = ['database'];
}

interface Parts {
  thread: string | undefined;
  logger: string | undefined;
  app: string | undefined;
  message: number;
}

/**
 * `[thread] logger - `, `logger - `, `{logger} - `, `app[pid] `; what is none of these is the
 * message.
 */
function readParts(text: string, at: number): Parts {
  const parts: Parts = { thread: undefined, logger: undefined, app: undefined, message: at };
  let next = at;
  if (text.charCodeAt(next) === 91) {
    const close = text.indexOf(']', next);
    if (close === -1 || close - next > PART_CHARS_MAX) return parts;
    parts.thread = text.slice(next + 1, close);
    next = close + 1;
    while (text.charCodeAt(next) === 32) next++;
    parts.message = next;
  }
  const dash = text.indexOf(' - ', next);
  const word = text.slice(next, dash === -1 ? next : dash).trim();
  if (dash !== -1 && dash - next <= PART_CHARS_MAX && /^[\w.$:/{}-]+$/.test(word)) {
    parts.logger = word.replaceAll(/[{}]/g, '');
    parts.message = dash + 3;
    return parts;
  }
  const blank = text.indexOf(' ', next);
  const first = blank === -1 ? '' : text.slice(next, Math.min(blank, next + PART_CHARS_MAX));
  if (/^[\w.-]+\[\d+\]$/.test(first)) {
    parts.app = first;
    parts.message = blank + 1;
  }
  return parts;
}

/**
 * Log lines of Java, Spring and .NET applications: stamp, level, thread, logger, message, with its
 * stack trace.
 */
export const javaLog: Decoder = {
  dataset: 'app.log',
  decode(text: string, into: Decoded): DecodeResult {
    const end = readIso(text, 0, into);
    if (end === -1) return 'other';
    const found = readLevel(text, end);
    if (found === undefined) {
      into.time = undefined;
      return 'other';
    }
    const { fields } = into;
    const parts = readParts(text, found.end);
    const message = text.slice(parts.message);
    fields['log.level'] = found.level;
    put(fields, 'process.thread.name', parts.thread);
    put(fields, 'log.logger', parts.logger);
    if (parts.app !== undefined) {
      const bracket = parts.app.indexOf('[');
      fields['process.name'] = parts.app.slice(0, bracket);
      put(fields, 'process.pid', wholeNumber(parts.app.slice(bracket + 1, -1)));
    }
    fields['message'] = message;
    const trace = message.indexOf('\n');
    if (trace !== -1) fields['error.stack_trace'] = message.slice(trace + 1);
    putFailure(fields, found.level, trace === -1 ? message : message.slice(0, trace));
    return 'understood';
  },
};
