import type { Decoded, Fields } from '#libs/model';

import { decimal, isIp, wholeNumber } from '../fields.ts';
import { isPrivateAddress } from '../net/names.ts';
import { readClf } from '../time.ts';
import { putRequest } from './request.ts';
import { putUserAgent } from './user-agent.ts';

const LEAD_CHARS_MAX = 1_024;
const EXTRAS_MAX = 24;

/** The parts of a line in the combined log format, as indexes into it. */
export interface AccessLine {
  /** Everything before ` [` of the stamp: addresses, ident and user. */
  readonly lead: string;
  readonly request: string;
  readonly status: number | undefined;
  readonly bytes: number | undefined;
  readonly referrer: string | undefined;
  readonly agent: string | undefined;
  /** What follows the quoted fields: `rt=0.412 …`. */
  readonly rest: string;
}

/** Index of the quote that ends the quoted field opened before `start`. */
function quoteEnd(text: string, start: number): number {
  let end = text.indexOf('"', start);
  while (end !== -1 && text.charCodeAt(end - 1) === 92) {
    let slashes = 1;
    while (text.charCodeAt(end - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) break;
    end = text.indexOf('"', end + 1);
  }
  return end;
}

function quoted(text: string, at: number): { readonly value: string; readonly end: number } {
  if (text.charCodeAt(at) !== 34) return { value: '', end: at };
  const end = quoteEnd(text, at + 1);
  if (end === -1) return { value: '', end: at };
  return { value: text.slice(at + 1, end), end: end + 1 };
}

/**
 * Cuts `LEAD [stamp] "request" status bytes "referrer" "agent" rest` and sets the time. Undefined
 * when it is no such
 * line.
 */
export function readAccessLine(text: string, into: Decoded): AccessLine | undefined {
  const bracket = text.indexOf(' [');
  if (bracket <= 0 || bracket > LEAD_CHARS_MAX) return undefined;
  const stamp = bracket + 2;
  if (text.charCodeAt(stamp + 2) !== 47 || text.charCodeAt(stamp + 6) !== 47) return undefined;
  const close = text.indexOf(']', stamp);
  if (close !== stamp + 26 || text.charCodeAt(close + 2) !== 34) return undefined;
  const requestEnd = quoteEnd(text, close + 3);
  if (requestEnd === -1) return undefined;
  let end = text.indexOf(' ', requestEnd + 2);
  if (end === -1) end = text.length;
  const status = wholeNumber(text.slice(requestEnd + 2, end));
  if (status === undefined || status > 999) return undefined;
  if (readClf(text, stamp, into) === -1) return undefined;
  let next = end + 1;
  end = text.indexOf(' ', next);
  if (end === -1) end = text.length;
  const bytes = wholeNumber(text.slice(next, end));
  next = end + 1;
  const referrer = quoted(text, next);
  if (referrer.end > next) next = referrer.end + 1;
  const agent = quoted(text, next);
  if (agent.end > next) next = agent.end + 1;
  return {
    lead: text.slice(0, bracket),
    request: text.slice(close + 3, requestEnd),
    status,
    bytes,
    referrer: referrer.value === '' ? undefined : referrer.value,
    agent: agent.value === '' ? undefined : agent.value,
    rest: next < text.length ? text.slice(next) : '',
  };
}

/**
 * Who asked: the virtual host that may stand first, the addresses of the request's way, and the
 * signed-in user.
 */
interface Lead {
  readonly host: string | undefined;
  readonly addresses: readonly string[];
  readonly user: string | undefined;
}

function pieces(text: string): string[] {
  const list: string[] = [];
  let start = -1;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 32;
    const divider = code === 32 || code === 44 || code === 34;
    if (divider && start !== -1) {
      list.push(text.slice(start, i));
      start = -1;
    } else if (!divider && start === -1) start = i;
  }
  return list;
}

