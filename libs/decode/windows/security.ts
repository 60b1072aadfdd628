import type { Fields } from '#libs/model';

import { asText, isIp, listOf, put, wholeNumber } from '../fields.ts';
import {
  COMPUTER_EVENTS,
  LOGON_TYPES,
  MEMBER_EVENTS,
  SECURITY_EVENTS,
  TARGET_SIGNS_IN,
  USER_EVENTS,
} from './security-events.ts';

/** Value of the event's own data; `-` and an empty text say that there is none. */
export function eventData(fields: Fields, name: string): string | undefined {
  const value = fields[`winlog.event_data.${name}`];
  const text = typeof value === 'number' ? String(value) : asText(value);
  return text === undefined || text === '-' || text === '' ? undefined : text;
}

/** Last part of a Windows path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1);
}

/** `0x1fc` or `508`; undefined for anything else. */
function processId(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!text.startsWith('0x')) return wholeNumber(text);
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Arguments of a Windows command line; quotes keep blanks together and stay. */
export function splitCommandLine(line: string): string[] {
  const args: string[] = [];
  let start = -1;
  let quoted = false;
  for (let i = 0; i <= line.length && args.length < 256; i++) {
    const code = i < line.length ? line.charCodeAt(i) : 32;
    if (code === 34) quoted = !quoted;
    const blank = (code === 32 && !quoted) || i === line.length;
    if (blank && start !== -1) {
      args.push(line.slice(start, i));
      start = -1;
    } else if (!blank && start === -1) start = i;
  }
  return args;
}

/** Fills `process.executable` and its name, or those of the parent. */
export function putImage(fields: Fields, prefix: string, path: string | undefined): void {
  if (path === undefined) return;
  fields[`${prefix}.executable`] = path;
  fields[`${prefix}.name`] = baseName(path);
}

function first(fields: Fields, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = eventData(fields, name) ?? asText(fields[`winlog.user_data.${name}`]);
    if (value !== undefined) return value;
  }
  return undefined;
}

function putUser(fields: Fields, code: number): void {
  const account = code === 4778 || code === 4779;
  const whose = TARGET_SIGNS_IN.has(code) ? 'Target' : 'Subject';
  const name = account ? eventData(fields, 'AccountName') : first(fields, `${whose}UserName`);
  // Kerberos says "name@REALM".
  const realm = code >= 4768 && code <= 4773 ? name?.indexOf('@') : undefined;
  put(fields, 'user.name', realm === undefined || realm === -1 ? name : name?.slice(0, realm));
  const domain = account ? 'AccountDomain' : `${whose}DomainName`;
  put(fields, 'user.domain', first(fields, domain));
  put(fields, 'user.id', first(fields, `${whose}UserSid`, whose === 'Target' ? 'TargetSid' : ''));
  const session = whose === 'Target' && code !== 4625 ? 'TargetLogonId' : 'SubjectLogonId';
  put(fields, 'winlog.logon.id', first(fields, session, 'LogonID'));
}

function memberName(fields: Fields): string | undefined {
  const member = eventData(fields, 'MemberName');
  const match = member === undefined ? null : /^CN=((?:[^,\\]|\\.)*)/i.exec(member);
  return match?.[1] ?? member;
}

/**
 * Domain of a distinguished name: `CN=x,DC=wlbeat,DC=local` → `local`, as Winlogbeat takes the last
 * part.
 */
function memberDomain(fields: Fields): string | undefined {
  const parts = eventData(fields, 'MemberName')?.split(',DC=');
  return parts === undefined || parts.length < 2 ? undefined : parts.at(-1);
}

function putTarget(fields: Fields, code: number): void {
  const name = eventData(fields, 'TargetUserName');
  const domain = eventData(fields, 'TargetDomainName');
  const id = eventData(fields, 'TargetSid');
  if (COMPUTER_EVENTS.has(code)) {
    put(fields, 'winlog.computerObject.name', name);
    put(fields, 'winlog.computerObject.domain', domain);
    put(fields, 'winlog.computerObject.id', id);
  } else if (USER_EVENTS.has(code)) {
    put(fields, 'user.target.name', name);
    put(fields, 'user.target.domain', domain);
    put(fields, 'user.target.id', id);
  } else if (SECURITY_EVENTS.get(code)?.[2].includes('group') === true && code !== 4964) {
    put(fields, 'group.name', name);
    put(fields, 'group.domain', domain);
    put(fields, 'group.id', id);
    if (!MEMBER_EVENTS.has(code)) return;
    put(fields, 'user.target.group.name', name);
    put(fields, 'user.target.group.domain', domain);
    put(fields, 'user.target.group.id', id);
    put(fields, 'user.target.name', memberName(fields));
    put(fields, 'user.target.domain', memberDomain(fields));
  }
}

