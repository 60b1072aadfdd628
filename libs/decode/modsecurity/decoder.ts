import type { Decoded } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { isIp, put } from '../fields.ts';
import { putUrl } from '../web/request.ts';

/** Value of `[name "value"]` or `[name value]`. */
function tag(text: string, name: string): string | undefined {
  const at = text.indexOf(`[${name} `);
  if (at === -1) return undefined;
  let start = at + name.length + 2;
  const quoted = text.charCodeAt(start) === 34;
  if (quoted) start++;
  const end = text.indexOf(quoted ? '"]' : ']', start);
  return end === -1 ? undefined : text.slice(start, end);
}

/**
 * ModSecurity's line in an error log: `ModSecurity: Access denied with code 403 (phase 2). … [id
 * "941100"] …`.
 */
export const modsecurityLine: Decoder = {
  dataset: 'modsecurity.log',
  decode(text: string, into: Decoded): DecodeResult {
    const at = text.indexOf('ModSecurity: ');
    if (at === -1 || at > 400) return 'other';
    const { fields } = into;
    const blocked = text.startsWith('Access denied', at + 13);
    fields['event.category'] = ['web', 'intrusion_detection'];
    fields['event.type'] = [blocked ? 'denied' : 'info'];
    fields['event.action'] = blocked ? 'blocked' : 'detected';
    if (blocked) fields['event.outcome'] = 'success';
    put(fields, 'rule.id', tag(text, 'id'));
    put(fields, 'rule.description', tag(text, 'msg'));
    put(fields, 'url.domain', tag(text, 'hostname'));
    put(fields, 'event.id', tag(text, 'unique_id'));
    const uri = tag(text, 'uri');
    if (uri !== undefined) putUrl(fields, uri);
    const client = tag(text, 'client')?.replace(/:\d+$/, '');
    if (client !== undefined) {
      fields['source.address'] = client;
      if (isIp(client)) {
        fields['source.ip'] = client;
        fields['related.ip'] = [client];
      }
    }
    fields['message'] = text.slice(at);
    return 'understood';
  },
};