/** Reads `[host[:port] ]address[, address …] ident user`. */
function readLead(lead: string): Lead {
  // The plain case, by far the most: one address.
  const blank = lead.indexOf(' ');
  if (blank > 0 && lead.startsWith(' - ', blank) && lead.charCodeAt(blank - 1) !== 44) {
    const user = lead.slice(blank + 3);
    if (!user.includes(' ') && lead.charCodeAt(0) !== 34) {
      return { host: undefined, addresses: [lead.slice(0, blank)], user: named(user) };
    }
  }
  const list = pieces(lead);
  const user = list.length > 2 ? list.pop() : undefined;
  if (list.length > 1) list.pop();
  let host: string | undefined;
  const first = list[0];
  // A name first, or an address that no comma joins to the next one: the virtual host.
  if (list.length > 1 && first !== undefined && lead.charCodeAt(0) !== 34) {
    const comma = lead.charCodeAt(first.length) === 44;
    if (!comma) host = list.shift();
  }
  return { host, addresses: list, user: named(user) };
}

function named(user: string | undefined): string | undefined {
  return user === undefined || user === '-' || user === '' ? undefined : user;
}

/**
 * The address that the product takes for the client: the first public one of the way, else the
 * first.
 */
function clientOf(addresses: readonly string[]): string | undefined {
  if (addresses.length < 2) return addresses[0];
  return addresses.find((each) => isIp(each) && !isPrivateAddress(each)) ?? addresses[0];
}

function putHost(fields: Fields, host: string): string | undefined {
  const colon = host.lastIndexOf(':');
  const port = colon > 0 ? wholeNumber(host.slice(colon + 1)) : undefined;
  const name = port === undefined ? host : host.slice(0, colon);
  if (port !== undefined) fields['destination.port'] = port;
  if (isIp(name)) {
    fields['destination.ip'] = name;
    return name;
  }
  fields['destination.domain'] = name;
  fields['url.domain'] = name;
  return undefined;
}

/** `rt=0.412 uct="0.000" urt=0.411` after the quoted fields: the times become numbers. */
function putExtras(fields: Fields, rest: string): void {
  if (!rest.includes('=')) return;
  let kept = 0;
  for (const part of rest.split(' ')) {
    const equals = part.indexOf('=');
    if (equals <= 0 || equals > 32 || ++kept > EXTRAS_MAX) continue;
    const name = part.slice(0, equals);
    let value = part.slice(equals + 1);
    if (value.charCodeAt(0) === 34) value = value.slice(1, value.endsWith('"') ? -1 : undefined);
    const seconds = decimal(value);
    if (seconds === undefined) continue;
    if (name === 'rt' || name === 'request_time') {
      fields['event.duration'] = Math.round(seconds * 1_000_000_000);
    } else if (name === 'urt' || name === 'uht' || name === 'uct') {
      fields[`nginx.access.${name}`] = seconds;
    }
  }
}

/**
 * Fills what every web server's access line has. `list` names the vendor's field for the addresses
 * of the way.
 */
export function putAccess(into: Decoded, line: AccessLine, list: string): void {
  const { fields } = into;
  const lead = readLead(line.lead);
  fields['event.category'] = ['web'];
  const destination = lead.host === undefined ? undefined : putHost(fields, lead.host);
  const addresses = lead.addresses.filter((each) => each !== 'unix:');
  const client = clientOf(addresses);
  if (addresses.length > 0) fields[list] = addresses;
  if (client !== undefined) {
    fields['source.address'] = client;
    const ip = isIp(client);
    if (ip) fields['source.ip'] = client;
    if (ip && destination !== undefined) fields['related.ip'] = [client, destination];
    else if (ip) fields['related.ip'] = [client];
    else if (destination !== undefined) fields['related.ip'] = [destination];
  } else if (destination !== undefined) fields['related.ip'] = [destination];
  if (lead.user !== undefined) {
    fields['user.name'] = lead.user;
    fields['related.user'] = [lead.user];
  }
  putRequest(fields, line.request);
  if (line.status !== undefined) {
    fields['http.response.status_code'] = line.status;
    fields['event.outcome'] = line.status < 400 ? 'success' : 'failure';
  }
  if (line.bytes !== undefined) fields['http.response.body.bytes'] = line.bytes;
  if (line.referrer !== undefined && line.referrer !== '-') {
    fields['http.request.referrer'] = line.referrer;
  }
  if (line.agent !== undefined && line.agent !== '-') putUserAgent(fields, line.agent);
  if (line.rest !== '') putExtras(fields, line.rest);
}
