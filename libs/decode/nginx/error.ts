import type { Decoded } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { isIp, wholeNumber } from '../fields.ts';
import { readIso } from '../time.ts';
import { putRequest } from '../web/request.ts';

const CONTEXT_NAMES = ['client', 'server', 'request', 'upstream', 'host', 'referrer'] as const;

/** `, name: value` or `, name: "value"` after the words of the message. */
function contextValue(text: string, name: string): string | undefined {
  const at = text.lastIndexOf(`, ${name}: `);
  if (at === -1) return undefined;
  const start = at + name.length + 4;
  if (text.charCodeAt(start) === 34) {
    const end = text.indexOf('"', start + 1);
    return text.slice(start + 1, end === -1 ? text.length : end);
  }
  const end = text.indexOf(',', start);
  return text.slice(start, end === -1 ? text.length : end);
}

function putUpstream(into: Decoded, upstream: string): void {
  into.fields['nginx.error.upstream'] = upstream;
  const scheme = upstream.indexOf('://');
  const start = scheme === -1 ? 0 : scheme + 3;
  const slash = upstream.indexOf('/', start);
  const host = upstream.slice(start, slash === -1 ? upstream.length : slash);
  const colon = host.lastIndexOf(':');
  const name = colon > 0 ? host.slice(0, colon) : host;
  if (isIp(name)) into.fields['destination.ip'] = name;
  if (name !== '') into.fields['destination.address'] = name;
  const port = colon > 0 ? wholeNumber(host.slice(colon + 1)) : undefined;
  if (port !== undefined) into.fields['destination.port'] = port;
}

/**
 * nginx error log: `2026/11/23 08:14:05 [error] 1187#0: *88121 text, client: …, server: …, request:
 * "…"`.
 */
export const nginxError: Decoder = {
  dataset: 'nginx.error',
  decode(text: string, into: Decoded): DecodeResult {
    if (text.charCodeAt(4) !== 47 || text.charCodeAt(20) !== 91) return 'other';
    const levelEnd = text.indexOf('] ', 20);
    const hash = text.indexOf('#', levelEnd);
    const colon = text.indexOf(': ', hash);
    if (levelEnd === -1 || levelEnd > 40 || hash === -1 || colon === -1) return 'other';
    const pid = wholeNumber(text.slice(levelEnd + 2, hash));
    const thread = wholeNumber(text.slice(hash + 1, colon));
    if (pid === undefined || thread === undefined || readIso(text, 0, into) !== 19) return 'other';
    const { fields } = into;
    let message = colon + 2;
    if (text.charCodeAt(message) === 42) {
      const blank = text.indexOf(' ', message);
      const connection = wholeNumber(text.slice(message + 1, blank));
      if (blank !== -1 && connection !== undefined) {
        fields['nginx.error.connection_id'] = connection;
        message = blank + 1;
      }
    }
    fields['event.category'] = ['web'];
    fields['event.type'] = ['error'];
    fields['log.level'] = text.slice(21, levelEnd);
    fields['process.pid'] = pid;
    fields['process.thread.id'] = thread;
    fields['message'] = text.slice(message);
    for (const name of CONTEXT_NAMES) {
      const value = contextValue(text, name);
      if (value === undefined) continue;
      if (name === 'client') {
        fields['source.address'] = value;
        if (isIp(value)) {
          fields['source.ip'] = value;
          fields['related.ip'] = [value];
        }
      } else if (name === 'request') putRequest(fields, value);
      else if (name === 'upstream') putUpstream(into, value);
      else if (name === 'host') fields['url.domain'] = value;
      else if (name === 'server') fields['nginx.error.server'] = value;
      else fields['http.request.referrer'] = value;
    }
    return 'understood';
  },
};
