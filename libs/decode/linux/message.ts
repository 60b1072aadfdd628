import type { Decoded } from '#libs/model';

import { decodeIptables } from '../iptables/message.ts';
import { decodePostfix } from '../mail/postfix.ts';
import { decodePam } from './pam.ts';
import { decodeSshd } from './sshd.ts';
import { decodeSudo } from './sudo.ts';

/**
 * What a program of a Linux host says about sign-in and privilege; the dataset, or undefined for
 * other messages.
 */
export function decodeLinux(app: string, message: string, into: Decoded): string | undefined {
  if (message.startsWith('pam_') || message.startsWith('PAM ')) {
    return decodePam(message, into) ? 'system.auth' : undefined;
  }
  switch (app) {
    case 'sshd':
    case 'sshd-session':
    case 'sshd-auth':
      decodeSshd(message, into);
      return 'system.auth';
    case 'sudo':
      decodeSudo(message, into);
      return 'system.auth';
    case 'kernel':
      return decodeIptables(message, into) ? 'iptables.log' : undefined;
    case 'su':
    case 'login':
    case 'systemd-logind':
    case 'polkitd':
    case 'useradd':
    case 'userdel':
    case 'groupadd':
    case 'passwd':
    case 'chpasswd':
      return 'system.auth';
    default:
      if (app.startsWith('postfix/')) {
        decodePostfix(message, into);
        return 'mail.postfix';
      }
      return undefined;
  }
}
