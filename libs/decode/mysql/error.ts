import type { Decoded } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { put, wholeNumber } from '../fields.ts';
import { clock, readIso, two, utcMs } from '../time.ts';

/** `161209 14:18:50` and `191015  9:46:45`: the old stamp with two digits of the year. */
function readOldStamp(text: string, into: Decoded): number {
  if (text.charCodeAt(6) !== 32) return -1;
  const hour = text.charCodeAt(7) === 32 ? `0${text.slice(8, 15)}` : text.slice(7, 15);
  const ms = utcMs(2000 + two(text, 0), two(text, 2), two(text, 4), clock(hour, 0), 0);
  if (Number.isNaN(ms)) return -1;
  into.time = ms;
  into.stamp = 'local';
  return 15;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/**
 * Lines without a stamp belong to the entry before them; only a source known to be MySQL's may send
 * them alone.
 */
function continued(text: string, into: Decoded): DecodeResult {
  if (into.hint !== 'mysql.error' || text.charCodeAt(0) === 60) return 'other';
  into.fields['event.category'] = ['database'];
  into.fields['event.type'] = ['info'];
  into.fields['message'] = text;
  return 'understood';
}

/** MySQL and MariaDB error log, from 5.5 to 8, general query lines included. */
export const mysqlError: Decoder = {
  dataset: 'mysql.error',
  decode(text: string, into: Decoded): DecodeResult {
    let at = readOldStamp(text, into);
    const old = at !== -1;
    if (!old) at = readIso(text, 0, into);
    if (at === -1 || !isBlank(text.charCodeAt(at))) return continued(text, into);
    while (isBlank(text.charCodeAt(at))) at++;
    let end = at;
    while (text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++;
    const thread = isBlank(text.charCodeAt(end)) ? wholeNumber(text.slice(at, end)) : undefined;
    if (thread !== undefined) at = end + 1;
    const levelled = /^\[(System|Note|Warning|ERROR|Error)\] /.exec(text.slice(at, at + 12));
    if (levelled === null && !old) {
      into.time = undefined;
      return 'other';
    }
    const { fields } = into;
    put(fields, 'mysql.thread_id', thread);
    if (levelled !== null) {
      fields['log.level'] = levelled[1]!;
      at += levelled[0].length;
    }
    const message = text.slice(at);
    const code = /^\[(MY-\d{6})\] \[([\w ]{1,40})\] /.exec(message.slice(0, 80));
    if (code !== null) {
      fields['event.code'] = code[1]!;
      fields['event.provider'] = code[2]!;
    }
    fields['event.category'] = ['database'];
    const failed = levelled?.[1]?.toLowerCase() === 'error';
    fields['event.type'] = failed ? ['info', 'error'] : ['info'];
    fields['message'] = message;
    return 'understood';
  },
};
