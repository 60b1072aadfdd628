import { relative } from 'node:path';

import type { RuleFacts } from '#libs/incident';
import type { RuleView } from '#libs/protocol';
import {
  compile,
  mayFeed,
  type CorrelationRule,
  type Rule,
  type RuleSet,
  type SigmaSource,
} from '#libs/sigma';

import { readRuleFiles } from '#libs/detect';

type AnyRule = Rule | CorrelationRule;

/** What came of loading: the sources that are now in force, or why the old ones stay. */
export type LoadOutcome =
  | { readonly loaded: true; readonly sources: readonly SigmaSource[] }
  | { readonly loaded: false; readonly problems: readonly string[] };

/**
 * The rules in force as people read of them. A set that does not load whole leaves the old one in
 * force and says so.
 */
export class RuleCatalog {
  readonly #folders: readonly string[];
  readonly #root: string;
  #set: RuleSet = compile([]);
  #byId = new Map<string, AnyRule>();
  #problems: readonly string[] = [];
  #sources: readonly SigmaSource[] = [];

  /** Files are named from `root` on. */
  constructor(folders: readonly string[], root: string) {
    this.#folders = folders;
    this.#root = root;
  }

  /** Reads the folders again. */
  async load(): Promise<LoadOutcome> {
    const sources = await readRuleFiles(this.#folders);
    const set = compile(sources);
    if (set.refused.length > 0) {
      this.#problems = set.refused.map(
        ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
      );
      return { loaded: false, problems: this.#problems };
    }
    this.#problems = [];
    this.#set = set;
    this.#sources = sources;
    this.#byId = new Map([...set.rules, ...set.correlations].map((rule) => [rule.id, rule]));
    return { loaded: true, sources };
  }

  /** The files of the rules in force. */
  get sources(): readonly SigmaSource[] {
    return this.#sources;
  }

  /** What was wrong with the newest set, when it was refused. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  get size(): number {
    return this.#byId.size;
  }

  facts(id: string): RuleFacts | undefined {
    const rule = this.#byId.get(id);
    if (rule === undefined) return undefined;
    const { code, titleVi, sentence, card, scope } = rule.ours;
    return {
      title: rule.title,
      scope,
      ...(code === undefined ? {} : { code }),
      ...(titleVi === undefined ? {} : { titleVi }),
      ...(sentence === undefined ? {} : { sentence: { ...sentence } }),
      ...(card === undefined ? {} : { card: { ...card } }),
    };
  }

  /** Id of a rule by its catalogue code or id; what is neither is given back. */
  idOf(codeOrId: string): string {
    if (this.#byId.has(codeOrId)) return codeOrId;
    const found = [...this.#byId.values()].find((rule) => rule.ours.code === codeOrId);
    return found?.id ?? codeOrId;
  }

  /** True when some rule says that the trouble of this one is over. */
  isRecoverable(id: string): boolean {
    return this.#set.rules.some((rule) => rule.ours.recovers.includes(id));
  }

  /** Rules whose alerts in narrower places an alert of this one mutes. */
  inhibits(id: string): readonly string[] {
    return this.#byId.get(id)?.ours.inhibits ?? [];
  }

  /** Whether a source whose lines are in a dataset may feed a rule, or a member of it. */
  mayBeFedBy(id: string, dataset: string | undefined): boolean {
    const rule = this.#byId.get(id);
    if (rule === undefined) return false;
    if (!('rules' in rule)) return mayFeed(rule.logsource, dataset);
    return rule.rules.some((member) => this.mayBeFedBy(member, dataset));
  }

  /** Ids of all rules in force. */
  ids(): Iterable<string> {
    return this.#byId.keys();
  }

  /** True when a rule pages although its evidence came late. */
  pagesLate(id: string): boolean {
    return this.#byId.get(id)?.ours.pageLate ?? false;
  }

  /** True for rules that say people could not be served: access errors and disconnections. */
  isOutage(id: string): boolean {
    return /^(AE|SD)-/.test(this.#byId.get(id)?.ours.code ?? id);
  }

  /** Rules that raise alerts; members that only feed correlations are left out. */
  views(hits: (rule: string) => number): RuleView[] {
    return [...this.#byId.values()]
      .filter((rule) => !rule.silent && rule.ours.recovers.length === 0)
      .map((rule) => ({
        id: rule.id,
        code: rule.ours.code ?? null,
        title: rule.title,
        titleVi: rule.ours.titleVi ?? rule.title,
        level: rule.level,
        kind: 'type' in rule ? rule.type : 'match',
        enabled: true,
        hits7d: hits(rule.id),
        author: rule.meta.author ?? null,
        license: rule.meta.license ?? null,
        file: relative(this.#root, rule.meta.file),
      }));
  }
}
