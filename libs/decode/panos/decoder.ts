import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { asText, isIp, listOf, put, wholeNumber } from '../fields.ts';
import { putCommunityId } from '../net/community-id.ts';
import { directionOf } from '../net/names.ts';
import { readIso } from '../time.ts';
import { COLUMNS, type Column } from './columns.ts';

const CELLS_MAX = 200;
/**
 * Cells that every log begins with: version, received, serial, type, subtype, version, generated.
 */
const HEAD_CELLS = 7;

/** Where the columns begin and what they are. */
interface Row {
  readonly cells: readonly string[];
  /** Everything behind the cells that every log begins with. */
  readonly rest: string;
}

function readRow(text: string): Row {
  const cells: string[] = [];
  let rest = '';
  let at = 0;
  while (at <= text.length && cells.length < CELLS_MAX) {
    if (cells.length === HEAD_CELLS) rest = text.slice(at);
    let end: number;
    if (text.charCodeAt(at) === 34) {
      end = text.indexOf('"', at + 1);
      while (end !== -1 && text.charCodeAt(end + 1) === 34) end = text.indexOf('"', end + 2);
      if (end === -1) end = text.length;
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      end = text.indexOf(',', end);
    } else {
      end = text.indexOf(',', at);
      cells.push(text.slice(at, end === -1 ? text.length : end));
    }
    if (end === -1) break;
    at = end + 1;
  }
  return { cells, rest };
}

function putUser(fields: Fields, prefix: string, value: string): void {
  const slash = value.indexOf('\\');
  fields[`${prefix}.name`] = value.slice(slash + 1);
  if (slash > 0) fields[`${prefix}.domain`] = value.slice(0, slash);
}

function putColumn(fields: Fields, [, kind, field]: Column, value: string): void {
  if (value === '') return;
  if (kind === 'text') fields[field] = value;
  else if (kind === 'number') put(fields, field, wholeNumber(value));
  else if (kind === 'user') putUser(fields, field, value);
  else if (isIp(value) && (field === 'source.ip' || value !== '0.0.0.0')) fields[field] = value;
}

function classifyTraffic(fields: Fields, subtype: string): void {
  const allowed = asText(fields['panw.panos.action']) === 'allow';
  const phase = subtype === 'start' ? 'start' : subtype === 'end' ? 'end' : undefined;
  const kind = phase === undefined ? [] : [phase];
  fields['event.type'] = [allowed ? 'allowed' : 'denied', ...kind, 'connection'];
  fields['event.outcome'] = allowed ? 'success' : 'failure';
  fields['event.action'] =
    phase === 'start' ? 'flow_started' : phase === 'end' ? 'flow_terminated' : 'flow_dropped';
}

function classifyThreat(fields: Fields, subtype: string): void {
  const action = asText(fields['panw.panos.action']) ?? '';
  const passed = action === 'alert' || action === 'allow';
  fields['event.kind'] = 'alert';
  fields['event.category'] =
    subtype === 'virus' || subtype === 'wildfire-virus' || subtype === 'spyware'
      ? ['malware', 'network']
      : ['intrusion_detection', 'threat', 'network'];
  fields['event.type'] = [passed ? 'allowed' : 'denied'];
  fields['event.outcome'] = passed ? 'success' : 'failure';
  fields['event.action'] = subtype === 'url' ? 'url_filtering' : `${subtype}_detected`;
  const resource = asText(fields['panw.panos.threat.resource']);
  if (subtype === 'url' && resource !== undefined) fields['url.original'] = resource;
}

const LEVELS: Readonly<Record<string, number>> = {
  critical: 1,
  high: 2,
  medium: 3,
  low: 4,
  informational: 5,
};

/** `User 'nv.01' … from 10.0.0.1`: who signed in at the device itself, and from where. */
function classifySystem(fields: Fields, subtype: string): void {
  put(fields, 'event.severity', LEVELS[asText(fields['log.level']) ?? '']);
  fields['event.category'] = ['configuration'];
  const code = asText(fields['event.code']) ?? '';
  const said = asText(fields['panw.panos.description']) ?? '';
  const failed = code.includes('auth-fail') || said.startsWith('failed authentication');
  const signedIn = code.includes('auth-success') || said.startsWith('authenticated for user');
  if (subtype !== 'auth' && subtype !== 'globalprotect' && !failed && !signedIn) return;
  if (!failed && !signedIn) return;
  fields['event.category'] = ['authentication'];
  fields['event.type'] = ['start'];
  fields['event.outcome'] = failed ? 'failure' : 'success';
  const user = /user '([^']{1,200})'/i.exec(said)?.[1];
  if (user !== undefined) putUser(fields, 'source.user', user);
  const from = /From: ?([0-9a-fA-F.:]{2,45})/i.exec(said)?.[1]?.replace(/[.:]$/, '');
  if (from !== undefined && isIp(from)) fields['source.ip'] = from;
}

