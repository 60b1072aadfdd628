import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { asText, isIp, listOf, put, wholeNumber } from '../fields.ts';
import { macAddress, transportName } from '../net/names.ts';
import { readIso } from '../time.ts';

const PAIRS_MAX = 300;
const HEAD_CHARS_MAX = 400;
const PRIORITY_CHARS_MAX = 4;

/** Names of Check Point that have an ECS field; all of them stay under the vendor's name too. */
const TEXT_FIELDS: ReadonlyMap<string, string> = new Map([
  ['origin', 'observer.name'],
  ['product', 'observer.product'],
  ['ifdir', 'network.direction'],
  ['loguid', 'event.id'],
  ['operation_number', 'event.code'],
  ['subject', 'message'],
  ['service_id', 'network.application'],
  ['layer_name', 'network.name'],
  ['proto', 'network.iana_number'],
  ['inzone', 'observer.ingress.zone'],
  ['outzone', 'observer.egress.zone'],
  ['rule_uid', 'rule.uuid'],
  ['rule_name', 'rule.name'],
  ['domain_name', 'source.user.domain'],
  ['device_name', 'host.name'],
  ['device_type', 'host.type'],
  ['src_user_group', 'source.user.group.name'],
  ['resource', 'url.original'],
  ['malware_family', 'threat.software.name'],
  ['protection_name', 'rule.name'],
  ['severity', 'log.level'],
]);
const ADDRESS_FIELDS: ReadonlyMap<string, string> = new Map([
  ['src', 'source.ip'],
  ['client_ip', 'source.ip'],
  ['dst', 'destination.ip'],
  ['xlatesrc', 'source.nat.ip'],
  ['xlatedst', 'destination.nat.ip'],
]);
const NUMBER_FIELDS: ReadonlyMap<string, string> = new Map([
  ['sequencenum', 'event.sequence'],
  ['s_port', 'source.port'],
  ['service', 'destination.port'],
  ['client_outbound_bytes', 'source.bytes'],
  ['client_inbound_bytes', 'destination.bytes'],
]);
const USER_KEYS: readonly string[] = ['administrator', 'src_user_name', 'user'];

