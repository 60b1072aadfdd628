import type { Decoded, Fields } from '#libs/model';

import { asText, isIp, listOf, put, wholeNumber } from '../fields.ts';
import type { RecordFamily } from '../json/decoder.ts';
import { readBsd, readIso } from '../time.ts';
import { putUrl } from '../web/request.ts';

/** Modules of BIG-IP as Telemetry Streaming names them. */
const MODULES: Readonly<Record<string, string>> = {
  AFM: 'Advanced Firewall Module',
  APM: 'Application Performance Monitoring',
  ASM: 'Application Security Module',
  LTM: 'Local Traffic Manager',
  AVR: 'Application Visibility and Reporting',
};
const STAMPS = ['date_time', 'f5telemetry_timestamp'] as const;
const TEXTS: readonly (readonly [string, string])[] = [
  ['hostname', 'host.name'],
  ['action', 'event.action'],
  ['dest_fqdn', 'destination.domain'],
  ['source_fqdn', 'source.domain'],
  ['source_user', 'source.user.name'],
  ['source_user_group', 'source.user.group.name'],
  ['http_method', 'http.request.method'],
  ['method', 'http.request.method'],
  ['http_version', 'http.version'],
  ['http_referrer', 'http.request.referrer'],
  ['http_user_agent', 'user_agent.original'],
  ['acl_rule_name', 'rule.name'],
];
const NUMBERS: readonly (readonly [string, string])[] = [
  ['source_port', 'source.port'],
  ['src_port', 'source.port'],
  ['dest_port', 'destination.port'],
  ['http_status', 'http.response.status_code'],
  ['response_code', 'http.response.status_code'],
  ['bytes_in', 'source.bytes'],
  ['bytes_out', 'destination.bytes'],
];
const SOURCES = ['source_ip', 'src_ip', 'ip_client', 'client_ip'] as const;
const VENDOR = 'f5_bigip.log.';

function said(fields: Fields, name: string): string | undefined {
  const value = fields[VENDOR + name];
  const text = typeof value === 'number' ? String(value) : asText(value)?.trim();
  return text === undefined || text === '' || text === 'N/A' ? undefined : text;
}

function address(fields: Fields, names: readonly string[]): string | undefined {
  return names.map((name) => said(fields, name)).find((one) => one !== undefined && isIp(one));
}

function putStamp(fields: Fields, into: Decoded): void {
  for (const name of STAMPS) {
    const value = said(fields, name);
    if (value === undefined) continue;
    if (readIso(value, 0, into) !== -1 || readBsd(value, 0, into) !== -1) return;
  }
}

function putPeers(fields: Fields): void {
  const source = address(fields, SOURCES);
  const target = address(fields, ['dest_ip']);
  const port = fields['source.port'];
  put(fields, 'source.ip', source);
  put(fields, 'destination.ip', target);
  const module = said(fields, 'telemetryEventCategory');
  if (module !== 'LTM') {
    put(fields, 'client.ip', source);
    put(fields, 'server.ip', target);
    if (source !== undefined) put(fields, 'client.port', port);
    if (target !== undefined) put(fields, 'server.port', fields['destination.port']);
  }
  const management = address(fields, ['management_ip_address', 'bigip_mgmt_ip']);
  const way = address(fields, ['x_forwarded_for_header_value', 'vip']);
  put(fields, 'related.ip', listOf(source, target, management, way));
}

/** A request that the application firewall blocked, or a session that was denied. */
function classify(fields: Fields): void {
  const status = said(fields, 'request_status');
  const result = said(fields, 'Access_Policy_Result');
  fields['event.category'] = ['network'];
  fields['event.type'] = ['info'];
  fields['event.kind'] = status === 'blocked' || status === 'alerted' ? 'alert' : 'event';
  if (status === 'blocked') fields['event.outcome'] = 'failure';
  if (result !== undefined) {
    fields['event.outcome'] = /deny|fail/i.test(result) ? 'failure' : 'success';
  }
}

function putRequest(fields: Fields): void {
  const uri = said(fields, 'uri') ?? said(fields, 'http_url');
  if (uri !== undefined) putUrl(fields, uri);
  const status = fields['http.response.status_code'];
  if (status === 0) delete fields['http.response.status_code'];
  const protocol = said(fields, 'protocol')?.toLowerCase();
  if (protocol !== undefined) fields['network.protocol'] = protocol;
  put(fields, 'network.transport', said(fields, 'ip_protocol')?.toLowerCase());
}

function read(into: Decoded): void {
  const { fields } = into;
  for (const name of Object.keys(fields)) {
    if (name.includes('.')) continue;
    fields[VENDOR + name] = fields[name]!;
    delete fields[name];
  }
  putStamp(fields, into);
  for (const [from, to] of TEXTS) put(fields, to, said(fields, from));
  for (const [from, to] of NUMBERS) put(fields, to, wholeNumber(said(fields, from)));
  putPeers(fields);
  putRequest(fields);
  classify(fields);
  const level = said(fields, 'severity');
  const number = wholeNumber(level);
  if (number !== undefined) fields['event.severity'] = number;
  else if (level !== undefined) fields['log.level'] = level.toLowerCase();
  const user = said(fields, 'username') ?? said(fields, 'user');
  put(fields, 'user.name', user);
  const application = said(fields, 'application')?.toLowerCase();
  put(fields, 'network.application', application);
  const users = listOf(user, asText(fields['source.user.name']));
  put(fields, 'related.user', users);
  const hosts = ['host.name', 'destination.domain', 'source.domain', 'url.domain'];
  put(fields, 'related.hosts', listOf(...hosts.map((name) => asText(fields[name]))));
  const module = said(fields, 'telemetryEventCategory') ?? '';
  fields['observer.vendor'] = 'F5';
  put(fields, 'observer.product', MODULES[module]);
  into.dataset = 'f5_bigip.log';
}

/** F5 BIG-IP through Telemetry Streaming: one JSON object with `telemetryEventCategory`. */
export const f5Record: RecordFamily = {
  claims: (fields) => typeof fields['telemetryEventCategory'] === 'string',
  read,
};
