import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { asNumber, asText, isIp, listOf, put, putText, wholeNumber } from '../fields.ts';
import { Pairs, readPairs } from '../key-values.ts';
import { directionOf, domainParts, macAddress, transportName } from '../net/names.ts';
import { readIso, zoneMinutesOf } from '../time.ts';
import { putUrl } from '../web/request.ts';
import { classify } from './classify.ts';
import { NUMBER_FIELDS, TAKEN, TEXT_FIELDS } from './names.ts';

const VENDOR = 'fortinet.firewall.';
/** The line begins with a key. */
const KEY_CHARS_MAX = 16;
const vendorNames = new Map<string, string>();
const VENDOR_NAMES_MAX = 2_000;

function vendorName(key: string): string {
  const known = vendorNames.get(key);
  if (known !== undefined) return known;
  const name = VENDOR + key;
  if (vendorNames.size < VENDOR_NAMES_MAX) vendorNames.set(key, name);
  return name;
}

function putTime(pairs: Pairs, into: Decoded): void {
  const stamp = `${pairs.get('date') ?? ''} ${pairs.get('time') ?? ''}`;
  readIso(stamp, 0, into);
  const zone = zoneMinutesOf(pairs.get('tz') ?? '');
  if (zone !== undefined && into.time !== undefined) {
    into.time -= zone * 60_000;
    into.stamp = 'zoned';
  }
  const raw = pairs.get('eventtime');
  if (raw === undefined || !/^\d{10,19}$/.test(raw)) return;
  // Seconds, milliseconds, microseconds or nanoseconds, by the release of FortiOS.
  const ms = raw.length === 10 ? Number(raw) * 1000 : Number(raw.slice(0, 13).padEnd(13, '0'));
  into.fields['event.start'] = new Date(ms).toISOString();
  if (into.time === undefined) {
    into.time = ms;
    into.stamp = 'zoned';
  }
}

function putPlain(pairs: Pairs, fields: Fields): void {
  for (let i = 0; i < pairs.size; i++) {
    const key = pairs.keys[i]!;
    const value = pairs.values[i]!;
    if (value === '' || value === 'N/A') continue;
    const text = TEXT_FIELDS.get(key);
    if (text !== undefined) {
      fields[text] = value;
      continue;
    }
    const number = NUMBER_FIELDS.get(key);
    if (number !== undefined) put(fields, number, wholeNumber(value));
    else if (!TAKEN.has(key)) fields[vendorName(key)] = value;
  }
}

function sum(fields: Fields, a: string, b: string): number | undefined {
  const first = asNumber(fields[a]);
  const second = asNumber(fields[b]);
  return first === undefined || second === undefined ? undefined : first + second;
}

function putNetwork(pairs: Pairs, fields: Fields): void {
  const proto = pairs.get('proto');
  if (proto !== undefined) put(fields, 'network.transport', transportName(proto));
  putText(fields, 'network.protocol', pairs.get('service')?.toLowerCase());
  put(fields, 'network.bytes', sum(fields, 'source.bytes', 'destination.bytes'));
  put(fields, 'network.packets', sum(fields, 'source.packets', 'destination.packets'));
  const duration = wholeNumber(pairs.get('duration'));
  if (duration !== undefined) fields['event.duration'] = duration * 1_000_000_000;
  const source = asText(fields['source.ip']);
  const destination = asText(fields['destination.ip']);
  const stated = pairs.get('direction') ?? pairs.get('dir');
  if (stated === 'outgoing') fields['network.direction'] = 'outbound';
  else if (stated === 'incoming') fields['network.direction'] = 'inbound';
  else if (stated === 'session_origin') fields['network.direction'] = 'unknown';
  else if (source !== undefined && destination !== undefined) {
    fields['network.direction'] = directionOf(source, destination);
  }
  const mac = pairs.get('srcmac') ?? pairs.get('mastersrcmac');
  if (mac !== undefined) fields['source.mac'] = macAddress(mac);
  const target = pairs.get('dstmac');
  if (target !== undefined) fields['destination.mac'] = macAddress(target);
}

