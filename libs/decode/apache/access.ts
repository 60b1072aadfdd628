import type { Decoded } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { isIp, putSource, wholeNumber } from '../fields.ts';
import { readClf } from '../time.ts';
import { putAccess, readAccessLine } from '../web/access.ts';
import { putRequest } from '../web/request.ts';

/** `[stamp] address TLSv1.2 CIPHER "request" bytes`, the ssl_request_log of mod_ssl. */
function decodeSslRequest(text: string, into: Decoded): DecodeResult {
  const close = text.indexOf('] ');
  if (text.charCodeAt(0) !== 91 || close !== 27) return 'other';
  const quote = text.indexOf(' "', close);
  const endQuote = text.lastIndexOf('" ');
  if (quote === -1 || endQuote <= quote) return 'other';
  const [address, protocol, cipher] = text.slice(close + 2, quote).split(' ');
  if (address === undefined || protocol === undefined || cipher === undefined) return 'other';
  if (readClf(text, 1, into) === -1) return 'other';
  const { fields } = into;
  fields['event.category'] = ['web'];
  fields['apache.access.remote_addresses'] = [address];
  putSource(fields, address);
  if (isIp(address)) fields['related.ip'] = [address];
  fields['apache.access.ssl.protocol'] = protocol;
  fields['apache.access.ssl.cipher'] = cipher;
  fields['tls.cipher'] = cipher;
  const version = protocol.search(/[0-9]/);
  if (version > 0) {
    fields['tls.version'] = protocol.slice(version);
    fields['tls.version_protocol'] = protocol.slice(0, version).replace(/v$/i, '').toLowerCase();
  }
  putRequest(fields, text.slice(quote + 2, endQuote));
  const bytes = wholeNumber(text.slice(endQuote + 2).trim());
  if (bytes !== undefined) fields['http.response.body.bytes'] = bytes;
  return 'understood';
}

/** Apache httpd access log: common, combined, virtual host and ssl_request formats. */
export const apacheAccess: Decoder = {
  dataset: 'apache.access',
  decode(text: string, into: Decoded): DecodeResult {
    if (text.charCodeAt(0) === 91) return decodeSslRequest(text, into);
    const line = readAccessLine(text, into);
    if (line === undefined) return 'other';
    putAccess(into, line, 'apache.access.remote_addresses');
    const domain = into.fields['url.domain'];
    if (typeof domain === 'string') into.fields['related.hosts'] = [domain];
    return 'understood';
  },
};
