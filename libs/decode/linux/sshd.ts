import type { Decoded } from '#libs/model';

import { listOf, putSource, wholeNumber } from '../fields.ts';

interface Login {
  readonly event: string;
  readonly method: string | undefined;
  readonly user: string | undefined;
  readonly address: string;
  readonly port: string | undefined;
}

const USER_CHARS_MAX = 256;

/** `NAME from ADDRESS[ port N]` at `at`; the name may hold blanks, so the last ` from ` counts. */
function readPeer(
  message: string,
  at: number,
): Pick<Login, 'user' | 'address' | 'port'> | undefined {
  const from = message.lastIndexOf(' from ');
  if (from < at - 1) return undefined;
  const start = from + 6;
  let end = message.indexOf(' ', start);
  if (end === -1) end = message.length;
  const address = message.slice(start, end);
  if (address === '') return undefined;
  let port: string | undefined;
  if (message.startsWith(' port ', end)) {
    let stop = end + 6;
    while (message.charCodeAt(stop) >= 48 && message.charCodeAt(stop) <= 57) stop++;
    port = message.slice(end + 6, stop);
  }
  const user = from > at ? message.slice(at, Math.min(from, at + USER_CHARS_MAX)) : undefined;
  return { user, address, port };
}

function readTry(message: string, event: 'Failed' | 'Accepted'): Login | undefined {
  const start = event.length + 1;
  const end = message.indexOf(' for ', start);
  if (end === -1 || end - start > 40) return undefined;
  let name = end + 5;
  if (message.startsWith('invalid user ', name)) name += 13;
  else if (message.startsWith('illegal user ', name)) name += 13;
  const peer = readPeer(message, name);
  return peer && { event, method: message.slice(start, end), ...peer };
}

function readLogin(message: string): Login | undefined {
  const first = message.charCodeAt(0);
  if (first === 70 && message.startsWith('Failed ')) return readTry(message, 'Failed');
  if (first === 65 && message.startsWith('Accepted ')) return readTry(message, 'Accepted');
  if (first === 73 && message.startsWith('Invalid user ')) {
    const peer = readPeer(message, 13);
    return peer && { event: 'Invalid', method: undefined, ...peer };
  }
  const exceeded = 'error: maximum authentication attempts exceeded for ';
  if (first === 101 && message.startsWith(exceeded)) {
    let name = exceeded.length;
    if (message.startsWith('invalid user ', name)) name += 13;
    const peer = readPeer(message, name);
    return peer && { event: 'Exceeded', method: undefined, ...peer };
  }
  if (first === 85 && message.startsWith('User ') && message.includes(' not allowed because ')) {
    const peer = readPeer(message.slice(0, message.indexOf(' not allowed because ')), 5);
    return peer && { event: 'Denied', method: undefined, ...peer };
  }
  return undefined;
}

/** sshd: the outcome of a login, who tried it and from where. False for its other messages. */
export function decodeSshd(message: string, into: Decoded): boolean {
  const login = readLogin(message);
  if (login === undefined) return false;
  const { fields } = into;
  fields['event.action'] = 'ssh_login';
  fields['event.category'] = ['authentication'];
  fields['event.type'] = ['info'];
  fields['event.outcome'] = login.event === 'Accepted' ? 'success' : 'failure';
  fields['system.auth.ssh.event'] = login.event;
  if (login.method !== undefined) fields['system.auth.ssh.method'] = login.method;
  putSource(fields, login.address);
  const port = wholeNumber(login.port);
  if (port !== undefined) fields['source.port'] = port;
  if (fields['source.ip'] !== undefined) fields['related.ip'] = [login.address];
  if (login.user !== undefined && login.user !== '') {
    fields['user.name'] = login.user;
    fields['related.user'] = listOf(login.user)!;
  }
  return true;
}
