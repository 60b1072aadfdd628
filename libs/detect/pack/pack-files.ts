import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import { RulesUnreadable, SAMPLES_SUFFIX } from '../rule-files.ts';
import { ArchiveUnreadable, readArchive, type ArchiveEntry } from './archive.ts';

/** One rule file of a pack; `path` as the pack names it. */
export interface PackFile {
  readonly path: string;
  readonly text: string;
}

/** What a folder or archive of rules holds. */
export interface PackFiles {
  readonly files: readonly PackFile[];
  /** Name of the licence that lies with the rules. */
  readonly license?: string;
}

const RULE_FILE = /\.ya?ml$/;
const LICENSE_FILE = /^licen[cs]e(?:\.(?:txt|md|rst))?$/i;
const FILE_BYTES_MAX = 4 * 1024 * 1024;
const FILES_MAX = 50_000;
const TEXT_BYTES_MAX = 64 * 1024 * 1024;
const LICENSE_CHARS_MAX = 120;

/** Reads a folder or an archive (tar, tar.gz, zip) of rules. Throws `RulesUnreadable`. */
export function readPack(path: string): PackFiles {
  try {
    const entries = statSync(path).isDirectory()
      ? entriesOf(path)
      : readArchive(readFileSync(path));
    return packOf(entries);
  } catch (error) {
    if (error instanceof RulesUnreadable) throw error;
    const why = error instanceof ArchiveUnreadable ? `: ${error.message}` : '';
    throw new RulesUnreadable(`can not read ${path}${why}`, { cause: error });
  }
}

/** Reads an archive of rules that somebody sent. Throws `RulesUnreadable`. */
export function readPackArchive(bytes: Buffer): PackFiles {
  try {
    return packOf(readArchive(bytes));
  } catch (error) {
    if (!(error instanceof ArchiveUnreadable)) throw error;
    throw new RulesUnreadable(error.message, { cause: error });
  }
}

function entriesOf(folder: string): ArchiveEntry[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isWanted(entry.name))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const inside = relative(folder, path).split(sep).join('/');
      return { path: inside, bytes: readFileSync(path) };
    });
}

function isWanted(name: string): boolean {
  return (RULE_FILE.test(name) && !name.endsWith(SAMPLES_SUFFIX)) || LICENSE_FILE.test(name);
}

function packOf(entries: readonly ArchiveEntry[]): PackFiles {
  const wanted = entries
    .map(({ path, bytes }) => ({ path: path.replace(/^(?:\.?\/)+/, ''), bytes }))
    .filter(({ path }) => isWanted(path.slice(path.lastIndexOf('/') + 1)) && !isHidden(path));
  const top = commonFolder(wanted.map(({ path }) => path));
  const files: PackFile[] = [];
  let license: string | undefined;
  let total = 0;
  for (const { path, bytes } of wanted) {
    const inside = path.slice(top.length);
    if (LICENSE_FILE.test(inside)) license ??= licenseName(bytes.toString('utf8'));
    if (!RULE_FILE.test(inside)) continue;
    if (bytes.length > FILE_BYTES_MAX) {
      throw new RulesUnreadable(`${path} is longer than ${FILE_BYTES_MAX} bytes`);
    }
    total += bytes.length;
    files.push({ path: inside, text: bytes.toString('utf8') });
  }
  if (files.length === 0) throw new RulesUnreadable('there is no rule file in it');
  if (files.length > FILES_MAX || total > TEXT_BYTES_MAX) {
    const limits = `${FILES_MAX} files and ${TEXT_BYTES_MAX} bytes`;
    throw new RulesUnreadable(`a pack holds at most ${limits}`);
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, ...(license === undefined ? {} : { license }) };
}

function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.'));
}

/** The folder that an archive puts around everything, with its slash. */
function commonFolder(paths: readonly string[]): string {
  const [first = ''] = paths;
  const folder = first.slice(0, first.indexOf('/') + 1);
  return folder !== '' && paths.every((path) => path.startsWith(folder)) ? folder : '';
}

function licenseName(text: string): string | undefined {
  const known =
    /Detection Rule License[^\n]*?\d\.\d/i.exec(text) ?? /Detection Rule License/i.exec(text);
  if (known !== null) return known[0].replaceAll(/[[\]]/g, '');
  const line = text.split('\n').find((one) => one.trim() !== '');
  return line?.replace(/^[#\s]+/, '').slice(0, LICENSE_CHARS_MAX);
}
