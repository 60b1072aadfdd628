import { readFile } from 'node:fs/promises';

import { Localities, readSourceTable, RegisterBook } from '#libs/availability';

import { EXIT, type Verb } from '../verb.ts';
import { COMMAND_LINE, withBooks } from './documents.ts';

const USAGE = `thapcanh locality import FILE.csv

Enters log sources into the register. Columns, by the names in the first line:
  id          stable id (fw-12-03433)                    required
  name        what people call it                        required
  locality    00, a province (46) or a commune (03433)   required
  dataset     nginx.access, fortinet_fortigate.log …
  addresses   syslog addresses, separated by spaces
  hosts       host names in its lines, separated by spaces
  charset     of lines that are not UTF-8: windows-1252, windows-1258, tcvn3 or utf-16le
  silence_s   seconds of silence that are normal
All lines are checked before any is entered; every fault is named with its line. A running product
takes the table within a minute.
`;

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
    const { rows, faults } = readSourceTable(text, new Localities());
    for (const fault of faults) io.err.write(`${file}: line ${fault.line}: ${fault.text.en}\n`);
    if (faults.length > 0) return EXIT.wrong;
    return withBooks('locality', io, async ({ documents, audit }) => {
      const register = new RegisterBook(documents);
      await register.load();
      const sources = rows.map(({ source }) => source);
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
