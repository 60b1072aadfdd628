import type { Decoded } from '#libs/model';

import { isIp } from '../fields.ts';
import { readBsd, readIso } from '../time.ts';

const HOST_CHARS_MAX = 255;
const TAG_CHARS_MAX = 128;

/** Index after `<PRI>`; 0 when there is none. Writes priority, facility and severity. */
export function readPriority(text: string, into: Decoded): number {
  if (text.charCodeAt(0) !== 60) return 0;
  let at = 1;
  let priority = 0;
  while (at < 5) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    priority = priority * 10 + digit;
    at++;
  }
  if (at === 1 || text.charCodeAt(at) !== 62 || priority > 191) return 0;
  into.fields['log.syslog.priority'] = priority;
  into.fields['log.syslog.facility.code'] = priority >> 3;
  into.fields['log.syslog.severity.code'] = priority & 7;
  return at + 1;
}

function putHost(host: string, into: Decoded): void {
  if (host === '' || host === '-' || host.length > HOST_CHARS_MAX) return;
  into.fields['host.hostname'] = host;
  into.fields['host.name'] = host;
  if (isIp(host)) into.fields['host.ip'] = host;
  else into.fields['related.hosts'] = [host];
}

function putProcess(name: string, pid: string, into: Decoded): void {
  if (name !== '' && name !== '-') into.fields['process.name'] = name;
  const number = Number(pid);
  if (pid !== '' && pid.length < 11 && Number.isInteger(number))
    into.fields['process.pid'] = number;
}

function tokenEnd(text: string, at: number): number {
  const end = text.indexOf(' ', at);
  return end === -1 ? text.length : end;
}

/** Reads `name[pid]: ` at `at`; -1 when what stands there is no tag. */
function readTag(text: string, at: number, into: Decoded): number {
  let end = at;
  const most = Math.min(text.length, at + TAG_CHARS_MAX);
  while (end < most) {
    const code = text.charCodeAt(end);
    if (code === 58 || code === 91 || code === 32) break;
    end++;
  }
  if (end === at || end >= most) return -1;
  if (text.charCodeAt(end) === 32) {
    // "Google Chrome[85294]:": a name of several words is believed when its process id follows.
    const words = /^[\w.()-]+(?: [\w.()-]+){1,4}(?=\[\d+\]:)/.exec(text.slice(at, most));
    if (words === null) return -1;
    end = at + words[0].length;
  }
  const name = text.slice(at, end);
  let pid = '';
  let next = end;
  if (text.charCodeAt(next) === 91) {
    const close = text.indexOf(']', next);
    if (close === -1 || close - next > 40) return -1;
    pid = text.slice(next + 1, close);
    next = close + 1;
    // launchd and others put their label between pid and colon.
    if (text.charCodeAt(next) === 32 && text.charCodeAt(next + 1) === 40) {
      const label = text.indexOf('):', next);
      if (label !== -1 && label - next < TAG_CHARS_MAX) next = label + 1;
    }
    if (text.charCodeAt(next) !== 58) return -1;
  } else if (text.charCodeAt(next) !== 58) return -1;
  next++;
  if (text.charCodeAt(next) === 32) next++;
  putProcess(name, pid, into);
  return next;
}

