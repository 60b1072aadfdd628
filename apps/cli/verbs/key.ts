import { parseArgs } from 'node:util';

import type { Key } from '#libs/auth';
import { Localities, placeOfCode } from '#libs/availability';
import { CENTRE } from '#libs/model';

import { EXIT, type Io, type Verb } from '../verb.ts';
import { COMMAND_LINE, withBooks, type Books } from './documents.ts';

const USAGE = `thapcanh key create --locality CODE --kind ingest|api [--name TEXT] [--source ID] [--days N]
thapcanh key list
thapcanh key revoke ID

  --locality CODE   00 the centre, 46 a province, 03433 a commune
  --source ID       the log source that sends with it
  --days N          it ends after so many days (default: never)

The text of a new key goes to standard output, once. A running product takes it within 10 seconds.
`;

const DAY_MS = 86_400_000;
const ROWS_MAX = 1_000;

interface Asked {
  readonly action: string | undefined;
  readonly id: string | undefined;
  readonly locality: string | undefined;
  readonly kind: string;
  readonly name: string | undefined;
  readonly source: string | undefined;
  readonly days: number | undefined;
}

function read(args: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        locality: { type: 'string' },
        kind: { type: 'string', default: 'ingest' },
        name: { type: 'string' },
        source: { type: 'string' },
        days: { type: 'string' },
      },
    });
    const { locality, kind, name, source } = values;
    const days = values.days === undefined ? undefined : Number(values.days);
    if (days !== undefined && !(days > 0)) return '--days takes a number above 0';
    return { action: positionals[0], id: positionals[1], locality, kind, name, source, days };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function create(asked: Asked, books: Books, io: Io): Promise<number> {
  const { kind, locality, source, days } = asked;
  if (locality === undefined) {
    io.err.write(`thapcanh key: say whose data it is: --locality CODE\n\n${USAGE}`);
    return EXIT.usage;
  }
  const place = placeOfCode(locality, new Localities());
  if (place === undefined) {
    io.err.write(`thapcanh key: there is no locality ${locality}\n`);
    return EXIT.wrong;
  }
  if (kind !== 'ingest' && kind !== 'api') {
    io.err.write(`thapcanh key: --kind is ingest or api, not ${kind}\n`);
    return EXIT.usage;
  }
  const { key, text } = await books.auth.keys.create({
    kind,
    name: asked.name ?? `${kind} ${locality}`,
    place,
    by: COMMAND_LINE,
    ...(source === undefined ? {} : { source }),
    ...(days === undefined ? {} : { expires: books.clock.now() + days * DAY_MS }),
  });
  const facts = { kind, locality };
  await books.audit.append({ who: COMMAND_LINE, what: 'key.create', target: key.id, place, facts });
  io.out.write(`${text}\n`);
  return EXIT.done;
}

function line(key: Key): string {
  const ended = key.revoked === undefined ? '' : ' revoked';
  const place = key.place.commune ?? key.place.province;
  return `${key.id}  ${key.kind.padEnd(6)}  ${place.padEnd(5)}  ${key.name}${ended}\n`;
}

async function revoke(id: string, books: Books, io: Io): Promise<number> {
  const revoked = await books.auth.keys.revoke(id);
  if ('reason' in revoked) {
    io.err.write(`thapcanh key: there is no key ${id}\n`);
    return EXIT.wrong;
  }
  const { place } = revoked;
  await books.audit.append({ who: COMMAND_LINE, what: 'key.revoke', target: id, place, facts: {} });
  return EXIT.done;
}

/** `thapcanh key create | list | revoke`. */
export const keyVerb: Verb = {
  name: 'key',
  summary: 'make, list and revoke keys of senders and programs',
  usage: USAGE,
  run(args, io) {
    const asked = read(args);
    if (typeof asked === 'string') {
      io.err.write(`thapcanh key: ${asked}\n\n${USAGE}`);
      return Promise.resolve(EXIT.usage);
    }
    const { action, id } = asked;
    return withBooks('key', io, async (books) => {
      if (action === 'create') return create(asked, books, io);
      if (action === 'revoke' && id !== undefined) return revoke(id, books, io);
      if (action === 'list') {
        const { rows } = await books.auth.keys.list({ province: CENTRE }, ROWS_MAX);
        for (const key of rows) io.out.write(line(key));
        return EXIT.done;
      }
      io.err.write(`thapcanh key: say create, list or revoke ID\n\n${USAGE}`);
      return EXIT.usage;
    });
  },
};
