import { Decoded } from '#libs/model';

import { apacheAccess } from './apache/access.ts';
import { apacheError } from './apache/error.ts';
import { auditdLog } from './auditd/decoder.ts';
import { checkpointLog, checkpointStart } from './checkpoint/decoder.ts';
import { ciscoAsa } from './cisco/asa.ts';
import { ciscoIos, HEAD_CHARS_MAX } from './cisco/ios.ts';
import type { DecodeResult, Decoder } from './decoder.ts';
import { asText } from './fields.ts';
import { f5Record } from './f5/record.ts';
import { appRecord } from './gov/app-json.ts';
import { monitorRecord } from './gov/monitor-json.ts';
import { haproxyLog } from './haproxy/decoder.ts';
import { iisAccess, iisError } from './iis/decoder.ts';
import { javaLog } from './java/decoder.ts';
import { decodeJson, type RecordFamily } from './json/decoder.ts';
import { keycloakEvent } from './keycloak/decoder.ts';
import { decodeLinux } from './linux/message.ts';
import { fortigate } from './fortigate/decoder.ts';
import { modsecurityLine } from './modsecurity/decoder.ts';
import { mongodbRecord } from './mongodb/record.ts';
import { mysqlError } from './mysql/error.ts';
import { mysqlSlowlog } from './mysql/slowlog.ts';
import { nginxAccess } from './nginx/access.ts';
import { nginxError } from './nginx/error.ts';
import { panosLog, panosStart } from './panos/decoder.ts';
import { postgresqlLog } from './postgresql/decoder.ts';
import { redisLog } from './redis/decoder.ts';
import { smsOtp } from './sms/decoder.ts';
import { sophosXg } from './sophos/xg.ts';
import { suricataRecord } from './suricata/record.ts';
import { readPriority, readSyslogHeader } from './syslog/header.ts';
import { windowsLine } from './windows/line.ts';
import { windowsRecord } from './windows/record.ts';
import { wso2Gateway } from './wso2/decoder.ts';

/**
 * Formats that stand on a line of their own, by the character the line begins with; the likelier
 * first.
 */
/** `2026-11-23 …` */
const STAMP: readonly Decoder[] = [
  keycloakEvent,
  smsOtp,
  javaLog,
  windowsLine,
  iisAccess,
  iisError,
  mysqlError,
  postgresqlLog,
  modsecurityLine,
];
const DIGIT: readonly Decoder[] = [
  nginxError,
  nginxAccess,
  haproxyLog,
  panosLog,
  keycloakEvent,
  ciscoIos,
  ciscoAsa,
  mysqlError,
  redisLog,
];
const LETTER: readonly Decoder[] = [
  sophosXg,
  fortigate,
  auditdLog,
  wso2Gateway,
  modsecurityLine,
  nginxAccess,
  smsOtp,
  ciscoIos,
  ciscoAsa,
  mysqlSlowlog,
];
const BRACKET: readonly Decoder[] = [modsecurityLine, apacheError, apacheAccess];
const QUOTE: readonly Decoder[] = [nginxAccess];
/** `#`, `%`, `:`, `*`, blanks, `/` */
const OTHER: readonly Decoder[] = [mysqlSlowlog, ciscoIos, ciscoAsa, iisAccess];

const FAMILIES: readonly RecordFamily[] = [
  windowsRecord,
  suricataRecord,
  mongodbRecord,
  f5Record,
  monitorRecord,
  appRecord,
];

/**
 * Formats that a source's dataset names; a line that is another one after all is recognized like
 * any.
 */
const BY_DATASET: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['apache.error', apacheError],
  ['iis.access', iisAccess],
  ['haproxy.log', haproxyLog],
  ['redis.log', redisLog],
  ['auditd.log', auditdLog],
  ['sophos.xg', sophosXg],
  ['iis.error', iisError],
  ['mysql.error', mysqlError],
  ['mysql.slowlog', mysqlSlowlog],
  ['postgresql.log', postgresqlLog],
  ['cisco.ios', ciscoIos],
  ['cisco_ios.log', ciscoIos],
  ['checkpoint.firewall', checkpointLog],
  ['panw.panos', panosLog],
  ['cisco.asa', ciscoAsa],
  ['cisco_asa.log', ciscoAsa],
  ['keycloak.event', keycloakEvent],
  ['wso2.gateway', wso2Gateway],
  ['sms.otp', smsOtp],
  ['app.log', javaLog],
  ['nginx.access', nginxAccess],
  ['nginx.error', nginxError],
  ['apache.access', apacheAccess],
  ['fortinet.fortigate', fortigate],
  ['fortinet_fortigate.log', fortigate],
]);

