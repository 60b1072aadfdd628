import { parseArgs } from 'node:util';

import { FIRST_ADMIN } from '#libs/auth';
import { Localities, placeOfCode } from '#libs/availability';
import { loadConfig } from '#libs/config';
import { CENTRE, type Role } from '#libs/model';

import { EXIT, type Io, type Verb } from '../verb.ts';
import { COMMAND_LINE, withBooks, type Books } from './documents.ts';

const USAGE = `thapcanh user add NAME --role analyst|locality|manager|admin [--locality CODE] [--full-name TEXT]
thapcanh user reset NAME
thapcanh user list

Both print a one-time link (30 minutes) with which the person sets a password. It begins with
http.public_url of the configuration, or with the address and port of the console.
`;

const ROLES: readonly Role[] = ['analyst', 'locality', 'manager', 'admin'];
const ROWS_MAX = 1_000;

interface Asked {
  readonly action: string | undefined;
  readonly user: string | undefined;
  readonly role: string | undefined;
  readonly locality: string;
  readonly fullName: string | undefined;
}

function read(args: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        role: { type: 'string' },
        locality: { type: 'string', default: CENTRE },
        'full-name': { type: 'string' },
      },
    });
    return {
      action: positionals[0],
      user: positionals[1],
      role: values.role,
      locality: values.locality,
      fullName: values['full-name'],
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Where people reach the console, as far as the configuration says. */
function consoleAddress(): string {
  const read = loadConfig();
  if (!read.ok) return '';
  const { public_url: known, address, port, tls_cert_file: cert } = read.config.http;
  if (known !== undefined) return known.replace(/\/$/, '');
  if (port === 0) return '';
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  const named = host.includes(':') ? `[${host}]` : host;
  return `${cert === undefined ? 'http' : 'https'}://${named}:${port}`;
}

async function printLink(user: string, books: Books, io: Io): Promise<number> {
  const { token } = await books.auth.issueLink(user);
  io.out.write(`${consoleAddress()}/dat-mat-khau#${token}\n`);
  return EXIT.done;
}

async function add(asked: Asked & { user: string }, books: Books, io: Io): Promise<number> {
  const { user, locality, fullName } = asked;
  const role = ROLES.find((one) => one === asked.role);
  if (role === undefined) {
    io.err.write(`thapcanh user: --role is one of ${ROLES.join(', ')}\n`);
    return EXIT.usage;
  }
  const scope = placeOfCode(locality, new Localities());
  if (scope === undefined) {
    io.err.write(`thapcanh user: there is no locality ${locality}\n`);
    return EXIT.wrong;
  }
  // Nobody knows this password; the link sets the real one.
  const password = crypto.randomUUID() + crypto.randomUUID();
  const name = fullName ?? user;
  const added = await books.auth.users.add({
    user,
    name,
    role,
    scope,
    password,
    mustChangePassword: true,
  });
  if ('reason' in added) {
    io.err.write(`thapcanh user: ${user} cannot be added: ${added.reason}\n`);
    return EXIT.wrong;
  }
  const facts = { role, locality };
  await books.audit.append({
    who: COMMAND_LINE,
    what: 'user.add',
    target: added.user,
    place: scope,
    facts,
  });
  return printLink(added.user, books, io);
}

async function reset(user: string, books: Books, io: Io): Promise<number> {
  const known = await books.auth.users.get(user);
  if (known === undefined && user !== FIRST_ADMIN) {
    io.err.write(`thapcanh user: there is no user ${user}\n`);
    return EXIT.wrong;
  }
  const place = { province: CENTRE };
  await books.audit.append({
    who: COMMAND_LINE,
    what: 'user.reset',
    target: user,
    place,
    facts: {},
  });
  return printLink(user, books, io);
}

/** `thapcanh user add | reset | list`. */
export const userVerb: Verb = {
  name: 'user',
  summary: 'let people in, or give them a new way in',
  usage: USAGE,
  run(args, io) {
    const asked = read(args);
    if (typeof asked === 'string') {
      io.err.write(`thapcanh user: ${asked}\n\n${USAGE}`);
      return Promise.resolve(EXIT.usage);
    }
    const { action, user } = asked;
    return withBooks('user', io, async (books) => {
      if (action === 'add' && user !== undefined) return add({ ...asked, user }, books, io);
      if (action === 'reset' && user !== undefined) return reset(user, books, io);
      if (action === 'list') {
        const { rows } = await books.auth.users.list(ROWS_MAX);
        for (const row of rows) {
          const place = row.scope.commune ?? row.scope.province;
          io.out.write(`${row.user}  ${row.role}  ${place}  ${row.name}\n`);
        }
        return EXIT.done;
      }
      io.err.write(`thapcanh user: say add NAME, reset NAME or list\n\n${USAGE}`);
      return EXIT.usage;
    });
  },
};
