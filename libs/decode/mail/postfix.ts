import type { Decoded } from '#libs/model';

import { decimal, put } from '../fields.ts';

/** Value of `name=` up to the comma; angle brackets taken off. */
function valueOf(message: string, name: string): string | undefined {
  const at = message.indexOf(`${name}=`);
  if (at === -1) return undefined;
  const start = at + name.length + 1;
  const end = message.indexOf(',', start);
  return message.slice(start, end === -1 ? message.length : end).replaceAll(/[<>]/g, '');
}

/**
 * Postfix: the fate of one delivery, `4T1c: to=<…>, relay=…, delay=3601, dsn=4.4.1, status=deferred
 * (why)`.
 */
export function decodePostfix(message: string, into: Decoded): boolean {
  const at = message.indexOf(', status=');
  if (at === -1) return false;
  const { fields } = into;
  const blank = message.indexOf(' ', at + 9);
  const status = message.slice(at + 9, blank === -1 ? message.length : blank);
  fields['event.category'] = ['email'];
  fields['event.action'] = status;
  fields['event.outcome'] = status === 'sent' ? 'success' : 'failure';
  const to = valueOf(message, 'to');
  if (to !== undefined) fields['email.to.address'] = [to];
  put(fields, 'postfix.relay', valueOf(message, 'relay'));
  put(fields, 'postfix.dsn', valueOf(message, 'dsn'));
  const delay = decimal(valueOf(message, 'delay'));
  if (delay !== undefined) fields['event.duration'] = Math.round(delay * 1_000_000_000);
  if (blank !== -1) fields['event.reason'] = message.slice(blank + 1).replaceAll(/^\(|\)$/g, '');
  return true;
}
