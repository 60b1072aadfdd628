import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { isIp, listOf, put, wholeNumber } from '../fields.ts';
import { readBsd, readTrailingZone } from '../time.ts';

/** Names of the severities 0 to 7. */
export const LEVELS = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notification',
  'informational',
  'debug',
];
/** Characters before the mark. */
export const HEAD_CHARS_MAX = 160;

interface Mark {
  readonly start: number;
  readonly facility: string;
  readonly severity: number;
  readonly mnemonic: string;
  readonly message: number;
}

/** `%LINEPROTO-5-UPDOWN: ` in the head of the line. */
function readMark(text: string): Mark | undefined {
  const start = text.indexOf('%');
  if (start === -1 || start > HEAD_CHARS_MAX) return undefined;
  const match = /^%([A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*?)-([0-7])-([A-Z0-9_]+): ?/.exec(
    text.slice(start, start + 120),
  );
  if (match === null) return undefined;
  return {
    start,
    facility: match[1]!,
    severity: Number(match[2]),
    mnemonic: match[3]!,
    message: start + match[0].length,
  };
}

/**
 * What stands before the mark: count, host, stamp and its zone, in the orders that IOS, IOS XE and
 * ASA use.
 */
export function readHead(text: string, end: number, into: Decoded): void {
  const { fields } = into;
  const count = /^(\d{1,12}): /.exec(text.slice(0, 16));
  let at = 0;
  if (count !== null) {
    fields['cisco.ios.message_count'] = Number(count[1]);
    fields['event.sequence'] = Number(count[1]);
    at = count[0].length;
  }
  while (at < end) {
    while (/[\s:*.]/.test(text.charAt(at))) at++;
    const next = at < end ? readBsd(text, at, into) : -1;
    if (next !== -1) {
      at = readTrailingZone(text, next, into);
      continue;
    }
    let stop = at;
    while (stop < end && !/[\s]/.test(text.charAt(stop))) stop++;
    const word = text.slice(at, stop).replace(/:$/, '');
    if (word !== '' && !/^\d+$/.test(word) && fields['host.name'] === undefined) {
      fields['log.syslog.hostname'] = word;
      fields['host.name'] = word;
    }
    at = stop + 1;
  }
}

/** The first two addresses of the message, with the ports that stand with them. */
function putPeers(fields: Fields, message: string): void {
  const found: { address: string; port: number | undefined }[] = [];
  const peers = /\b(\d{1,3}(?:\.\d{1,3}){3})(?:[(:/](\d{1,5})\)?)?/g;
  for (const match of message.slice(0, 1_000).matchAll(peers)) {
    if (isIp(match[1]!)) found.push({ address: match[1]!, port: wholeNumber(match[2]) });
    if (found.length === 2) break;
  }
  const [source, destination] = found;
  if (source === undefined) return;
  fields['source.ip'] = source.address;
  fields['source.address'] = source.address;
  put(fields, 'source.port', source.port);
  fields['network.type'] = 'ipv4';
  if (destination !== undefined) {
    fields['destination.ip'] = destination.address;
    fields['destination.address'] = destination.address;
    put(fields, 'destination.port', destination.port);
  }
  fields['related.ip'] = listOf(source.address, destination?.address)!;
}

/** Link states: what the register's rules about lines and neighbors ask for. */
function putState(fields: Fields, mnemonic: string, message: string): void {
  const state = /changed state to (?:administratively )?(up|down)/.exec(message.slice(0, 300))?.[1];
  if (state === undefined) return;
  fields['event.action'] = `${mnemonic.toLowerCase()}-${state}`;
  fields['cisco.ios.state'] = state;
  const name = /Interface ([\w/.-]+)/.exec(message.slice(0, 300))?.[1];
  put(fields, 'observer.ingress.interface.name', name);
}

/**
 * Cisco IOS, IOS XE and NX-OS messages: `[count: ][host: ]stamp: %FACILITY-SEVERITY-MNEMONIC:
 * text`.
 */
export const ciscoIos: Decoder = {
  dataset: 'cisco.ios',
  decode(text: string, into: Decoded): DecodeResult {
    const mark = readMark(text);
    if (mark === undefined || mark.facility === 'ASA' || mark.facility === 'FTD') return 'other';
    const { fields } = into;
    readHead(text, mark.start, into);
    const message = text.slice(mark.message);
    fields['cisco.ios.facility'] = mark.facility;
    fields['event.category'] = ['network'];
    fields['event.type'] = ['info'];
    fields['event.code'] = mark.mnemonic;
    fields['event.provider'] = 'firewall';
    fields['event.severity'] = mark.severity;
    fields['log.level'] = LEVELS[mark.severity]!;
    fields['observer.product'] = 'IOS';
    fields['observer.type'] = 'firewall';
    fields['observer.vendor'] = 'Cisco';
    fields['message'] = message;
    putPeers(fields, message);
    putState(fields, mark.mnemonic, message);
    return 'understood';
  },
};
