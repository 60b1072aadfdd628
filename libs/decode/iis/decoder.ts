import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { isIp, listOf, put, wholeNumber } from '../fields.ts';
import { readIso } from '../time.ts';
import { putUrl } from '../web/request.ts';
import { putUserAgent } from '../web/user-agent.ts';

const TOKENS_MAX = 40;
const METHOD = /^(?:[A-Z]{3,20}|-)$/;

function bareAddress(text: string): string {
  const zone = text.indexOf('%');
  return zone === -1 ? text : text.slice(0, zone);
}

/** `+` stands for a blank in the fields of W3C logs. */
function blanked(text: string | undefined): string | undefined {
  return text === undefined || text === '-' ? undefined : text.replaceAll('+', ' ');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function putPeers(fields: Fields, client: string, server: string): void {
  fields['source.address'] = client;
  fields['destination.address'] = server;
  const from = bareAddress(client);
  const to = bareAddress(server);
  if (isIp(from)) fields['source.ip'] = from;
  if (isIp(to)) fields['destination.ip'] = to;
  put(fields, 'related.ip', listOf(isIp(from) ? from : undefined, isIp(to) ? to : undefined));
}

function putStatus(fields: Fields, status: number | undefined): void {
  if (status === undefined) return;
  fields['http.response.status_code'] = status;
  fields['event.outcome'] = status < 400 ? 'success' : 'failure';
}

/** IIS writes its W3C logs in UTC, whatever the zone of the server. */
function begin(text: string, into: Decoded): boolean {
  if (readIso(`${text.slice(0, 19)}Z`, 0, into) === -1) return false;
  into.fields['event.category'] = ['web', 'network'];
  into.fields['event.type'] = ['connection'];
  return true;
}

function putUser(fields: Fields, user: string | undefined): void {
  if (user === undefined || user === '-') return;
  const slash = user.indexOf('\\');
  const name = user.slice(slash + 1);
  fields['user.name'] = name;
  fields['related.user'] = [name];
  if (slash > 0) fields['user.domain'] = user.slice(0, slash);
}

/** Index of the status: three numbers in a row, the first of three digits. */
function statusAt(tokens: readonly string[], from: number): number {
  for (let i = from; i + 2 < tokens.length; i++) {
    const number = wholeNumber(tokens[i]);
    if (tokens[i]!.length !== 3 || number === undefined || number < 100) continue;
    if (wholeNumber(tokens[i + 1]) !== undefined && wholeNumber(tokens[i + 2]) !== undefined)
      return i;
  }
  return -1;
}

/**
 * `date time [site computer] s-ip method stem query port user c-ip agent [cookie] [referer] status
 * sub win32 … time-taken [forwarded]`.
 */
export const iisAccess: Decoder = {
  dataset: 'iis.access',
  decode(text: string, into: Decoded): DecodeResult {
    if (text.charCodeAt(0) === 35) {
      into.isEvent = false;
      return 'understood';
    }
    const tokens = text.split(' ', TOKENS_MAX);
    let at = 2;
    while (at < 5 && !isIp(bareAddress(tokens[at] ?? ''))) at++;
    const [server, method, stem, query, port, user, client, agent] = tokens.slice(at);
    if (server === undefined || method === undefined || agent === undefined) return 'other';
    if (at > 4 || !METHOD.test(method) || !isIp(bareAddress(client!))) return 'other';
    const status = statusAt(tokens, at + 8);
    if (status === -1 || wholeNumber(port) === undefined || !begin(text, into)) return 'other';
    const { fields } = into;
    putPeers(fields, client!, server);
    put(fields, 'destination.port', wholeNumber(port));
    if (at > 2) {
      const name = tokens[at - 1]!;
      fields['iis.access.server_name'] = name;
      fields['host.name'] = name;
      fields['related.hosts'] = [name];
      if (at === 4) fields['iis.access.site_name'] = tokens[2]!;
    }
    fields['http.request.method'] = method;
    if (stem !== '-') putUrl(fields, stem!);
    const asked = blanked(query);
    if (asked !== undefined) fields['url.query'] = decoded(asked);
    putUser(fields, user);
    const between = tokens.slice(at + 8, status);
    put(
      fields,
      'http.request.referrer',
      blanked(between.at(-1)) === undefined ? undefined : between.at(-1),
    );
    if (between.length > 1 && between[0] !== '-') fields['iis.access.cookie'] = between[0]!;
    const name = blanked(agent);
    if (name !== undefined) putUserAgent(fields, name);
    putStatus(fields, wholeNumber(tokens[status]));
    put(fields, 'iis.access.sub_status', wholeNumber(tokens[status + 1]));
    put(fields, 'iis.access.win32_status', wholeNumber(tokens[status + 2]));
    putRest(fields, tokens, status + 3);
    return 'understood';
  },
};

/**
 * After the three states: time taken, or bytes sent, bytes received and time taken; then the
 * forwarded addresses.
 */
function putRest(fields: Fields, tokens: readonly string[], from: number): void {
  let at = from;
  const numbers: number[] = [];
  for (; at < tokens.length && numbers.length < 3; at++) {
    const number = wholeNumber(tokens[at]);
    if (number === undefined) break;
    numbers.push(number);
  }
  const taken = numbers.at(-1);
  if (taken !== undefined) fields['event.duration'] = taken * 1_000_000;
  if (numbers.length === 3) {
    fields['http.response.bytes'] = numbers[0]!;
    fields['http.request.bytes'] = numbers[1]!;
  }
  const forwarded = tokens[at]?.split(',')[0];
  if (forwarded !== undefined && isIp(forwarded)) fields['network.forwarded_ip'] = forwarded;
}

/**
 * HTTP.sys error log: `date time c-ip c-port s-ip s-port version method url status siteid reason
 * queue`.
 */
export const iisError: Decoder = {
  dataset: 'iis.error',
  decode(text: string, into: Decoded): DecodeResult {
    if (text.charCodeAt(0) === 35) {
      into.isEvent = false;
      return 'understood';
    }
    const tokens = text.split(' ', TOKENS_MAX);
    const [, , client, clientPort, server, serverPort, version, method] = tokens;
    if (client === undefined || server === undefined || tokens.length < 12) return 'other';
    if (!isIp(bareAddress(client)) || !isIp(bareAddress(server))) return 'other';
    if (wholeNumber(clientPort) === undefined || !/^(?:HTTP\/[\d.]+|-)$/.test(version ?? ''))
      return 'other';
    if (!begin(text, into)) return 'other';
    const { fields } = into;
    putPeers(fields, client, server);
    put(fields, 'source.port', wholeNumber(clientPort));
    put(fields, 'destination.port', wholeNumber(serverPort));
    if (version !== '-') fields['http.version'] = version!.slice(5);
    if (method !== undefined && method !== '-') fields['http.request.method'] = method;
    const url = tokens.slice(8, -4).join(' ');
    if (url !== '-' && url !== '') putUrl(fields, url);
    const status = wholeNumber(tokens.at(-4));
    putStatus(fields, status);
    if (status === undefined) fields['event.outcome'] = 'failure';
    const reason = tokens.at(-2);
    if (reason !== undefined && reason !== '-') fields['iis.error.reason_phrase'] = reason;
    const queue = tokens.at(-1);
    if (queue !== undefined && queue !== '-') fields['iis.error.queue_name'] = queue;
    return 'understood';
  },
};
