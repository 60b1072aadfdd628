import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { isIp, put } from '../fields.ts';
import { upstreamName } from '../gov/upstream.ts';
import { readLevel } from '../java/decoder.ts';
import { readIso } from '../time.ts';

/**
 * Event types that are a person or client signing in or out; the rest are steps of a session that
 * is under way.
 */
const SIGN_INS: ReadonlySet<string> = new Set(['LOGIN', 'LOGOUT', 'CLIENT_LOGIN']);
const ACCOUNT_CHANGES: ReadonlySet<string> = new Set([
  'UPDATE_PASSWORD',
  'RESET_PASSWORD',
  'UPDATE_EMAIL',
  'UPDATE_PROFILE',
  'REGISTER',
  'DELETE_ACCOUNT',
  'UPDATE_TOTP',
  'REMOVE_TOTP',
  'UPDATE_CREDENTIAL',
  'REMOVE_CREDENTIAL',
]);
const PAIRS_MAX = 64;

/** `type="LOGIN_ERROR", realmName="tinh"`, and `type=LOGIN_ERROR, realmId=tinh` of older builds. */
function readList(text: string, start: number): Map<string, string> {
  const pairs = new Map<string, string>();
  let at = start;
  while (at < text.length && pairs.size < PAIRS_MAX) {
    const equals = text.indexOf('=', at);
    if (equals === -1) break;
    const key = text.slice(at, equals).trim();
    let from = equals + 1;
    let end: number;
    if (text.charCodeAt(from) === 34) {
      from++;
      end = text.indexOf('"', from);
      if (end === -1) end = text.length;
      at = text.indexOf(',', end);
    } else {
      end = text.indexOf(',', from);
      if (end === -1) end = text.length;
      at = end;
    }
    const value = text.slice(from, end);
    if (value !== 'null' && key.length <= 64) pairs.set(key, value);
    if (at === -1) break;
    at++;
  }
  return pairs;
}

function classify(fields: Fields, type: string): void {
  const failed = type.endsWith('_ERROR');
  const kind = failed ? type.slice(0, -6) : type;
  fields['event.outcome'] = failed ? 'failure' : 'success';
  if (SIGN_INS.has(kind)) {
    fields['event.category'] = ['authentication'];
    fields['event.type'] = [kind === 'LOGOUT' ? 'end' : 'start'];
  } else if (ACCOUNT_CHANGES.has(kind)) {
    fields['event.category'] = ['iam'];
    fields['event.type'] = ['user', 'change'];
  } else {
    // A national sign-in service that is down fails for everybody behind one counter: no sign of
    // guessing.
    fields['event.category'] = ['session'];
    fields['event.type'] = ['info'];
  }
}

function putPeople(fields: Fields, pairs: ReadonlyMap<string, string>): void {
  const address = pairs.get('ipAddress');
  if (address !== undefined) {
    fields['source.address'] = address;
    if (isIp(address)) {
      fields['source.ip'] = address;
      fields['related.ip'] = [address];
    }
  }
  const name = pairs.get('username');
  if (name !== undefined) {
    fields['user.name'] = name;
    fields['related.user'] = [name];
  }
  put(fields, 'user.id', pairs.get('userId'));
}

function putOtp(fields: Fields, pairs: ReadonlyMap<string, string>, type: string): void {
  const credential = pairs.get('credential_type') ?? pairs.get('selected_credential_type');
  const error = pairs.get('error');
  const otp = credential === 'otp' || error === 'invalid_totp' || error === 'missing_totp';
  if (!otp) return;
  fields['gov.otp.stage'] = 'verify';
  fields['gov.otp.result'] = type.endsWith('_ERROR') ? 'WRONG_CODE' : 'OK';
}

/**
 * Keycloak's event log: `2026-11-23 09:41:07,301 WARN [org.keycloak.events] (thread)
 * type="LOGIN_ERROR", …`.
 */
export const keycloakEvent: Decoder = {
  dataset: 'keycloak.event',
  decode(text: string, into: Decoded): DecodeResult {
    const mark = text.indexOf('[org.keycloak.events');
    if (mark === -1 || mark > 200) return 'other';
    const list = text.indexOf('type=', mark);
    if (list === -1) return 'other';
    const end = readIso(text, 0, into);
    const { fields } = into;
    const level = readLevel(text, end === -1 ? 0 : end)?.level;
    put(fields, 'log.level', level);
    fields['log.logger'] = 'org.keycloak.events';
    const open = text.indexOf('(', mark);
    if (open !== -1 && open < list) {
      fields['process.thread.name'] = text.slice(open + 1, text.indexOf(')', open));
    }
    const pairs = readList(text, list);
    const type = pairs.get('type') ?? '';
    fields['keycloak.event.type'] = type;
    fields['event.action'] = type.toLowerCase();
    classify(fields, type);
    putPeople(fields, pairs);
    putOtp(fields, pairs, type);
    put(fields, 'keycloak.realm', pairs.get('realmName') ?? pairs.get('realmId'));
    put(fields, 'keycloak.client', pairs.get('clientId'));
    const error = pairs.get('error');
    put(fields, 'error.code', error);
    put(fields, 'event.reason', error);
    const provider = pairs.get('identity_provider');
    if (provider !== undefined) {
      fields['keycloak.identity_provider'] = provider;
      put(fields, 'gov.upstream', upstreamName(provider));
    }
    for (const name of ['auth_method', 'redirect_uri', 'credential_type', 'grant_type'] as const) {
      put(fields, `keycloak.${name}`, pairs.get(name));
    }
    fields['message'] = text.slice(list);
    return 'understood';
  },
};