/** Where an administrator or a VPN peer came from; FortiOS says it in five ways. */
function putPeers(pairs: Pairs, fields: Fields): void {
  const local = pairs.get('locip');
  const remote = pairs.get('remip');
  if (pairs.get('action')?.startsWith('ssl-login') && remote !== undefined) {
    fields['source.ip'] = remote;
  } else {
    if (local !== undefined && isIp(local)) fields['source.ip'] ??= local;
    if (remote !== undefined && isIp(remote)) fields['destination.ip'] ??= remote;
    put(fields, 'source.port', fields['source.port'] ?? wholeNumber(pairs.get('locport')));
    put(
      fields,
      'destination.port',
      fields['destination.port'] ?? wholeNumber(pairs.get('remport')),
    );
  }
  const ui = pairs.get('ui') ?? pairs.get('userfrom');
  if (ui !== undefined && fields['source.ip'] === undefined) {
    const address = ui.slice(ui.indexOf('(') + 1, ui.lastIndexOf(')'));
    if (isIp(address)) fields['source.ip'] = address;
  }
  putText(fields, 'source.user.name', pairs.get('user') ?? pairs.get('unauthuser'));
  const titled = pairs.get('msg')?.startsWith('Administrator ') === true;
  const profile = pairs.get('adminprof') ?? (titled ? 'Administrator' : undefined);
  if (profile !== undefined) {
    fields['source.user.roles'] = [profile];
    fields['user.roles'] = [profile];
  }
}

function putRule(pairs: Pairs, fields: Fields): void {
  const category = pairs.get('catdesc') ?? pairs.get('appcat');
  putText(fields, 'rule.category', category?.replaceAll('.', '-'));
  const policy = pairs.get('policytype');
  const profile = pairs.get('profile') ?? pairs.get('applist');
  const ruleset = pairs.get('type') === 'traffic' ? policy : (profile ?? policy);
  putText(fields, 'rule.ruleset', ruleset);
}

function putNames(pairs: Pairs, fields: Fields): void {
  const url = pairs.get('url');
  if (url !== undefined && url !== '') {
    const domain = fields['url.domain'];
    putUrl(fields, url);
    if (!url.includes('%')) delete fields['url.original'];
    put(fields, 'url.domain', domain ?? fields['url.domain']);
  }
  const question = pairs.get('qname');
  if (question === undefined) return;
  const { top, registered, sub } = domainParts(question);
  put(fields, 'dns.question.top_level_domain', top);
  put(fields, 'dns.question.registered_domain', registered);
  put(fields, 'dns.question.subdomain', sub);
  const answer = pairs.get('ipaddr');
  if (answer !== undefined) {
    fields['dns.resolved_ip'] = answer.split(',').map((each) => each.trim());
    delete fields[`${VENDOR}ipaddr`];
  }
}

function relate(fields: Fields): void {
  const addresses = ['source.ip', 'destination.ip', 'source.nat.ip', 'destination.nat.ip'];
  const other = asText(fields[`${VENDOR}ip`]);
  const related = [...addresses.map((name) => asText(fields[name])), other];
  put(fields, 'related.ip', listOf(...related));
  put(fields, 'related.user', listOf(asText(fields['source.user.name'])));
  const hosts = [asText(fields['dns.question.name']), asText(fields['destination.address'])];
  put(fields, 'related.hosts', listOf(...hosts));
}

const scratch = new Pairs();

/**
 * FortiOS log line (Fortinet, FortiOS Log Message Reference): `date=… time=… devname="…" logid="…"
 * type="…" …`.
 */
export const fortigate: Decoder = {
  dataset: 'fortinet.fortigate',
  decode(text: string, into: Decoded): DecodeResult {
    const id = text.indexOf('logid=');
    if (id === -1 && !text.includes('log_id=')) return 'other';
    const start = text.charCodeAt(0) === 60 ? text.indexOf('>') + 1 : 0;
    if (text.indexOf('=') - start > KEY_CHARS_MAX) return 'other';
    const pairs = scratch;
    pairs.clear();
    readPairs(text, start, pairs);
    const type = pairs.get('type');
    if (type === undefined && !pairs.has('devid') && !pairs.has('device_id')) return 'other';
    const { fields } = into;
    fields['observer.vendor'] = 'Fortinet';
    fields['observer.product'] = 'Fortigate';
    fields['observer.type'] = 'firewall';
    putTime(pairs, into);
    putPlain(pairs, fields);
    putPeers(pairs, fields);
    putNetwork(pairs, fields);
    putRule(pairs, fields);
    putNames(pairs, fields);
    classify(pairs, fields);
    relate(fields);
    const device = pairs.get('devname');
    if (device !== undefined) fields['host.name'] ??= device;
    const said = pairs.get('msg');
    const tells = said !== undefined && said !== '' && said !== 'N/A';
    fields['message'] = tells ? said : (pairs.get('logdesc') ?? text.slice(start));
    return 'understood';
  },
};