function classify(fields: Fields, type: string, subtype: string, cells: readonly string[]): void {
  fields['event.category'] = ['network'];
  if (type === 'TRAFFIC') classifyTraffic(fields, subtype);
  else if (type === 'THREAT') classifyThreat(fields, subtype);
  else if (type === 'SYSTEM') classifySystem(fields, subtype);
  else if (type === 'CONFIG') fields['event.category'] = ['configuration'];
  else if (type === 'CORRELATION') fields['event.outcome'] = 'success';
  else if (type === 'GLOBALPROTECT') {
    const status = cells[28] ?? '';
    if (status !== '') fields['event.outcome'] = status === 'success' ? 'success' : 'failure';
    const login = wholeNumber(cells[30]);
    if (login !== undefined) fields['event.duration'] = login * 1_000_000_000;
    const stage = asText(fields['panw.panos.stage']);
    if (stage === 'login') {
      fields['event.category'] = ['authentication', 'network'];
      fields['event.type'] = ['start'];
    }
  } else if (type === 'AUTHENTICATION') {
    const failed = (cells[20] ?? '').toLowerCase().includes('fail');
    fields['event.category'] = ['authentication'];
    fields['event.type'] = ['start'];
    fields['event.outcome'] = failed ? 'failure' : 'success';
  }
}

function relate(fields: Fields): void {
  const user = asText(fields['source.user.name']) ?? asText(fields['user.name']);
  if (user !== undefined) {
    fields['user.name'] = user;
    put(fields, 'user.domain', asText(fields['source.user.domain']));
  }
  const source = asText(fields['source.ip']);
  const destination = asText(fields['destination.ip']);
  const nats = [asText(fields['source.nat.ip']), asText(fields['destination.nat.ip'])];
  put(fields, 'related.user', listOf(user, asText(fields['destination.user.name'])));
  put(fields, 'related.ip', listOf(source, destination, ...nats));
  if (source !== undefined) fields['network.type'] = source.includes(':') ? 'ipv6' : 'ipv4';
  if (source !== undefined && destination !== undefined) {
    fields['network.direction'] = directionOf(source, destination);
  }
  const host = asText(fields['host.name'])?.toLowerCase();
  const device = asText(fields['observer.hostname']);
  put(fields, 'related.hosts', listOf(device, host));
  if (host !== undefined) {
    fields['host.name'] = host;
    if (source !== undefined) fields['host.ip'] = [source];
  } else if (device !== undefined) fields['host.name'] = device;
  putCommunityId(fields);
}

function putTimes(cells: readonly string[], into: Decoded): void {
  readIso(cells[1] ?? '', 0, into);
  // PAN-OS 10 and later say the time once more, with its zone, in the last cell.
  const last = cells.at(-1) ?? '';
  const { time, stamp } = into;
  if (cells[3] === 'SYSTEM' && last.charCodeAt(10) === 84 && readIso(last, 0, into) !== -1) return;
  into.time = time;
  into.stamp = stamp;
}

const HEAD =
  /(?:^|[ >])(\d{1,10},\d{4}[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d[^,]{0,12},[^,]{0,32},[A-Z]{5,14},)/;
const HEAD_CHARS_MAX = 240;

/** Where a PAN-OS log begins behind a syslog header of any kind; -1 when there is none. */
export function panosStart(text: string): number {
  const year = text.indexOf(',2');
  if (year === -1 || year > HEAD_CHARS_MAX) return -1;
  const match = HEAD.exec(text.slice(0, HEAD_CHARS_MAX));
  return match === null ? -1 : match.index + match[0].length - match[1]!.length;
}

/** Palo Alto Networks PAN-OS, comma-separated: `1,2021/10/26 15:05:03,SERIAL,TRAFFIC,start,…`. */
export const panosLog: Decoder = {
  dataset: 'panw.panos',
  decode(text: string, into: Decoded): DecodeResult {
    const start = panosStart(text);
    if (start === -1) return 'other';
    const { cells, rest } = readRow(text.slice(start));
    const type = cells[3] ?? '';
    const columns = COLUMNS.get(type);
    if (columns === undefined || cells.length < HEAD_CELLS + 2) return 'other';
    const { fields } = into;
    putTimes(cells, into);
    fields['observer.vendor'] = 'Palo Alto Networks';
    fields['observer.product'] = 'PAN-OS';
    fields['observer.type'] = 'firewall';
    put(fields, 'observer.serial_number', cells[2] === '' ? undefined : cells[2]);
    fields['panw.panos.type'] = type;
    const subtype = cells[4] ?? '';
    fields['panw.panos.sub_type'] = subtype;
    fields['event.kind'] = 'event';
    for (const column of columns) putColumn(fields, column, cells[column[0]] ?? '');
    classify(fields, type, subtype, cells);
    relate(fields);
    fields['message'] = rest;
    return 'understood';
  },
};
