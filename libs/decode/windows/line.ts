import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { wholeNumber } from '../fields.ts';
import { readIso } from '../time.ts';
import { enrichWindows } from './record.ts';

const PAIRS_MAX = 64;
const PROVIDER_CHARS_MAX = 80;

function isKeyStart(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}

/** Index of the next `Key=` that begins a word at or after `at`; -1 when there is none. */
function nextKey(text: string, at: number): number {
  for (let equals = text.indexOf('=', at); equals !== -1; equals = text.indexOf('=', equals + 1)) {
    let start = equals;
    while (start > at && /\w/.test(text.charAt(start - 1))) start--;
    const alone = start === 0 || text.charCodeAt(start - 1) === 32;
    if (start < equals && alone && isKeyStart(text.charCodeAt(start))) return start;
  }
  return -1;
}

/** `Key=value with blanks Key="quoted value"`: a value ends where the next key begins. */
function readData(text: string, fields: Fields): number {
  const first = nextKey(text, 0);
  let at = first;
  for (let i = 0; at !== -1 && i < PAIRS_MAX; i++) {
    const equals = text.indexOf('=', at);
    const name = text.slice(at, equals);
    let from = equals + 1;
    let end: number;
    if (text.charCodeAt(from) === 34) {
      from++;
      end = text.indexOf('"', from);
      if (end === -1) end = text.length;
      at = nextKey(text, end);
    } else {
      at = nextKey(text, from);
      end = at === -1 ? text.length : at;
    }
    fields[`winlog.event_data.${name}`] = text.slice(from, end).trimEnd();
  }
  return first;
}

/** Windows events as plain lines: `STAMP HOST PROVIDER ID Message. Key=value …`. */
export const windowsLine: Decoder = {
  dataset: 'windows.forwarded',
  decode(text: string, into: Decoded): DecodeResult {
    if (text.charCodeAt(10) !== 84) return 'other';
    const stampEnd = readIso(text, 0, into);
    if (stampEnd === -1 || text.charCodeAt(stampEnd) !== 32) return 'other';
    const hostEnd = text.indexOf(' ', stampEnd + 1);
    const provider =
      hostEnd === -1 ? '' : text.slice(hostEnd + 1, hostEnd + 1 + PROVIDER_CHARS_MAX);
    // The id is the first number that stands alone after the provider's name.
    const id = /^([A-Za-z][\w .-]*?) (\d{1,5})(?: |$)/.exec(provider);
    const code = wholeNumber(id?.[2]);
    if (id === null || code === undefined) {
      into.time = undefined;
      return 'other';
    }
    const { fields } = into;
    const name = id[1]!;
    fields['winlog.computer_name'] = text.slice(stampEnd + 1, hostEnd);
    fields['winlog.provider_name'] = name === 'Sysmon' ? 'Microsoft-Windows-Sysmon' : name;
    fields['winlog.event_id'] = String(code);
    const message = text.slice(hostEnd + 1 + id[0].length);
    fields['message'] = message;
    const data = readData(message, fields);
    if (data > 0) fields['message'] = message.slice(0, data).trimEnd();
    enrichWindows(into, code);
    const alone =
      name === 'WAS' || name === 'User32' || name.startsWith('Microsoft-Windows-Kernel');
    into.dataset = alone ? 'windows.system' : into.dataset;
    return 'understood';
  },
};
