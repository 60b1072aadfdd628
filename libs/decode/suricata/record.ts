import type { Decoded, Fields } from '#libs/model';

import { asNumber, asText, isIp, listOf, put } from '../fields.ts';
import type { RecordFamily } from '../json/decoder.ts';
import { putCommunityId } from '../net/community-id.ts';
import { macAddress } from '../net/names.ts';

/** EVE names that have an ECS field; the record keeps its own names too. */
const COPIED: readonly (readonly [string, string])[] = [
  ['src_port', 'source.port'],
  ['dest_port', 'destination.port'],
  ['flow.bytes_toserver', 'source.bytes'],
  ['flow.bytes_toclient', 'destination.bytes'],
  ['flow.pkts_toserver', 'source.packets'],
  ['flow.pkts_toclient', 'destination.packets'],
  ['app_proto', 'network.protocol'],
  ['alert.category', 'rule.category'],
  ['alert.signature', 'rule.name'],
  ['alert.severity', 'event.severity'],
  ['http.hostname', 'url.domain'],
  ['http.url', 'url.original'],
  ['http.http_method', 'http.request.method'],
  ['http.status', 'http.response.status_code'],
  ['http.length', 'http.response.body.bytes'],
  ['http.http_user_agent', 'user_agent.original'],
  ['http.http_refer', 'http.request.referrer'],
  ['dns.rrname', 'dns.question.name'],
  ['dns.rrtype', 'dns.question.type'],
  ['tls.sni', 'tls.client.server_name'],
  ['fileinfo.filename', 'file.path'],
  ['fileinfo.size', 'file.size'],
  ['flow.start', 'event.start'],
];

const EVE = 'suricata.eve.';

/**
 * Everything the sender said moves under the vendor's name, so that `tls` or `http` of EVE is not
 * taken for ECS.
 */
function moveUnderVendor(fields: Fields): void {
  for (const name of Object.keys(fields)) {
    if (name.startsWith('event.') || name.startsWith('host.') || name === 'tags') continue;
    fields[EVE + name] = fields[name]!;
    delete fields[name];
  }
}

function classify(fields: Fields, kind: string): void {
  const alert = kind === 'alert' || fields[`${EVE}alert.signature`] !== undefined;
  fields['event.kind'] = alert ? 'alert' : 'event';
  fields['event.category'] = alert ? ['network', 'intrusion_detection'] : ['network'];
  if (alert) {
    const blocked = fields[`${EVE}alert.action`] === 'blocked';
    fields['event.type'] = [blocked ? 'denied' : 'allowed'];
  } else if (kind === 'flow' || kind === 'netflow') fields['event.type'] = ['connection', 'end'];
  else if (kind === 'dns' || kind === 'tls' || kind === 'http' || kind === 'ssh') {
    fields['event.type'] = ['protocol'];
  }
  if (kind === 'http') fields['event.category'] = ['network', 'web'];
}

function putPeers(fields: Fields): void {
  const source = asText(fields[`${EVE}src_ip`]);
  const destination = asText(fields[`${EVE}dest_ip`]);
  for (const [side, address] of [
    ['source', source],
    ['destination', destination],
  ] as const) {
    if (address === undefined) continue;
    fields[`${side}.address`] = address;
    if (isIp(address)) fields[`${side}.ip`] = address;
  }
  put(fields, 'related.ip', listOf(source, destination));
  const from = asText(fields[`${EVE}ether.src_mac`]);
  if (from !== undefined) fields['source.mac'] = macAddress(from);
  const to = asText(fields[`${EVE}ether.dest_mac`]);
  if (to !== undefined) fields['destination.mac'] = macAddress(to);
}

function total(fields: Fields, name: string): void {
  const a = asNumber(fields[`source.${name}`]);
  const b = asNumber(fields[`destination.${name}`]);
  if (a !== undefined && b !== undefined) fields[`network.${name}`] = a + b;
}

function readSuricataRecord(into: Decoded): void {
  const { fields } = into;
  const kind = asText(fields['event_type']) ?? '';
  moveUnderVendor(fields);
  for (const [from, to] of COPIED) put(fields, to, fields[EVE + from]);
  putPeers(fields);
  put(fields, 'network.transport', asText(fields[`${EVE}proto`])?.toLowerCase());
  total(fields, 'bytes');
  total(fields, 'packets');
  const id = asNumber(fields[`${EVE}alert.signature_id`]);
  if (id !== undefined) fields['rule.id'] = String(id);
  const host = asText(fields['url.domain']);
  if (host !== undefined) {
    fields['destination.domain'] = host;
    fields['related.hosts'] = [host];
  }
  const age = asNumber(fields[`${EVE}flow.age`]);
  if (age !== undefined && kind === 'flow') fields['event.duration'] = age * 1_000_000_000;
  const category = asText(fields['rule.category']);
  if (category !== undefined) fields['message'] = category;
  classify(fields, kind);
  putCommunityId(fields);
  into.dataset = 'suricata.eve';
}

/** Suricata's EVE JSON. */
export const suricataRecord: RecordFamily = {
  claims: (fields) => typeof fields['event_type'] === 'string' && fields['flow_id'] !== undefined,
  read: readSuricataRecord,
};