function putPeer(fields: Fields): void {
  const address = eventData(fields, 'IpAddress') ?? eventData(fields, 'ClientAddress');
  if (address !== undefined) {
    const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
    const ip = plain === 'LOCAL' ? '127.0.0.1' : plain;
    if (isIp(ip)) {
      fields['source.ip'] = ip;
      fields['related.ip'] = [ip];
    }
  }
  const port = wholeNumber(eventData(fields, 'IpPort'));
  if (port !== undefined && address !== undefined) fields['source.port'] = port;
  put(
    fields,
    'source.domain',
    eventData(fields, 'WorkstationName') ?? eventData(fields, 'ClientName'),
  );
}

function putProcess(fields: Fields, code: number): void {
  if (code === 4688) {
    putImage(fields, 'process', eventData(fields, 'NewProcessName'));
    put(fields, 'process.pid', processId(eventData(fields, 'NewProcessId')));
    putImage(fields, 'process.parent', eventData(fields, 'ParentProcessName'));
    put(fields, 'process.parent.pid', processId(eventData(fields, 'ProcessId')));
    const line = eventData(fields, 'CommandLine');
    if (line === undefined) return;
    fields['process.command_line'] = line;
    fields['process.args'] = splitCommandLine(line);
    return;
  }
  putImage(fields, 'process', eventData(fields, 'ProcessName'));
  put(fields, 'process.pid', processId(eventData(fields, 'ProcessId')));
}

const STATUS_TEXTS: Readonly<Record<string, string>> = {
  '0xc000006d': 'This is either due to a bad username or authentication information',
  '0xc0000064': 'User logon with misspelled or bad user account',
  '0xc000006a': 'User logon with misspelled or bad password',
  '0xc000006e': 'Unknown user name or bad password',
  '0xc000006f': 'User logon outside authorized hours',
  '0xc0000070': 'User logon from unauthorized workstation',
  '0xc0000071': 'User logon with expired password',
  '0xc0000072': 'User logon to account disabled by administrator',
  '0xc0000193': 'User logon with expired account',
  '0xc0000234': 'User logon with account locked',
  '0x0': 'Status OK.',
};
const REASON_TEXTS: Readonly<Record<string, string>> = {
  '%%2305': 'The specified user account has expired.',
  '%%2309': "The specified account's password has expired.",
  '%%2310': 'Account currently disabled.',
  '%%2311': 'Account logon time restriction violation.',
  '%%2312': 'User not allowed to logon at this computer.',
  '%%2313': 'Unknown user name or bad password.',
  '%%2304': 'An Error occured during Logon.',
};

function putLogon(fields: Fields, code: number): void {
  const type = eventData(fields, 'LogonType');
  if (type !== undefined) put(fields, 'winlog.logon.type', LOGON_TYPES[type]);
  if (code !== 4625 && code !== 4776) return;
  const status = eventData(fields, 'Status')?.toLowerCase();
  put(
    fields,
    'winlog.logon.failure.status',
    status === undefined ? undefined : STATUS_TEXTS[status],
  );
  const sub = eventData(fields, 'SubStatus')?.toLowerCase();
  put(fields, 'winlog.logon.failure.sub_status', sub === undefined ? undefined : STATUS_TEXTS[sub]);
  const reason = eventData(fields, 'FailureReason');
  put(
    fields,
    'winlog.logon.failure.reason',
    reason === undefined ? undefined : REASON_TEXTS[reason],
  );
}

function putOutcome(fields: Fields, code: number): void {
  if (fields['event.outcome'] !== undefined) return;
  const status = eventData(fields, 'Status');
  const refused = status !== undefined && Number(status) !== 0;
  const failed = code === 4625 || code === 4771 || (code >= 4768 && code <= 4776 && refused);
  fields['event.outcome'] = failed ? 'failure' : 'success';
}

/**
 * Gives a record of the Security channel its ECS meaning; what the event itself says stays under
 * `winlog.*`.
 */
export function enrichSecurity(fields: Fields, code: number): void {
  putLogonUser(fields, code);
  const meaning = SECURITY_EVENTS.get(code);
  if (meaning !== undefined) {
    fields['event.action'] = meaning[0];
    fields['event.category'] = meaning[1];
    fields['event.type'] = meaning[2];
    putOutcome(fields, code);
  }
  const related = [
    asText(fields['user.name']),
    asText(fields['user.target.name']),
    TARGET_SIGNS_IN.has(code) ? undefined : eventData(fields, 'NewTargetUserName'),
    code === 4624 ? eventData(fields, 'SubjectUserName') : undefined,
  ];
  put(fields, 'related.user', listOf(...related));
}

function putLogonUser(fields: Fields, code: number): void {
  putUser(fields, code);
  putTarget(fields, code);
  putPeer(fields);
  putProcess(fields, code);
  putLogon(fields, code);
  const service = eventData(fields, 'ServiceName');
  if (service !== undefined) fields['service.name'] = service;
  if (code === 5140 || code === 5145) {
    put(fields, 'file.directory', eventData(fields, 'ShareLocalPath'));
    put(fields, 'file.name', eventData(fields, 'RelativeTargetName'));
  }
}
