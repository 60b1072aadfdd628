import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { put } from '../fields.ts';
import { upstreamName } from '../gov/upstream.ts';
import { two, readIso, utcMs } from '../time.ts';

const VALUE_CHARS_MAX = 200;

/** Value of `name:` or `name=` up to the next blank; the name must begin a word. */
function valueOf(text: string, name: string): string | undefined {
  let at = text.indexOf(name);
  while (at > 0 && text.charCodeAt(at - 1) !== 32) at = text.indexOf(name, at + 1);
  if (at === -1) return undefined;
  const start = at + name.length;
  const end = text.indexOf(' ', start);
  const value = text.slice(
    start,
    Math.min(end === -1 ? text.length : end, start + VALUE_CHARS_MAX),
  );
  return value === '' ? undefined : value;
}

/** `YYMMDDhhmm[ss]` of a delivery receipt as ms of its wall clock. */
function receiptTime(value: string | undefined): number {
  if (value === undefined || value.length < 10) return Number.NaN;
  const seconds = value.length >= 12 ? two(value, 10) : 0;
  const clock = two(value, 6) * 3600 + two(value, 8) * 60 + seconds;
  return utcMs(2000 + two(value, 0), two(value, 2), two(value, 4), clock, 0);
}

/** Submit errors that SMPP calls by number (SMPP 3.4, 5.1.3). */
const SMPP_ERRORS: ReadonlyMap<number, string> = new Map([
  [0x0d, 'ESME_RBINDFAIL'],
  [0x0e, 'ESME_RINVPASWD'],
  [0x14, 'ESME_RMSGQFUL'],
  [0x45, 'ESME_RSUBMITFAIL'],
  [0x58, 'ESME_RTHROTTLED'],
]);

function putSubject(fields: Fields, text: string, into: Decoded): void {
  put(fields, 'gov.otp.telco', valueOf(text, 'telco='));
  put(fields, 'sms.to', valueOf(text, 'to='));
  put(fields, 'sms.template', valueOf(text, 'tmpl='));
  into.locality = valueOf(text, 'locality=');
  const provider = valueOf(text, 'provider=');
  if (provider !== undefined) put(fields, 'gov.upstream', upstreamName(provider));
}

/** Delivery receipt of an SMS gateway (SMPP 3.4 appendix B). */
function decodeReceipt(text: string, at: number, into: Decoded): DecodeResult {
  const status = valueOf(text, 'stat:');
  const id = valueOf(text, 'id:');
  if (status === undefined || id === undefined) return 'other';
  const { fields } = into;
  fields['gov.otp.stage'] = 'delivery';
  fields['gov.otp.result'] = status;
  fields['event.action'] = 'otp_delivery';
  fields['event.outcome'] = status === 'DELIVRD' ? 'success' : 'failure';
  if (status === 'ACCEPTD' || status === 'ENROUTE') fields['event.outcome'] = 'unknown';
  fields['sms.id'] = id;
  const error = valueOf(text, 'err:');
  if (error !== undefined && error !== '000') fields['error.code'] = error;
  const taken = receiptTime(valueOf(text, 'submit date:'));
  const done = receiptTime(valueOf(text, 'done date:'));
  if (done >= taken) fields['gov.otp.latency_ms'] = done - taken;
  const gateway = text.slice(at, text.indexOf(' ', at));
  if (gateway !== 'DLR') {
    fields['service.name'] = gateway;
    if (gateway.startsWith('sms-')) put(fields, 'gov.upstream', upstreamName(gateway));
  }
  putSubject(fields, text, into);
  fields['message'] = text.slice(at);
  return 'understood';
}

/**
 * Answer of an SMPP centre: `smpp[sms-a] submit_sm_resp seq=88121 command_status=0x00000058
 * (ESME_RTHROTTLED)`.
 */
function decodeSmpp(text: string, at: number, into: Decoded): DecodeResult {
  const status = valueOf(text, 'command_status=');
  const close = text.indexOf('] ', at);
  if (status === undefined || close === -1 || close - at > 64) return 'other';
  const number = Number(status);
  if (!Number.isInteger(number)) return 'other';
  const { fields } = into;
  const provider = text.slice(at + 5, close);
  const operation = text.slice(close + 2, text.indexOf(' ', close + 2));
  const named = text.indexOf(' (', close);
  const name = named === -1 ? undefined : text.slice(named + 2, text.indexOf(')', named));
  const bind = operation.startsWith('bind');
  fields['gov.otp.stage'] = bind ? 'bind' : 'submit';
  fields['gov.otp.result'] =
    name ?? SMPP_ERRORS.get(number) ?? (number === 0 ? 'ESME_ROK' : status);
  fields['event.action'] = operation;
  fields['event.outcome'] = number === 0 ? 'success' : 'failure';
  if (number !== 0) fields['error.code'] = `0x${number.toString(16).padStart(2, '0')}`;
  fields['service.name'] = provider;
  put(fields, 'gov.upstream', upstreamName(provider));
  put(fields, 'sms.id', valueOf(text, 'message_id='));
  putSubject(fields, text, into);
  fields['message'] = text.slice(at);
  return 'understood';
}

/** Lines of SMS gateways that carry one-time codes: delivery receipts and SMPP answers. */
export const smsOtp: Decoder = {
  dataset: 'sms.otp',
  decode(text: string, into: Decoded): DecodeResult {
    const receipt = text.indexOf('DLR ');
    const smpp = receipt === -1 ? text.indexOf('smpp[') : -1;
    if ((receipt === -1 || receipt > 120) && (smpp === -1 || smpp > 60)) return 'other';
    const end = readIso(text, 0, into);
    const at = end === -1 ? 0 : end + 1;
    const result = smpp === -1 ? decodeReceipt(text, at, into) : decodeSmpp(text, smpp, into);
    if (result !== 'understood') into.time = undefined;
    return result;
  },
};
