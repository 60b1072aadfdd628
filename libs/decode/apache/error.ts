import type { Decoded } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { isIp, put, wholeNumber } from '../fields.ts';
import { readBsd } from '../time.ts';

/**
 * Apache httpd error log, 2.4: `[stamp] [module:level] [pid N:tid N] [client ADDRESS:PORT]
 * message`, and 2.2 without module and pid.
 */
export const apacheError: Decoder = {
  dataset: 'apache.error',
  decode(text: string, into: Decoded): DecodeResult {
    const close = text.indexOf('] [');
    if (text.charCodeAt(0) !== 91 || text.charCodeAt(4) !== 32 || close === -1 || close > 40) {
      return 'other';
    }
    const levelEnd = text.indexOf(']', close + 3);
    if (levelEnd === -1 || readBsd(text.replace(']', ' '), 5, into) === -1) return 'other';
    const { fields } = into;
    const word = text.slice(close + 3, levelEnd);
    const colon = word.indexOf(':');
    if (colon > 0) fields['apache.error.module'] = word.slice(0, colon);
    fields['log.level'] = word.slice(colon + 1);
    fields['event.category'] = ['web'];
    fields['event.type'] = [
      /^(?:emerg|alert|crit|error|warn)$/.test(word.slice(colon + 1)) ? 'error' : 'info',
    ];
    let next = levelEnd + 2;
    if (text.startsWith('[pid ', next)) {
      const end = text.indexOf(']', next);
      const [pid, thread] = text.slice(next + 5, end).split(':tid ');
      put(fields, 'process.pid', wholeNumber(pid));
      put(fields, 'process.thread.id', wholeNumber(thread));
      next = end + 2;
    }
    if (text.startsWith('[client ', next)) {
      const end = text.indexOf(']', next);
      const peer = text.slice(next + 8, end);
      const port = peer.lastIndexOf(':');
      const whole = isIp(peer) && !/\.\d+:\d+$/.test(peer);
      const address = whole || port === -1 ? peer : peer.slice(0, port);
      fields['source.address'] = address;
      if (isIp(address)) {
        fields['source.ip'] = address;
        fields['related.ip'] = [address];
      }
      if (!whole) put(fields, 'source.port', wholeNumber(peer.slice(port + 1)));
      next = end + 2;
    }
    fields['message'] = text.slice(next);
    return 'understood';
  },
};
