import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { asText, isIp, listOf, put, wholeNumber } from '../fields.ts';
import { putCommunityId } from '../net/community-id.ts';
import { HEAD_CHARS_MAX, LEVELS, readHead } from './ios.ts';

type Meaning = readonly [action: string, type: readonly string[], category?: readonly string[]];

const DENIED: Meaning = ['firewall-rule', ['connection', 'denied']];
const ENDED: Meaning = ['flow-expiration', ['connection', 'end']];
const BEGUN: Meaning = ['flow-creation', ['connection', 'start']];
const SIGN_IN = ['authentication'];

/** By message number (Cisco Secure Firewall ASA syslog messages). */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '106001': DENIED,
  '106006': DENIED,
  '106007': DENIED,
  '106010': DENIED,
  '106014': DENIED,
  '106015': DENIED,
  '106021': DENIED,
  '106023': DENIED,
  '313001': DENIED,
  '710003': DENIED,
  '302013': BEGUN,
  '302015': BEGUN,
  '302020': BEGUN,
  '302014': ENDED,
  '302016': ENDED,
  '302021': ENDED,
  '113004': ['logged-in', ['info'], SIGN_IN],
  '113005': ['logon-failed', ['info'], SIGN_IN],
  '113015': ['logon-failed', ['info'], SIGN_IN],
  '605004': ['logon-failed', ['info'], SIGN_IN],
  '605005': ['logged-in', ['info'], SIGN_IN],
  '611101': ['logged-in', ['info'], SIGN_IN],
  '611102': ['logon-failed', ['info'], SIGN_IN],
  '716039': ['logon-failed', ['info'], SIGN_IN],
};

const NUMBERS: Readonly<Record<string, string>> = { icmp: '1', tcp: '6', udp: '17' };

/** `interface:address/port`, twice; where no interface is named, the plain addresses. */
function putPeers(fields: Fields, message: string): void {
  const peers = /(?:\b([A-Za-z][\w.-]*):)?\b(\d{1,3}(?:\.\d{1,3}){3})(?:[/(](\d{1,5}))?/g;
  let count = 0;
  for (const match of message.slice(0, 1_000).matchAll(peers)) {
    if (!isIp(match[2]!)) continue;
    const side = count === 0 ? 'source' : 'destination';
    fields[`${side}.ip`] = match[2]!;
    fields[`${side}.address`] = match[2]!;
    put(fields, `${side}.port`, wholeNumber(match[3]));
    const way = count === 0 ? 'ingress' : 'egress';
    put(fields, `observer.${way}.interface.name`, match[1]);
    put(fields, `cisco.asa.${side}_interface`, match[1]);
    if (++count === 2) break;
  }
  put(fields, 'related.ip', listOf(asText(fields['source.ip']), asText(fields['destination.ip'])));
}

function putHost(fields: Fields): void {
  const host = asText(fields['host.name']);
  if (host === undefined) return;
  fields['host.hostname'] = host;
  fields['observer.hostname'] = host;
  fields['related.hosts'] = [host];
}

/** Cisco ASA and FTD: `[stamp ][host ]: %ASA-6-302013: text`. */
export const ciscoAsa: Decoder = {
  dataset: 'cisco.asa',
  decode(text: string, into: Decoded): DecodeResult {
    const start = text.indexOf('%');
    if (start === -1 || start > HEAD_CHARS_MAX) return 'other';
    const match = /^%(?:ASA|FTD)-(?:[a-z]+-)?([0-7])-(\d{6}): ?/.exec(
      text.slice(start, start + 60),
    );
    if (match === null) return 'other';
    const { fields } = into;
    readHead(text, start, into);
    putHost(fields);
    const message = text.slice(start + match[0].length);
    const code = match[2]!;
    const meaning = MEANINGS[code];
    fields['event.code'] = code;
    fields['event.severity'] = Number(match[1]);
    fields['log.level'] = LEVELS[Number(match[1])]!;
    fields['observer.product'] = 'asa';
    fields['observer.type'] = 'firewall';
    fields['observer.vendor'] = 'Cisco';
    fields['event.category'] = meaning?.[2] ?? ['network'];
    fields['event.type'] = meaning?.[1] ?? ['info'];
    fields['event.action'] = meaning?.[0] ?? 'firewall-rule';
    fields['event.outcome'] = meaning?.[0] === 'logon-failed' ? 'failure' : 'success';
    fields['message'] = message;
    putPeers(fields, message);
    const transport = /\b(TCP|UDP|ICMP)\b/i.exec(message.slice(0, 200))?.[1]?.toLowerCase();
    if (transport !== undefined) {
      fields['network.transport'] = transport;
      fields['network.iana_number'] = NUMBERS[transport]!;
    }
    putCommunityId(fields);
    const user = /\buser(?:name)?\s?(?:=|:| )\s?["'<]?([\w.@\\-]+)/i.exec(
      message.slice(0, 400),
    )?.[1];
    if (user !== undefined) {
      fields['user.name'] = user;
      fields['related.user'] = [user];
    }
    return 'understood';
  },
};
