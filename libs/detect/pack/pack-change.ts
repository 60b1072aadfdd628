import { createHash } from 'node:crypto';

import {
  compileInPieces,
  type CompileOptions,
  type CorrelationRule,
  type Refusal,
  type Rule,
  type SigmaSource,
} from '#libs/sigma';

import type { PackFiles } from './pack-files.ts';

/** A rule of a pack, in few words. */
export interface PackRule {
  readonly id: string;
  readonly title: string;
  readonly level: string;
  readonly file: string;
}

/** What a pack would change against the version before, for people who decide on it. */
export interface PackChange {
  readonly rules: number;
  readonly added: readonly PackRule[];
  readonly changed: readonly PackRule[];
  readonly removed: readonly PackRule[];
  readonly unchanged: number;
  /** Left out, with file, line and reason. */
  readonly refused: readonly Refusal[];
}

/** Documents that are no rules lie in many archives; they are not worth a word. */
const NO_RULE = 'not_a_rule';

/** The sources of a pack as the compiler takes them. */
export function sourcesOf(pack: string, { files }: PackFiles): SigmaSource[] {
  return files.map(({ path, text }) => ({ file: `${pack}/${path}`, text, pack }));
}

/** Two versions of a pack, and the rules it stands beside, whose ids it cannot take. */
export interface PackVersions {
  readonly now: PackFiles;
  readonly before: PackFiles | undefined;
  readonly beside: readonly SigmaSource[];
}

/** Others have the thread between two pieces of loading. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Compares two versions of a pack. A rule is changed when the text of its file is. */
export async function packChange(
  pack: string,
  { now, before, beside }: PackVersions,
  options: CompileOptions,
): Promise<PackChange> {
  const rulesIn = (files: PackFiles) => rulesOf(pack, files, beside, options);
  const next = await rulesIn(now);
  const last = before && (await rulesIn(before));
  const added: PackRule[] = [];
  const changed: PackRule[] = [];
  for (const [id, { rule, hash }] of next.rules) {
    const known = last?.rules.get(id);
    if (known === undefined) added.push(rule);
    else if (known.hash !== hash) changed.push(rule);
  }
  const removed = [...(last?.rules ?? [])]
    .filter(([id]) => !next.rules.has(id))
    .map(([, { rule }]) => rule);
  return {
    rules: next.rules.size,
    added,
    changed,
    removed,
    unchanged: next.rules.size - added.length - changed.length,
    refused: next.refused,
  };
}

interface Hashed {
  readonly rule: PackRule;
  readonly hash: string;
}

interface PackRules {
  readonly rules: ReadonlyMap<string, Hashed>;
  readonly refused: readonly Refusal[];
}

async function rulesOf(
  pack: string,
  files: PackFiles,
  beside: readonly SigmaSource[],
  options: CompileOptions,
): Promise<PackRules> {
  const sources = sourcesOf(pack, files);
  const set = await compileInPieces([...beside, ...sources], options, pause);
  const hashes = new Map(sources.map(({ file, text }) => [file, sha1(text)]));
  const own = (rule: Rule | CorrelationRule) => rule.pack === pack;
  const rules = new Map(
    [...set.rules, ...set.correlations].filter(own).map((rule): [string, Hashed] => {
      const { id, title, level, file } = rule;
      return [id, { rule: { id, title, level, file }, hash: hashes.get(file) ?? '' }];
    }),
  );
  const refused = set.refused.filter(({ file, reason }) => hashes.has(file) && reason !== NO_RULE);
  return { rules, refused };
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
