import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { put } from '../fields.ts';
import { upstreamName, upstreamOf } from '../gov/upstream.ts';
import { putFailure, readLevel } from '../java/decoder.ts';
import { readIso } from '../time.ts';

/**
 * Failures of the connection to the back end (WSO2 MI error handling); 9xxxxx are refusals of the
 * caller.
 */
const CONNECTION_CODES: ReadonlySet<string> = new Set([
  '101500',
  '101501',
  '101503',
  '101504',
  '101505',
  '101506',
  '101507',
  '101508',
  '303001',
]);

/** Value after `ERROR_CODE = ` up to the comma. */
function valueAfter(message: string, name: string): string | undefined {
  const at = message.indexOf(`${name} = `);
  if (at === -1) return undefined;
  const start = at + name.length + 3;
  const end = message.indexOf(',', start);
  return message.slice(start, end === -1 ? message.length : end).trim();
}

function between(message: string, open: string, close: string): string | undefined {
  const at = message.indexOf(open);
  if (at === -1) return undefined;
  const start = at + open.length;
  const end = message.indexOf(close, start);
  return end === -1 || end - start > 200 ? undefined : message.slice(start, end).trim();
}

function putEndpoint(fields: Fields, message: string): void {
  const endpoint = between(message, 'Endpoint : ', ' ');
  if (endpoint === undefined) return;
  fields['wso2.endpoint'] = endpoint;
  put(fields, 'url.original', between(message, 'with address ', ' '));
  const suspended = /will be marked SUSPENDED|State : SUSPENDED/.test(message);
  if (suspended) {
    fields['event.action'] = 'endpoint_suspended';
    fields['error.code'] = '303001';
    fields['event.outcome'] = 'failure';
  } else if (message.includes('marked active')) {
    fields['event.action'] = 'endpoint_active';
    fields['event.outcome'] = 'success';
  }
}

/**
 * WSO2 Identity Server's audit log: `Initiator : x | Action : Login | … | Result : Failed`, and the
 * `=` form.
 */
function putAudit(fields: Fields, message: string): boolean {
  const action = /\bAction\s?[:=]\s?(\w+)/.exec(message.slice(0, 2_000))?.[1];
  const result = /\b(?:Outcome|Result)\s?[:=]\s?(\w+)/.exec(message.slice(0, 2_000))?.[1];
  if (action === undefined || result === undefined) return false;
  const name = /\bInitiator\s?[:=]\s?([^\s|,]+)/.exec(message.slice(0, 2_000))?.[1];
  fields['event.action'] = action.toLowerCase();
  fields['event.outcome'] = /^succ/i.test(result) ? 'success' : 'failure';
  if (/^log(?:in|out)$/i.test(action)) {
    fields['event.category'] = ['authentication'];
    fields['event.type'] = [/^login$/i.test(action) ? 'start' : 'end'];
  }
  if (name !== undefined) {
    fields['user.name'] = name;
    fields['related.user'] = [name];
  }
  return true;
}

/** WSO2 carbon log of the LGSP: `TID: [-1234] [stamp]  WARN {Class} - message`. */
export const wso2Gateway: Decoder = {
  dataset: 'wso2.gateway',
  decode(text: string, into: Decoded): DecodeResult {
    if (!text.startsWith('TID')) return 'other';
    const bracket = text.indexOf(' [2');
    if (bracket === -1 || bracket > 60) return 'other';
    const end = readIso(text, bracket + 2, into);
    const found = end === -1 ? undefined : readLevel(text, text.indexOf(']', end) + 1);
    if (found === undefined) return 'other';
    const { fields } = into;
    fields['log.level'] = found.level;
    const dash = text.indexOf(' - ', found.end);
    const logger = text.slice(found.end, dash === -1 ? found.end : dash);
    put(fields, 'log.logger', logger === '' ? undefined : logger.replaceAll(/[{}]/g, ''));
    const message = text.slice(dash === -1 ? found.end : dash + 3);
    fields['message'] = message;
    putFailure(fields, found.level, message);
    const code = valueAfter(message, 'ERROR_CODE');
    if (code !== undefined) {
      fields['error.code'] = code;
      put(fields, 'error.message', valueAfter(message, 'ERROR_MESSAGE'));
      fields['event.outcome'] = 'failure';
      fields['event.type'] = ['error'];
      fields['event.action'] = CONNECTION_CODES.has(code) ? 'backend_unreachable' : 'call_refused';
    }
    putEndpoint(fields, message);
    if (putAudit(fields, message)) return 'understood';
    const api = between(message, '{api:', '}');
    put(fields, 'wso2.api', api);
    const upstream = api === undefined ? undefined : (upstreamOf(api) ?? upstreamName(api));
    put(fields, 'gov.upstream', upstream ?? upstreamOf(message));
    return 'understood';
  },
};
