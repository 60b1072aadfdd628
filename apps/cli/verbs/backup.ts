import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { makeBackup } from '#libs/backup';
import { CENTRE } from '#libs/model';
import { projectFolder } from '#libs/platform';

import { EXIT, type Io, type Verb } from '../verb.ts';
import { COMMAND_LINE, withBooks } from './documents.ts';
import { ProgressLine } from './progress-line.ts';

const USAGE = `thapcanh backup FILE [--events]

Writes one archive with everything but events: incidents, alerts, register, users, keys,
settings, the record, rule packs, the state of detection and the key of the masking hashes. With
--events the events too.
Works while the product runs, as of one moment. Sessions and one-time links are left out.
The archive lets whoever reads it unmask and sign in: keep it as you keep passwords.
`;

function version(): string {
  const file = join(projectFolder(import.meta.dirname), 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, n) => all + n, 0);
}

function backUp(file: string, events: boolean, io: Io): Promise<number> {
  const line = new ProgressLine(io);
  return withBooks('backup', io, async ({ holdings, audit, clock }) => {
    await audit.append({
      who: COMMAND_LINE,
      what: 'backup',
      target: file,
      place: { province: CENTRE },
      facts: { events: String(events) },
    });
    const done = await makeBackup(holdings.source(), {
      file,
      version: version(),
      clock,
      events,
      progress: (progress) => line.tell(progress.what, progress.done, progress.total),
    });
    line.end();
    const { documents, events: days, id } = done;
    const said = { id, file, documents: sum(documents), events: sum(days) };
    io.out.write(`${JSON.stringify(said)}\n`);
    return EXIT.done;
  });
}

/** `thapcanh backup`. */
export const backupVerb: Verb = {
  name: 'backup',
  summary: 'write everything, or all but events, into one archive',
  usage: USAGE,
  async run(args, io) {
    let asked: { file: string | undefined; more: number; events: boolean };
    try {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: { events: { type: 'boolean', default: false } },
      });
      asked = { file: positionals[0], more: positionals.length, events: values.events };
    } catch (error) {
      io.err.write(`thapcanh backup: ${(error as Error).message}\n\n${USAGE}`);
      return EXIT.usage;
    }
    if (asked.file === undefined || asked.more !== 1) {
      io.err.write(`thapcanh backup: say FILE\n\n${USAGE}`);
      return EXIT.usage;
    }
    const file = resolve(asked.file);
    if (existsSync(file)) {
      io.err.write(`thapcanh backup: ${file} is there already; name a new file\n`);
      return EXIT.wrong;
    }
    return backUp(file, asked.events, io);
  },
};