/** RFC 5424 6.3: skips the structured data at `at`, keeping its values under their names. */
function readStructuredData(text: string, at: number, into: Decoded): number {
  if (text.charCodeAt(at) === 45) return at + 1;
  let next = at;
  let kept = 0;
  while (text.charCodeAt(next) === 91) {
    let end = next + 1;
    while (end < text.length && text.charCodeAt(end) !== 32 && text.charCodeAt(end) !== 93) end++;
    const id = text.slice(next + 1, end).split('@', 1)[0]!;
    while (text.charCodeAt(end) === 32) {
      const equals = text.indexOf('="', end);
      if (equals === -1) return -1;
      let close = equals + 2;
      while (close < text.length && text.charCodeAt(close) !== 34) {
        close += text.charCodeAt(close) === 92 ? 2 : 1;
      }
      if (close >= text.length) return -1;
      const name = text.slice(end + 1, equals);
      if (id !== 'timeQuality' && kept < 32 && id.length < 64 && name.length < 64) {
        kept++;
        into.fields[`log.syslog.structured_data.${id}.${name}`] = text
          .slice(equals + 2, close)
          .replaceAll(/\\(["\\\]])/g, '$1');
      }
      end = close + 1;
    }
    if (text.charCodeAt(end) !== 93) return -1;
    next = end + 1;
  }
  return next;
}

/** RFC 5424: from after `<PRI>1 `. */
function read5424(text: string, at: number, into: Decoded): number {
  let end = tokenEnd(text, at);
  if (text.charCodeAt(at) !== 45 && readIso(text, at, into) !== end) return -1;
  const host = end + 1;
  end = tokenEnd(text, host);
  const app = end + 1;
  const appEnd = tokenEnd(text, app);
  const pid = appEnd + 1;
  const pidEnd = tokenEnd(text, pid);
  const msgId = pidEnd + 1;
  const msgIdEnd = tokenEnd(text, msgId);
  if (msgIdEnd >= text.length) return -1;
  const sdEnd = readStructuredData(text, msgIdEnd + 1, into);
  if (sdEnd === -1) return -1;
  putHost(text.slice(host, end), into);
  putProcess(text.slice(app, appEnd), text.slice(pid, pidEnd), into);
  if (text.charCodeAt(msgId) !== 45) {
    into.fields['log.syslog.msgid'] = text.slice(msgId, msgIdEnd);
  }
  let next = sdEnd;
  // rsyslog's RSYSLOG_SyslogProtocol23Format sends two blanks; a byte order mark may follow.
  while (text.charCodeAt(next) === 32) next++;
  return text.charCodeAt(next) === 0xfeff ? next + 1 : next;
}

function looksLikeTag(text: string, at: number, end: number): boolean {
  return text.charCodeAt(end - 1) === 58 || text.slice(at, end).includes('[');
}

/**
 * RFC 3164 and what rsyslog writes into files: stamp, host, tag. Strict about the tag where there
 * was no priority.
 */
function readBsdHeader(text: string, at: number, strict: boolean, into: Decoded): number {
  let end = readBsd(text, at, into);
  if (end === -1) end = text.charCodeAt(at + 10) === 84 ? readIso(text, at, into) : -1;
  if (end === -1) return -1;
  if (text.charCodeAt(end) === 58) end++;
  if (text.charCodeAt(end) !== 32) return -1;
  const host = end + 1;
  const hostEnd = tokenEnd(text, host);
  if (looksLikeTag(text, host, hostEnd)) {
    const message = readTag(text, host, into);
    return message === -1 ? (strict ? -1 : host) : message;
  }
  let tag = hostEnd + 1;
  while (text.charCodeAt(tag) === 32) tag++;
  const message = readTag(text, tag, into);
  if (message === -1 && strict) return -1;
  putHost(text.slice(host, hostEnd), into);
  return message === -1 ? Math.min(tag, text.length) : message;
}

/**
 * Reads a syslog header (RFC 5424, RFC 3164, the ISO stamps of rsyslog, with or without `<PRI>`)
 * into host, process,
 * time and `log.syslog.*`. Returns where the message begins; -1 when there is no header, with
 * nothing but the priority set.
 */
export function readSyslogHeader(text: string, into: Decoded): number {
  const start = readPriority(text, into);
  if (start > 0 && text.charCodeAt(start) === 49 && text.charCodeAt(start + 1) === 32) {
    const message = read5424(text, start + 2, into);
    if (message !== -1) return message;
  }
  const message = readBsdHeader(text, start, start === 0, into);
  if (message !== -1) return message;
  return start > 0 ? start : -1;
}
