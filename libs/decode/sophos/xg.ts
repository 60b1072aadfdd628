import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { asNumber, asText, listOf, put, wholeNumber } from '../fields.ts';
import { Pairs, readPairs } from '../key-values.ts';
import { putCommunityId } from '../net/community-id.ts';
import { directionOf, macAddress } from '../net/names.ts';
import { readIso, zoneMinutesOf } from '../time.ts';
import { putUrl } from '../web/request.ts';

const TEXT_FIELDS: ReadonlyMap<string, string> = new Map([
  ['src_ip', 'source.ip'],
  ['sourceip', 'source.ip'],
  ['dst_ip', 'destination.ip'],
  ['destinationip', 'destination.ip'],
  ['tran_src_ip', 'source.nat.ip'],
  ['src_trans_ip', 'source.nat.ip'],
  ['tran_dst_ip', 'destination.nat.ip'],
  ['dst_trans_ip', 'destination.nat.ip'],
  ['src_domainname', 'source.domain'],
  ['dst_domainname', 'destination.domain'],
  ['domainname', 'url.domain'],
  ['in_interface', 'observer.ingress.interface.name'],
  ['out_interface', 'observer.egress.interface.name'],
  ['src_zone', 'observer.ingress.zone'],
  ['srczone', 'observer.ingress.zone'],
  ['dst_zone', 'observer.egress.zone'],
  ['dstzone', 'observer.egress.zone'],
  ['device_id', 'observer.serial_number'],
  ['device_serial_id', 'observer.serial_number'],
  ['from_email_address', 'source.user.email'],
  ['to_email_address', 'destination.user.email'],
  ['email_subject', 'email.subject'],
  ['log_subtype', 'event.action'],
  ['reason', 'event.reason'],
  ['message', 'message'],
  ['fw_rule_id', 'rule.id'],
  ['policy_type', 'rule.ruleset'],
  ['fw_rule_type', 'rule.ruleset'],
  ['classification', 'rule.category'],
  ['signature_msg', 'rule.name'],
  ['usergroupname', 'source.user.group.name'],
  ['user_gp', 'source.user.group.name'],
  ['user_name', 'source.user.name'],
  ['eventid', 'event.id'],
]);

const NUMBER_FIELDS: ReadonlyMap<string, string> = new Map([
  ['src_port', 'source.port'],
  ['dst_port', 'destination.port'],
  ['tran_src_port', 'source.nat.port'],
  ['src_trans_port', 'source.nat.port'],
  ['tran_dst_port', 'destination.nat.port'],
  ['sent_bytes', 'source.bytes'],
  ['bytes_sent', 'source.bytes'],
  ['recv_bytes', 'destination.bytes'],
  ['bytes_received', 'destination.bytes'],
  ['sent_pkts', 'source.packets'],
  ['packets_sent', 'source.packets'],
  ['recv_pkts', 'destination.packets'],
  ['packets_received', 'destination.packets'],
]);

const SEVERITIES = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notification',
  'informational',
  'debug',
];

function putPlain(pairs: Pairs, fields: Fields): void {
  for (let i = 0; i < pairs.size; i++) {
    const key = pairs.keys[i]!;
    const value = pairs.values[i]!;
    if (value === '') continue;
    const text = TEXT_FIELDS.get(key);
    if (text !== undefined) {
      fields[text] = value;
      if (!/^(?:log_subtype|reason|fw_rule_id)$/.test(key)) continue;
    }
    const number = NUMBER_FIELDS.get(key);
    if (number !== undefined) put(fields, number, wholeNumber(value));
    else fields[`sophos.xg.${key}`] = value;
  }
}

function putTime(pairs: Pairs, into: Decoded): void {
  const whole = pairs.get('timestamp');
  if (whole !== undefined) readIso(whole, 0, into);
  else {
    readIso(`${pairs.get('date') ?? ''} ${pairs.get('time') ?? ''}`, 0, into);
    // Names such as IST mean several zones; the source's own setting is surer.
    const zone = /^[+-]/.test(pairs.get('timezone') ?? '')
      ? zoneMinutesOf(pairs.get('timezone')!)
      : undefined;
    if (zone !== undefined && into.time !== undefined) {
      into.time -= zone * 60_000;
      into.stamp = 'zoned';
    }
  }
}

function putSeverity(pairs: Pairs, fields: Fields): void {
  const word = (pairs.get('priority') ?? pairs.get('severity') ?? '').toLowerCase();
  const name = word === 'information' ? 'informational' : word === 'notice' ? 'notification' : word;
  const severity = SEVERITIES.indexOf(name);
  if (severity === -1) return;
  fields['event.severity'] = severity;
  const newer = pairs.get('severity') !== undefined;
  fields['log.level'] = newer ? pairs.get('severity')! : name;
}

function total(fields: Fields, name: string): void {
  const a = asNumber(fields[`source.${name}`]);
  const b = asNumber(fields[`destination.${name}`]);
  if (a !== undefined && b !== undefined) fields[`network.${name}`] = a + b;
}

const NETWORK = ['network'];
const INTRUSION = ['intrusion_detection', 'network'];
const ATTACKS = /^(?:DoS Attack|IP Spoof|Source Routed|ICMP ERROR MESSAGE|Heartbeat)$/;