/** `key:"value"; …` from `at`; quotes and brackets inside stand behind a backslash. */
function readPairs(text: string, at: number): Map<string, string> {
  const pairs = new Map<string, string>();
  let from = at;
  while (pairs.size < PAIRS_MAX) {
    while (text.charCodeAt(from) === 32 || text.charCodeAt(from) === 59) from++;
    const colon = text.indexOf(':"', from);
    if (colon === -1 || colon - from > 64) break;
    let end = text.indexOf('"', colon + 2);
    while (end !== -1 && text.charCodeAt(end - 1) === 92) end = text.indexOf('"', end + 1);
    if (end === -1) break;
    pairs.set(text.slice(from, colon), text.slice(colon + 2, end).replaceAll(/\\(["\\\]])/g, '$1'));
    from = end + 1;
  }
  return pairs;
}

function putPairs(pairs: ReadonlyMap<string, string>, fields: Fields): void {
  for (const [key, value] of pairs) {
    if (value === '') continue;
    const text = TEXT_FIELDS.get(key);
    const address = ADDRESS_FIELDS.get(key);
    const number = NUMBER_FIELDS.get(key);
    if (text !== undefined) fields[text] = value;
    else if (address !== undefined) {
      if (isIp(value)) fields[address] ??= value;
    } else if (number !== undefined) put(fields, number, wholeNumber(value));
    else if (/^[\w-]{1,64}$/.test(key)) fields[`checkpoint.${key}`] = value;
  }
  const machine = pairs.get('machine');
  if (machine !== undefined && machine !== 'localhost') fields['source.domain'] = machine;
  const mac = pairs.get('mac_address');
  if (mac !== undefined) fields['observer.mac'] = [macAddress(mac)];
  const port = pairs.get('ifname');
  const inbound = pairs.get('ifdir') === 'inbound';
  if (port !== undefined) {
    fields[inbound ? 'observer.ingress.interface.name' : 'observer.egress.interface.name'] = port;
  }
  put(fields, 'network.transport', transportName(pairs.get('proto') ?? ''));
}

const FAILED_LOGIN = 'Administrator failed to log in: ';

function classifySignIn(pairs: ReadonlyMap<string, string>, fields: Fields, said: string): void {
  const status = `${pairs.get('audit_status') ?? ''} ${pairs.get('auth_status') ?? ''}`;
  const refused = said.startsWith('Failed');
  const failed = refused || /fail/i.test(status);
  const why = pairs.get('additional_info') ?? '';
  if (why.startsWith(FAILED_LOGIN)) {
    fields['event.reason'] = why.slice(FAILED_LOGIN.length).trim();
  }
  const out = said.includes('Log Out');
  fields['event.category'] = refused ? ['network', 'authentication'] : ['authentication'];
  fields['event.type'] = [refused ? 'denied' : out ? 'end' : 'start'];
  fields['event.outcome'] = failed ? 'failure' : 'success';
  fields['event.action'] = failed ? 'logon-failed' : out ? 'logged-out' : 'logged-in';
}

function classify(pairs: ReadonlyMap<string, string>, fields: Fields): void {
  const action = pairs.get('rule_action') ?? pairs.get('action') ?? '';
  const said = [pairs.get('operation'), pairs.get('action')].find(
    (one) => one !== undefined && /Log (?:In|Out)$/.test(one),
  );
  fields['event.kind'] = 'event';
  if (said !== undefined) {
    classifySignIn(pairs, fields, said);
    return;
  }
  fields['event.category'] = ['network'];
  if (action === '') return;
  const allowed = /^(?:accept|allow|detect|monitor|decrypt|encrypt|bypass|inform)/i.test(action);
  fields['event.action'] = action;
  fields['event.outcome'] = allowed ? 'success' : 'failure';
  fields['event.type'] = allowed ? ['allowed', 'connection'] : ['connection', 'denied'];
  const threat = pairs.get('protection_name') ?? pairs.get('malware_action');
  if (threat === undefined) return;
  fields['event.kind'] = 'alert';
  fields['event.category'] = ['intrusion_detection', 'network'];
}

function relate(pairs: ReadonlyMap<string, string>, fields: Fields): void {
  const name = USER_KEYS.map((key) => pairs.get(key)).find((one) => one !== undefined);
  if (name !== undefined) {
    fields['source.user.name'] = name;
    fields['user.name'] = name.toLowerCase();
    fields['related.user'] = [name];
  }
  const group = asText(fields['source.user.group.name']);
  if (group !== undefined) fields['user.group.name'] = group.toLowerCase();
  const domain = asText(fields['source.user.domain']);
  if (domain !== undefined) fields['user.domain'] = domain.toLowerCase();
  const peers = [asText(fields['source.ip']), asText(fields['destination.ip'])];
  put(fields, 'related.ip', listOf(...peers));
}

/** Where the pairs begin; -1 for what Check Point did not write. */
export function checkpointStart(text: string): number {
  // It speaks RFC 5424 only: `<134>1 …`.
  const version = text.indexOf('>1 ');
  if (version === -1 || version > PRIORITY_CHARS_MAX) return -1;
  const mark = text.indexOf(' CheckPoint ');
  if (mark === -1 || mark > HEAD_CHARS_MAX) return -1;
  const bracket = text.indexOf('[', mark);
  return bracket === -1 || bracket - mark > 64 ? -1 : bracket + 1;
}

/**
 * Check Point R80 and later, Log Exporter in syslog: `… CheckPoint 1930 - [action:"Accept"; …]`.
 */
export const checkpointLog: Decoder = {
  dataset: 'checkpoint.firewall',
  decode(text: string, into: Decoded): DecodeResult {
    const start = checkpointStart(text);
    if (start === -1) return 'other';
    const pairs = readPairs(text, start);
    if (!pairs.has('origin') && !pairs.has('product')) return 'other';
    const { fields } = into;
    const stamp = text.indexOf('1 ') + 2;
    if (readIso(text, stamp, into) === -1) {
      const seconds = wholeNumber(pairs.get('time'));
      if (seconds !== undefined) into.time = seconds * 1_000;
    }
    fields['observer.vendor'] = 'Checkpoint';
    fields['observer.type'] = 'firewall';
    putPairs(pairs, fields);
    classify(pairs, fields);
    relate(pairs, fields);
    const sender = text.slice(text.indexOf(' ', stamp) + 1, text.indexOf(' CheckPoint '));
    if (sender !== '' && !sender.includes(' ')) fields['host.name'] ??= sender;
    fields['message'] ??= text.slice(start - 1);
    return 'understood';
  },
};
