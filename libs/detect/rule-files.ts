import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { SigmaSource } from '#libs/sigma';

/** How samples of `x.yml` are called: `x.samples.yml` beside it. */
export const SAMPLES_SUFFIX = '.samples.yml';

const RULE_FILE = /\.ya?ml$/;
/** Files of one set of rules. */
const FILES_MAX = 50_000;

/** A folder or file of rules can not be read. */
export class RulesUnreadable extends Error {
  override readonly name = 'RulesUnreadable';
}

/** The rule files under some folders, in the order of their names; a path may be a file too. Throws `RulesUnreadable`. */
export async function readRuleFiles(paths: readonly string[]): Promise<SigmaSource[]> {
  const files: string[] = [];
  for (const path of paths) {
    try {
      files.push(...((await stat(path)).isDirectory() ? await ruleFilesIn(path) : [path]));
    } catch (error) {
      throw new RulesUnreadable(`can not read ${path}`, { cause: error });
    }
  }
  if (files.length > FILES_MAX) throw new RulesUnreadable(`more than ${FILES_MAX} rule files`);
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })));
}

async function ruleFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => RULE_FILE.test(name) && !name.endsWith(SAMPLES_SUFFIX))
    .toSorted()
    .map((name) => join(folder, name));
}