function candidates(text: string): readonly Decoder[] {
  const first = text.charCodeAt(0);
  if (first >= 48 && first <= 57) return text.charCodeAt(4) === 45 ? STAMP : DIGIT;
  if (first === 91) return BRACKET;
  if (first === 34) return QUOTE;
  if ((first | 32) >= 97 && (first | 32) <= 122) return LETTER;
  return OTHER;
}

/** Lets a decoder try; its own word on the dataset holds, else the format's name. */
function tryFormat(decoder: Decoder, text: string, into: Decoded): DecodeResult {
  const { dataset, time, stamp } = into;
  into.dataset = '';
  const result = decoder.decode(text, into);
  if (result !== 'understood') {
    into.dataset = dataset;
    into.time = time;
    into.stamp = stamp;
  } else if (into.dataset === '') into.dataset = decoder.dataset;
  return result;
}

function readLineFormat(text: string, into: Decoded): DecodeResult {
  let result: DecodeResult = 'other';
  const hinted = into.hint === undefined ? undefined : BY_DATASET.get(into.hint);
  if (hinted !== undefined && tryFormat(hinted, text, into) === 'understood') return 'understood';
  for (const decoder of candidates(text)) {
    const outcome = tryFormat(decoder, text, into);
    if (outcome === 'understood') return outcome;
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
  return result;
}

/**
 * Cisco's own header has stamps and names in an order of its own; its mark stands early in the
 * line.
 */
function readCisco(text: string, into: Decoded): boolean {
  const mark = text.indexOf('%');
  if (mark === -1 || mark > HEAD_CHARS_MAX) return false;
  const code = text.charCodeAt(mark + 1);
  if (code < 65 || code > 90) return false;
  const line = text.slice(readPriority(text, into));
  if (tryFormat(ciscoAsa, line, into) === 'understood') return true;
  return tryFormat(ciscoIos, line, into) === 'understood';
}

/** Firewalls that put names of their own where a syslog header has its tag. */
function readFirewall(text: string, into: Decoded): boolean {
  if (readCisco(text, into)) return true;
  const decoder =
    checkpointStart(text) !== -1 ? checkpointLog : panosStart(text) !== -1 ? panosLog : undefined;
  if (decoder === undefined) return false;
  readPriority(text, into);
  return tryFormat(decoder, text, into) === 'understood';
}

function readSyslog(text: string, into: Decoded, nesting: number): DecodeResult {
  if (readFirewall(text, into)) return 'understood';
  const at = readSyslogHeader(text, into);
  if (at === -1) return 'other';
  const message = text.slice(at);
  into.fields['message'] = message;
  const app = asText(into.fields['process.name']);
  if (app === undefined && into.fields['host.name'] === undefined) {
    return readMessage(message, undefined, into, nesting);
  }
  into.dataset = 'system.syslog';
  const { time, stamp } = into;
  readMessage(message, app, into, nesting);
  // A stamp with a zone is surer than the wall clock inside the message.
  if (time !== undefined && stamp === 'zoned' && into.stamp !== 'zoned') {
    into.time = time;
    into.stamp = stamp;
  }
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
 * Reads one record of any format. What nobody understands comes back whole in `message` with the
 * oddity
 * `not_understood` (`not_json` when it began like JSON). Never throws; linear in the text.
 */
export function decode(text: string, hint?: string): Decoded {
  const into = new Decoded();
  into.original = text;
  into.hint = hint;
  const result = readLine(text, undefined, into, 0);
  if (result === 'understood') return into;
  into.oddity ??= text.charCodeAt(0) === 123 ? 'not_json' : 'not_understood';
  into.fields['message'] = text;
  into.keepOriginal = false;
  into.dataset = '';
  return into;
}
