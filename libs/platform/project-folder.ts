import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of the project or of its installed build, seen from a file in it: where `rules/` and
 * `dist/` lie.
 */
export function projectFolder(from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'nest-cli.json'))) return folder;
  }
  throw new Error(`${from} lies in no folder of Tháp Canh (no nest-cli.json above it)`);
}
