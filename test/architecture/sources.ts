import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The project's top folder. */
export const root = join(import.meta.dirname, '..', '..');

/** One source file of the project. */
export interface Source {
  /** From the top folder, with `/`. */
  readonly path: string;
  readonly name: string;
  readonly isTest: boolean;
  readonly lines: readonly string[];
  readonly text: string;
}

const left = new Set(['node_modules', 'dist', '.git']);

/** Names of the folders in a folder of the project; none when it is not there. */
export function foldersIn(folder: string): string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory() && !left.has(entry.name))
    .map(({ name }) => name);
}

/** Every TypeScript and JavaScript file below the folders. */
export function sourcesIn(...folders: string[]): Source[] {
  return folders.flatMap((folder) =>
    entriesOf(folder).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return left.has(entry.name) ? [] : sourcesIn(path);
      return /\.(ts|tsx|mjs|cjs|js)$/.test(entry.name) ? [read(path)] : [];
    }),
  );
}

function entriesOf(folder: string) {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const isTest = path.startsWith('test/') || /\.(test|contract)\.tsx?$/.test(path);
  return { path, name: basename(path), isTest, lines: text.trimEnd().split('\n'), text };
}

/** `path:line: text` of every line that matches. */
export function linesMatching(sources: readonly Source[], pattern: RegExp): string[] {
  return sources.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 100)}`] : [],
    ),
  );
}
