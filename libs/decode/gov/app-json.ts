import type { Decoded, Fields } from '#libs/model';

import { asText, isIp, put } from '../fields.ts';
import type { RecordFamily } from '../json/decoder.ts';
import { statedLocality } from './locality.ts';
import { upstreamName } from './upstream.ts';

/** Names that the provinces' applications use, and where they belong. */
const RENAMED: readonly (readonly [string, string])[] = [
  ['event', 'event.action'],
  ['service', 'service.name'],
  ['user', 'user.name'],
  ['outcome', 'event.outcome'],
  ['role', 'user.roles'],
  ['dossier', 'gov.dossier.code'],
  ['err', 'error.code'],
  ['reason', 'event.reason'],
  ['provider', 'gov.upstream'],
  ['telco', 'gov.otp.telco'],
  ['records', 'gov.records'],
  ['unit', 'organization.id'],
  ['host', 'host.name'],
];

/** One-time codes: what an event's name says of the funnel (semantics.md, Availability). */
const OTP_STAGES: ReadonlyMap<string, string> = new Map([
  ['otp_request', 'request'],
  ['otp_requested', 'request'],
  ['otp_send', 'sent'],
  ['otp_sent', 'sent'],
  ['otp_verify', 'verify'],
  ['otp_verified', 'verify'],
]);

function rename(fields: Fields): void {
  for (const [from, to] of RENAMED) {
    const value = fields[from];
    if (value === undefined || fields[to] !== undefined) continue;
    delete fields[from];
    fields[to] = value;
  }
}

function outcomeOf(fields: Fields): string | undefined {
  const stated = asText(fields['event.outcome']);
  if (stated !== undefined) return /^(?:success|ok|done)$/i.test(stated) ? 'success' : 'failure';
  const status = fields['http.response.status_code'];
  if (typeof status !== 'number') return undefined;
  return status < 400 ? 'success' : 'failure';
}

function putNumber(fields: Fields, from: string, to: string, factor: number): void {
  const value = fields[from];
  if (typeof value !== 'number') return;
  delete fields[from];
  fields[to] = value * factor;
}

function putOtp(fields: Fields): void {
  const action = asText(fields['event.action']) ?? '';
  const otp = asText(fields['otp']);
  const stage =
    OTP_STAGES.get(action) ?? (otp === undefined ? undefined : OTP_STAGES.get(`otp_${otp}`));
  if (stage === undefined) return;
  if (otp !== undefined) delete fields['otp'];
  fields['gov.otp.stage'] = stage;
  const failed = fields['event.outcome'] === 'failure';
  const result = asText(fields['event.reason']) ?? asText(fields['error.code']);
  fields['gov.otp.result'] = result ?? (failed ? 'FAILED' : 'OK');
  putNumber(fields, 'latency_ms', 'gov.otp.latency_ms', 1);
}

const SIGN_INS: ReadonlySet<string> = new Set([
  'login',
  'admin_login',
  'vpn_login',
  'logon',
  'signin',
]);

function putCategory(fields: Fields): void {
  const action = asText(fields['event.action']);
  if (action !== undefined && SIGN_INS.has(action)) {
    fields['event.category'] = ['authentication'];
    fields['event.type'] = ['start'];
  } else if (action === 'export' || action === 'download_report') {
    fields['event.category'] = ['database'];
    fields['event.type'] = ['access'];
  }
}

function readAppRecord(into: Decoded): void {
  const { fields } = into;
  rename(fields);
  const upstream = asText(fields['upstream']);
  if (upstream !== undefined) {
    put(fields, 'gov.upstream', upstreamName(upstream));
    delete fields['upstream'];
  }
  putNumber(fields, 'status', 'http.response.status_code', 1);
  putNumber(fields, 'http', 'http.response.status_code', 1);
  putNumber(fields, 'ms', 'event.duration', 1_000_000);
  const address = asText(fields['ip']);
  if (address !== undefined && isIp(address)) {
    delete fields['ip'];
    fields['source.ip'] = address;
    fields['related.ip'] = [address];
  }
  const name = asText(fields['user.name']);
  if (name !== undefined) fields['related.user'] = [name];
  const amr = fields['amr'];
  if (amr !== undefined) {
    fields['gov.auth.amr'] = amr;
    delete fields['amr'];
  }
  const outcome = outcomeOf(fields);
  put(fields, 'event.outcome', outcome);
  putOtp(fields);
  putCategory(fields);
  into.locality = statedLocality(fields);
  if (into.dataset === '')
    into.dataset = fields['gov.otp.stage'] === undefined ? 'gov.app' : 'sms.otp';
}

/**
 * Log records of one-stop, OTP, payment and LGSP applications: flat JSON with `event`, `service`,
 * `outcome`, `upstream` … (domain.md, section 2).
 */
export const appRecord: RecordFamily = {
  claims: (fields) =>
    typeof fields['event'] === 'string' ||
    typeof fields['upstream'] === 'string' ||
    typeof fields['otp'] === 'string',
  read: readAppRecord,
};
