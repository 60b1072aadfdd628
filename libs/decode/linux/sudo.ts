import type { Decoded } from '#libs/model';

import { listOf } from '../fields.ts';

/** sudo: `tsg : TTY=pts/0 ; PWD=/home/tsg ; USER=root ; COMMAND=/bin/cp …`, also its refusals. */
export function decodeSudo(message: string, into: Decoded): boolean {
  const command = message.indexOf('COMMAND=');
  const colon = message.indexOf(' : ');
  if (command === -1 || colon === -1 || colon > command) return false;
  const { fields } = into;
  const name = message.slice(0, colon).trim();
  fields['event.category'] = ['process'];
  fields['system.auth.sudo.command'] = message.slice(command + 8);
  let target: string | undefined;
  for (const part of message.slice(colon + 3, command).split(' ; ')) {
    const piece = part.trim();
    if (piece.startsWith('TTY=')) fields['system.auth.sudo.tty'] = piece.slice(4);
    else if (piece.startsWith('PWD=')) fields['system.auth.sudo.pwd'] = piece.slice(4);
    else if (piece.startsWith('USER=')) target = piece.slice(5);
    else if (piece !== '') {
      fields['system.auth.sudo.error'] = piece;
      fields['event.outcome'] = 'failure';
      if (piece.includes('incorrect password')) fields['event.category'] = ['authentication'];
    }
  }
  if (target !== undefined) {
    fields['system.auth.sudo.user'] = target;
    fields['user.effective.name'] = target;
  }
  fields['user.name'] = name;
  fields['related.user'] = listOf(name, target)!;
  return true;
}
