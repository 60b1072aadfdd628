import { readFileSync, readdirSync, statSync } from 'node:fs';
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

/**
 * The rule files under some folders, in the order of their names; a path may be a file too. Throws
 * `RulesUnreadable`.
 */
export async function readRuleFiles(paths: readonly string[]): Promise<SigmaSource[]> {
  const files: string[] = [];
  for (const path of paths) {
    try {
      files.push(...(statSync(path).isDirectory() ? ruleFilesIn(path) : [path]));
    } catch (error) {
      throw new RulesUnreadable(`can not read ${path}`, { cause: error });
    }
  }
  if (files.length > FILES_MAX) throw new RulesUnreadable(`more than ${FILES_MAX} rule files`);
  // One after the other: thousands of small files come sooner than by way of the thread pool.
  return files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}

function ruleFilesIn(folder: string): string[] {
  const files: string[] = [];
  // Not `recursive`, which asks the file system about every single entry.
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...ruleFilesIn(path));
    else if (RULE_FILE.test(entry.name) && !entry.name.endsWith(SAMPLES_SUFFIX)) files.push(path);
  }
  return files.toSorted();
}
