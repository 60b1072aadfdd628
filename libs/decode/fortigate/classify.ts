import type { Fields } from '#libs/model';

import { put } from '../fields.ts';
import type { Pairs } from '../key-values.ts';

const ALLOWED: ReadonlySet<string> = new Set(['pass', 'passthrough']);
const DENIED: ReadonlySet<string> = new Set(['block', 'blocked', 'deny']);
const LOGGED_ON: ReadonlySet<string> = new Set(['FSSO-logon', 'auth-logon']);
const LOGGED_OFF: ReadonlySet<string> = new Set(['FSSO-logoff', 'auth-logout', 'auth-logoff']);

function classifyTraffic(pairs: Pairs, fields: Fields): void {
  const action = pairs.get('action');
  const utm = pairs.get('utmaction');
  fields['event.category'] = ['network'];
  fields['event.outcome'] = 'success';
  const types = ['connection', 'end'];
  if (pairs.has('app')) types.push('protocol');
  if (utm === undefined) types.push(DENIED.has(action ?? '') ? 'denied' : 'allowed');
  else if (utm === 'block') types.push('denied');
  fields['event.type'] = types;
  put(fields, 'event.action', action);
}

function classifyUtm(pairs: Pairs, fields: Fields): void {
  const action = pairs.get('action');
  fields['event.category'] = ['network'];
  const types = pairs.get('subtype') === 'dns' ? ['info'] : [];
  if (action !== undefined) {
    fields['event.outcome'] = 'success';
    if (ALLOWED.has(action)) types.push('allowed');
    else if (DENIED.has(action)) types.push('denied');
  }
  if (types.length > 0) fields['event.type'] = types;
  put(fields, 'event.action', pairs.get('eventtype') ?? action);
}

function outcomeOf(status: string | undefined): string | undefined {
  if (status === undefined) return undefined;
  const word = status.toLowerCase();
  if (word === 'success' || word === 'succeeded') return 'success';
  return word.includes('fail') || word.includes('error') ? 'failure' : undefined;
}

function signIn(pairs: Pairs, fields: Fields, outcome: string): void {
  fields['event.category'] = ['authentication'];
  fields['event.outcome'] = outcome;
  put(fields, 'user.name', pairs.get('user'));
}

function classifyUser(pairs: Pairs, fields: Fields): void {
  const action = pairs.get('action') ?? '';
  fields['event.category'] = ['authentication'];
  const on = LOGGED_ON.has(action);
  if (on || LOGGED_OFF.has(action)) {
    fields['event.type'] = [on ? 'start' : 'end'];
    fields['event.outcome'] = 'success';
  } else if (outcomeOf(pairs.get('status')) === 'failure') signIn(pairs, fields, 'failure');
}

function classifyEvent(pairs: Pairs, fields: Fields): void {
  const action = pairs.get('action') ?? '';
  put(fields, 'event.action', pairs.get('eventtype') ?? pairs.get('action'));
  const subtype = pairs.get('subtype');
  if (subtype === 'vpn') classifyVpn(pairs, fields, action);
  else if (subtype === 'user') classifyUser(pairs, fields);
  else if (subtype === 'system') classifySystem(pairs, fields, action);
}

function classifyVpn(pairs: Pairs, fields: Fields, action: string): void {
  if (action.startsWith('ssl-login')) {
    signIn(pairs, fields, 'failure');
    return;
  }
  fields['event.category'] = ['network'];
  fields['event.type'] = ['connection'];
  put(fields, 'event.outcome', outcomeOf(pairs.get('status')));
}

function classifySystem(pairs: Pairs, fields: Fields, action: string): void {
  const message = pairs.get('msg') ?? '';
  if (action === 'login' || (action === '' && / log(?:in|ged in) /.test(message))) {
    fields['event.action'] = 'login';
    const said = message.includes('fail') ? 'failed' : 'success';
    signIn(pairs, fields, outcomeOf(pairs.get('status') ?? said) ?? 'unknown');
  } else if (action === 'perf-stats') {
    fields['event.category'] = ['host'];
    fields['event.type'] = ['info'];
  }
}

/** Fills category, type, outcome and action from what kind of message it is. */
export function classify(pairs: Pairs, fields: Fields): void {
  const type = pairs.get('type');
  if (type === 'traffic') classifyTraffic(pairs, fields);
  else if (type === 'utm' || type === 'ips' || type === 'anomaly') classifyUtm(pairs, fields);
  else classifyEvent(pairs, fields);
}
