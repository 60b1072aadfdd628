import type { Decoded } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { putAccess, readAccessLine } from '../web/access.ts';

/** nginx access log, combined format, with an optional host before and `rt=` and others behind. */
export const nginxAccess: Decoder = {
  dataset: 'nginx.access',
  decode(text: string, into: Decoded): DecodeResult {
    const line = readAccessLine(text, into);
    if (line === undefined) return 'other';
    into.fields['event.type'] = ['access'];
    putAccess(into, line, 'nginx.access.remote_ip_list');
    return 'understood';
  },
};
