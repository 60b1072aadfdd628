import { readFile } from 'node:fs/promises';

import { RegisterBook } from '#libs/availability';
import type { LogSource } from '#libs/model';

import { EXIT, type Verb } from '../verb.ts';
import { COMMAND_LINE, withBooks } from './documents.ts';
import { placeOfCode } from './place.ts';

const USAGE = `thapcanh locality import FILE.csv

Enters log sources into the register. Columns, by the names in the first line:
  id          stable id (fw-12-03433)                    required
  name        what people call it                        required
  locality    00, a province (46) or a commune (03433)   required
  dataset     nginx.access, fortinet_fortigate.log …
  addresses   syslog addresses, separated by spaces
  hosts       host names in its lines, separated by spaces
  silence_s   seconds of silence that are normal
All lines are checked before any is entered; every fault is named with its line. The running product
takes the table at its next start.
`;

const VN_ZONE_MINUTES = 420;
const REQUIRED = ['id', 'name', 'locality'];
const KNOWN = [...REQUIRED, 'dataset', 'addresses', 'hosts', 'silence_s'];

/** One line of a CSV file; quotes may hold commas, and quotes doubled. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)) {
    cells.push(quoted === undefined ? (plain ?? '').trim() : quoted.replaceAll('""', '"'));
  }
  // The expression meets the empty rest behind the last cell once more.
  return line.endsWith(',') ? cells : cells.slice(0, -1);
}

function words(cell: string | undefined): string[] {
  return (cell ?? '').split(/\s+/).filter((word) => word !== '');
}

function sourceOf(row: Readonly<Record<string, string>>): LogSource | string {
  const missing = REQUIRED.filter((name) => (row[name] ?? '') === '');
  if (missing.length > 0) return `${missing.join(', ')} missing`;
  const place = placeOfCode(row['locality'] ?? '');
  if (place === undefined) return `there is no locality ${row['locality']}`;
  const silence = Number(row['silence_s'] ?? '0');
  if (!(silence >= 0)) return `silence_s is no number: ${row['silence_s']}`;
  return {
    id: row['id'] ?? '',
    name: row['name'] ?? '',
    place,
    addresses: words(row['addresses']),
    hosts: words(row['hosts']),
    zoneMinutes: VN_ZONE_MINUTES,
    silenceFloorS: silence,
    expected: 'active',
    ...((row['dataset'] ?? '') === '' ? {} : { dataset: row['dataset'] ?? '' }),
  };
}

/** Sources of a table, or everything that is wrong with it. */
export function readSources(text: string): {
  readonly sources: readonly LogSource[];
  readonly faults: readonly string[];
} {
  const [head = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const names = cellsOf(head);
  const unknown = names.filter((name) => !KNOWN.includes(name));
  if (unknown.length > 0) {
    return { sources: [], faults: [`line 1: unknown column ${unknown.join(', ')}`] };
  }
  const sources: LogSource[] = [];
  const faults: string[] = [];
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const cells = cellsOf(line);
    const row = Object.fromEntries(names.map((name, column) => [name, cells[column] ?? '']));
    const source = sourceOf(row);
    if (typeof source === 'string') faults.push(`line ${at + 2}: ${source}`);
    else sources.push(source);
  }
  return { sources, faults };
}

/** `thapcanh locality import`. */
export const localityVerb: Verb = {
  name: 'locality',
  summary: 'enter log sources of localities from a table',
  usage: USAGE,
  async run([action, file, ...rest], io) {
    if (action !== 'import' || file === undefined || rest.length > 0) {
      io.err.write(`thapcanh locality: say import FILE.csv\n\n${USAGE}`);
      return EXIT.usage;
    }
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      io.err.write(`thapcanh locality: cannot read ${file}: ${(error as Error).message}\n`);
      return EXIT.wrong;
    }
    const { sources, faults } = readSources(text);
    for (const fault of faults) io.err.write(`${file}: ${fault}\n`);
    if (faults.length > 0) return EXIT.wrong;
    return withBooks('locality', io, async ({ documents, audit }) => {
      const register = new RegisterBook(documents);
      await register.load();
      const saved = await register.save('source', sources);
      if ('reason' in saved) {
        io.err.write(`thapcanh locality: ${saved.reason} ${saved.by ?? ''}\n`);
        return EXIT.wrong;
      }
      const facts = { sources: String(sources.length) };
      const place = { province: '00' };
      await audit.append({
        who: COMMAND_LINE,
        what: 'register.import',
        target: file,
        place,
        facts,
      });
      io.err.write(`${sources.length} sources entered\n`);
      return EXIT.done;
    });
  },
};
