import type { Decoded, Fields } from '#libs/model';

import { asText, isIp, listOf, wholeNumber } from '../fields.ts';
import { readIso } from '../time.ts';

/** SQL Server's audit writes one event into the Windows log, its fields as `name:value` lines. */
export const SQL_AUDIT_CODE = 33_205;
const PARAMETER = 'winlog.event_data.param1';
const AUDIT = 'sqlserver.audit.';

/** What the four letters of `action_id` stand for (sys.dm_audit_actions). */
const ACTIONS: Readonly<Record<string, string>> = {
  SL: 'SELECT',
  IN: 'INSERT',
  UP: 'UPDATE',
  DL: 'DELETE',
  EX: 'EXECUTE',
  CR: 'CREATE',
  AL: 'ALTER',
  DR: 'DROP',
  G: 'GRANT',
  D: 'DENY',
  R: 'REVOKE',
  BA: 'BACKUP',
  RS: 'RESTORE',
  LGIS: 'LOGIN SUCCEEDED',
  LGIF: 'LOGIN FAILED',
  LGO: 'LOGOUT',
  AUSC: 'AUDIT SESSION CHANGED',
  PWR: 'RESET PASSWORD',
  PWC: 'CHANGE PASSWORD',
  APRL: 'ADD MEMBER',
  DPRL: 'DROP MEMBER',
};
const CLASSES: Readonly<Record<string, string>> = {
  U: 'TABLE',
  V: 'VIEW',
  P: 'STORED PROCEDURE',
  LX: 'LOGIN',
  DB: 'DATABASE',
  SR: 'SERVER',
  US: 'USER',
};
const NUMBERS: ReadonlySet<string> = new Set(['sequence_number', 'response_rows', 'affected_rows']);
/** They stand in ECS fields. */
const TAKEN: ReadonlySet<string> = new Set([
  'event_time',
  'duration_milliseconds',
  'server_principal_name',
  'server_principal_sid',
]);
const NAME = /^[a-z_]{2,40}$/;

/** A value may go over several lines: a line that begins with no name belongs to the one before. */
function readValues(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let last = '';
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const name = colon === -1 ? '' : line.slice(0, colon);
    if (NAME.test(name) && !values.has(name)) {
      last = name;
      values.set(name, line.slice(colon + 1));
    } else if (last !== '') values.set(last, `${values.get(last) ?? ''}\n${line}`);
  }
  return values;
}

function putValues(values: ReadonlyMap<string, string>, fields: Fields): void {
  for (const [name, said] of values) {
    const value = said.trim();
    if (value === '' || value === '.' || TAKEN.has(name)) continue;
    if (NUMBERS.has(name)) fields[AUDIT + name] = wholeNumber(value) ?? value;
    else if (value === 'true' || value === 'false') fields[AUDIT + name] = value === 'true';
    else fields[AUDIT + name] = value;
  }
}

function classify(action: string, fields: Fields): void {
  fields['event.action'] = action.toLowerCase().replaceAll(' ', '-');
  fields['event.category'] = ['database'];
  fields['event.type'] = ['info'];
  if (action === 'SELECT') fields['event.type'] = ['access'];
  else if (action === 'LOGIN SUCCEEDED') {
    fields['event.category'] = ['database', 'session'];
    fields['event.type'] = ['info', 'start'];
  } else if (action === 'LOGIN FAILED') {
    fields['event.category'] = ['database', 'authentication'];
    fields['event.type'] = ['error'];
  }
}

/** Reads the event's lines; false when it is another event of the same number. */
export function readSqlAudit(into: Decoded): boolean {
  const { fields } = into;
  const text = asText(fields[PARAMETER]);
  if (text?.startsWith('audit_schema_version:') !== true) return false;
  delete fields[PARAMETER];
  const values = readValues(text);
  putValues(values, fields);
  const id = values.get('action_id')?.trim() ?? '';
  const action = ACTIONS[id] ?? id;
  fields[`${AUDIT}action_id`] = action;
  const kind = values.get('class_type')?.trim() ?? '';
  if (kind !== '') fields[`${AUDIT}class_type`] = CLASSES[kind] ?? kind;
  classify(action, fields);
  fields['event.outcome'] = values.get('succeeded') === 'true' ? 'success' : 'failure';
  if (readIso(values.get('event_time') ?? '', 0, into) !== -1) into.stamp = 'zoned';
  const duration = wholeNumber(values.get('duration_milliseconds'));
  if (duration !== undefined) fields['event.duration'] = duration * 1_000_000;
  const account = values.get('server_principal_name') ?? '';
  const slash = account.indexOf('\\');
  if (account !== '') fields['user.name'] = account.slice(slash + 1);
  if (slash > 0) fields['user.domain'] = account.slice(0, slash);
  const sid = values.get('server_principal_sid') ?? '';
  if (sid !== '') fields['user.id'] = sid;
  const user = listOf(asText(fields['user.name']));
  if (user !== undefined) fields['related.user'] = user;
  const client = values.get('client_ip') ?? '';
  if (isIp(client)) {
    fields['source.ip'] = client;
    fields['related.ip'] = [client];
  }
  into.dataset = 'microsoft_sqlserver.audit';
  return true;
}