function classifyMail(fields: Fields, subtype: string): void {
  const clean = subtype === 'Allowed' || subtype === 'Clean' || subtype === 'SPX';
  fields['event.category'] = clean ? NETWORK : ['malware', 'network'];
  fields['event.type'] = clean ? ['allowed', 'connection'] : ['info', 'denied', 'connection'];
  if (!clean) fields['event.kind'] = 'alert';
}

function classifyFirewall(pairs: Pairs, fields: Fields, subtype: string): void {
  const allowed = subtype === 'Allowed';
  fields['event.action'] = subtype.toLowerCase();
  const attack = !allowed && ATTACKS.test(pairs.get('log_component') ?? '');
  fields['event.category'] = attack ? INTRUSION : NETWORK;
  if (attack) fields['event.kind'] = 'alert';
  if (pairs.get('status') === undefined || pairs.get('status') === '') return;
  const step = pairs.get('connevent') === 'Start' ? 'start' : 'end';
  fields['event.type'] = allowed ? [step, 'allowed', 'connection'] : ['denied', 'connection'];
}

function classifySignIn(pairs: Pairs, fields: Fields): void {
  const failed = /^fail/i.test(pairs.get('status') ?? '');
  fields['event.category'] = ['authentication'];
  fields['event.type'] = ['start'];
  fields['event.outcome'] = failed ? 'failure' : 'success';
  const name = asText(fields['source.user.name']);
  put(fields, 'user.name', name);
  put(fields, 'related.user', listOf(name));
}

function classify(pairs: Pairs, fields: Fields): void {
  const type = pairs.get('log_type') ?? '';
  const subtype = pairs.get('log_subtype') ?? '';
  if (type !== 'System Health') fields['event.outcome'] = 'success';
  if (type === 'Anti-Spam') classifyMail(fields, subtype);
  else if (type === 'Firewall') classifyFirewall(pairs, fields, subtype);
  else if (type === 'IDP' || type === 'ATP') {
    fields['event.action'] = subtype.toLowerCase();
    fields['event.category'] = INTRUSION;
    fields['event.type'] = ['denied', 'connection'];
    fields['event.kind'] = 'alert';
  } else if (type === 'Anti-Virus') {
    fields['event.category'] = ['malware', 'network'];
    fields['event.type'] = ['info', 'denied', 'connection'];
    fields['event.kind'] = 'alert';
  } else if (subtype === 'Authentication') classifySignIn(pairs, fields);
}

function putDerived(pairs: Pairs, fields: Fields): void {
  const transport = pairs.get('protocol')?.trim().toLowerCase();
  put(fields, 'network.transport', transport === '' ? undefined : transport);
  const mac = pairs.get('src_mac');
  if (mac !== undefined && mac !== '') fields['source.mac'] = macAddress(mac);
  const target = pairs.get('dst_mac');
  if (target !== undefined && target !== '') fields['destination.mac'] = macAddress(target);
  total(fields, 'bytes');
  total(fields, 'packets');
  const duration = wholeNumber(pairs.get('duration'));
  if (duration !== undefined) fields['event.duration'] = duration * 1_000_000_000;
  const url = pairs.get('url');
  if (url !== undefined && url !== '') {
    const domain = fields['url.domain'];
    putUrl(fields, url);
    put(fields, 'url.domain', domain ?? fields['url.domain']);
  }
  const from = asText(fields['source.user.email']);
  if (from !== undefined) fields['email.from.address'] = [from];
  const to = asText(fields['destination.user.email']);
  if (to !== undefined) fields['email.to.address'] = [to];
  const source = asText(fields['source.ip']);
  const destination = asText(fields['destination.ip']);
  const nat = asText(fields['source.nat.ip']);
  put(fields, 'related.ip', listOf(source, destination, nat));
  const zoned = pairs.get('src_zone') !== undefined || pairs.get('srczone') !== undefined;
  if (zoned && source !== undefined && destination !== undefined) {
    fields['network.direction'] = directionOf(source, destination);
  }
}

const scratch = new Pairs();

/** Sophos Firewall (XG, SFOS): `device="SFW" date=… time=… log_id=… log_type="…" …`. */
export const sophosXg: Decoder = {
  dataset: 'sophos.xg',
  decode(text: string, into: Decoded): DecodeResult {
    if (!text.includes('log_component=') || !text.includes('log_id=')) return 'other';
    const pairs = scratch;
    pairs.clear();
    readPairs(text, 0, pairs);
    const id = pairs.get('log_id') ?? '';
    if (!/^\d{12}$/.test(id)) return 'other';
    const { fields } = into;
    delete fields['message'];
    putTime(pairs, into);
    putPlain(pairs, fields);
    fields['event.code'] = id.slice(-5);
    fields['observer.vendor'] = 'Sophos';
    fields['observer.product'] = 'XG';
    fields['observer.type'] = 'firewall';
    fields['event.kind'] = 'event';
    putSeverity(pairs, fields);
    putDerived(pairs, fields);
    classify(pairs, fields);
    putCommunityId(fields);
    const device = pairs.get('device_name');
    if (device !== undefined && device !== '') fields['host.name'] ??= device;
    return 'understood';
  },
};
