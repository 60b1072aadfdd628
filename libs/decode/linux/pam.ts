import type { Decoded } from '#libs/model';

import { isIp, listOf } from '../fields.ts';

/** Value of `name=VALUE` in a PAM line, up to the next blank. */
function valueOf(message: string, name: string): string | undefined {
  let at = message.indexOf(`${name}=`);
  while (at > 0 && message.charCodeAt(at - 1) !== 32) at = message.indexOf(`${name}=`, at + 1);
  if (at === -1) return undefined;
  const start = at + name.length + 1;
  const end = message.indexOf(' ', start);
  return message.slice(start, end === -1 ? message.length : end);
}

function putUser(into: Decoded, name: string | undefined): void {
  if (name === undefined || name === '') return;
  into.fields['user.name'] = name;
  into.fields['related.user'] = listOf(name)!;
}

function decodeSession(message: string, into: Decoded): boolean {
  const opened = message.includes(': session opened for user ');
  if (!opened && !message.includes(': session closed for user ')) return false;
  const { fields } = into;
  fields['event.category'] = ['session'];
  fields['event.type'] = [opened ? 'start' : 'end'];
  fields['event.action'] = opened ? 'session_opened' : 'session_closed';
  const start = message.indexOf('for user ') + 9;
  let end = start;
  while (end < message.length && message.charCodeAt(end) !== 32 && message.charCodeAt(end) !== 40) {
    end++;
  }
  putUser(into, message.slice(start, end));
  return true;
}

/** PAM modules, whatever program they speak through. False for messages that tell nothing. */
export function decodePam(message: string, into: Decoded): boolean {
  const { fields } = into;
  if (message.includes('authentication failure')) {
    fields['event.category'] = ['authentication'];
    fields['event.outcome'] = 'failure';
    // sshd says the same try in a line of its own; counting both would halve every threshold.
    const ssh = message.startsWith('pam_unix(sshd:') || message.startsWith('PAM ');
    if (ssh) return true;
    fields['event.action'] = 'pam_authentication';
    fields['event.type'] = ['info'];
    putUser(into, valueOf(message, 'user'));
    const remote = valueOf(message, 'rhost');
    if (remote !== undefined && isIp(remote)) {
      fields['source.ip'] = remote;
      fields['source.address'] = remote;
      fields['related.ip'] = [remote];
    }
    return true;
  }
  if (!message.startsWith('pam_')) return false;
  if (decodeSession(message, into)) return true;
  const quoted = message.indexOf(' by user "');
  if (quoted !== -1) {
    const end = message.indexOf('"', quoted + 10);
    if (end !== -1) putUser(into, message.slice(quoted + 10, end));
  }
  return true;
}
