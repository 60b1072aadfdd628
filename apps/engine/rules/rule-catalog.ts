import { relative } from 'node:path';

import type { RuleFacts } from '#libs/incident';
import type { RuleView } from '#libs/protocol';
import {
  compile,
  compileInPieces,
  mayFeed,
  offBy,
  type CorrelationRule,
  type CompileOptions,
  type Explanation,
  type Refusal,
  type Rule,
  type RuleSet,
  type SigmaSource,
} from '#libs/sigma';

import { readRuleFiles, withEdits } from '#libs/detect';

import type { RuleShelf } from './rule-book.ts';
import type { RuleBundle } from './rule-bundle.ts';

type AnyRule = Rule | CorrelationRule;

/** What came of loading: the rules that are now in force, or why the old ones stay. */
export type LoadOutcome =
  | { readonly loaded: true; readonly bundle: RuleBundle }
  | { readonly loaded: false; readonly problems: readonly string[] };

/** Why a rule meets an event or not; a rule that is off or not there meets none. */
export type RuleAnswer =
  | {
      readonly kind: 'explained';
      readonly rule: string;
      readonly explanations: readonly Explanation[];
    }
  | {
      readonly kind: 'off';
      readonly rule: string;
      readonly by: 'id' | 'pack' | 'level' | 'logsource';
    }
  | { readonly kind: 'unknown'; readonly rule: string };

/** Without imports, switches and exceptions. */
const EMPTY_SHELF: RuleShelf = {
  revision: () => Promise.resolve(0),
  sources: () => Promise.resolve([]),
  edits: () => Promise.resolve(new Map()),
  options: () => Promise.resolve({}),
  licenses: () => Promise.resolve(new Map()),
};

/**
 * Codes of rules that say people could not be served: access errors, disconnections, codes lost; a
 * log source that is silent (SD-15) serves nobody.
 */
const WIDENS = /^((AE|OA)-|SD-(?!15$))/;

/** Lets others have the thread between two pieces of loading. */
const pause = (): Promise<void> => new Promise(setImmediate);

/**
 * The rules in force as people read of them. Of the project's and the configuration's own folders
 * a set that does not load whole leaves the old one in force and says so; rules of an imported pack
 * that can not be taken are left out, as was shown before the import.
 */
export class RuleCatalog {
  readonly #folders: readonly string[];
  readonly #root: string;
  readonly #shelf: RuleShelf;
  #set: RuleSet = compile([]);
  #byId = new Map<string, AnyRule>();
  /** In force or switched off. */
  #known = new Map<string, AnyRule>();
  #originals: ReadonlyMap<string, string> = new Map();
  #problems: readonly string[] = [];
  #leftOut: readonly string[] = [];
  #bundle: RuleBundle = { sources: [], options: {} };
  #licenses: ReadonlyMap<string, string> = new Map();
  #revision = -1;

  /** Files are named from `root` on. */
  constructor(folders: readonly string[], root: string, shelf: RuleShelf = EMPTY_SHELF) {
    this.#folders = folders;
    this.#root = root;
    this.#shelf = shelf;
  }

  /** Reads folders and shelf again, in short pieces of work. */
  async load(): Promise<LoadOutcome> {
    // Read first: a change that comes meanwhile is seen at the next look.
    this.#revision = await this.#shelf.revision();
    const own = await readRuleFiles(this.#folders);
    const given = [...own, ...(await this.#shelf.sources())];
    const options = await this.#shelf.options();
    const { sources, set, broken } = await this.#edited(given, options);
    const files = new Set(own.map(({ file }) => file));
    this.#problems = set.refused.filter(({ file }) => files.has(file)).map(refusalText);
    if (this.#problems.length > 0) return { loaded: false, problems: this.#problems };
    this.#leftOut = set.refused
      .filter(({ file, reason }) => !files.has(file) && reason !== 'not_a_rule')
      .map(refusalText);
    this.#leftOut = [...this.#leftOut, ...broken];
    this.#originals = new Map(given.map((source) => [source.file, source.text]));
    this.#licenses = await this.#shelf.licenses();
    this.#set = set;
    this.#bundle = { sources, options };
    this.#byId = new Map([...set.rules, ...set.correlations].map((rule) => [rule.id, rule]));
    this.#known = new Map([...set.off.map((rule) => [rule.id, rule] as const), ...this.#byId]);
    return { loaded: true, bundle: this.#bundle };
  }

  /**
   * The sources with the texts that people gave them; a text that is refused gives way to the
   * file's own.
   */
  async #edited(
    given: readonly SigmaSource[],
    options: CompileOptions,
  ): Promise<{ sources: readonly SigmaSource[]; set: RuleSet; broken: readonly string[] }> {
    const texts = new Map(await this.#shelf.edits());
    const sources = withEdits(given, texts, (source) => this.nameOf(source));
    const set = await compileInPieces(sources, options, pause);
    const broken = set.refused.flatMap((one) => {
      const source = sources.find(({ file }) => file === one.file);
      const name = source === undefined ? '' : this.nameOf(source);
      return texts.delete(name) ? [refusalText(one)] : [];
    });
    if (broken.length === 0) return { sources, set, broken };
    const kept = withEdits(given, texts, (source) => this.nameOf(source));
    return { sources: kept, set: await compileInPieces(kept, options, pause), broken };
  }

  /** How people and edits call a file: from the project's folder on, or by its pack. */
  nameOf({ file, pack }: SigmaSource): string {
    return pack === undefined ? relative(this.#root, file) : file;
  }

  /** The text that a file has of its own, whatever people made of it. */
  originalOf(file: string): string | undefined {
    return this.#originals.get(file);
  }

  /** The source that a rule stands in. */
  sourceOf(id: string): SigmaSource | undefined {
    const rule = this.#known.get(id);
    return this.#bundle.sources.find(({ file }) => file === rule?.file);
  }

  /** True when packs, switches or exceptions changed since the last load. */
  async isStale(): Promise<boolean> {
    return (await this.#shelf.revision()) !== this.#revision;
  }

  /** What the pipeline puts in force. */
  get bundle(): RuleBundle {
    return this.#bundle;
  }

  /** The rule set in force, for explanations and backtests; never match live events with it. */
  get set(): RuleSet {
    return this.#set;
  }

  /** Rules of packs and exceptions that were left out, and why. */
  get leftOut(): readonly string[] {
    return this.#leftOut;
  }

  /**
   * Why a rule, by id or code, does or does not meet an event: of a correlation what each of its
   * members says.
   */
  explain(record: Readonly<Record<string, unknown>>, codeOrId: string): RuleAnswer {
    const id = this.idOf(codeOrId);
    const off = this.#set.off.find((rule) => rule.id === id || rule.ours.code === codeOrId);
    const { switches } = this.#bundle.options;
    if (off !== undefined && switches !== undefined) {
      return { kind: 'off', rule: off.id, by: offBy(off, switches) ?? 'id' };
    }
    if (!this.#byId.has(id)) return { kind: 'unknown', rule: codeOrId };
    const explanations = this.plainRulesOf(id).flatMap((one) => {
      return this.#set.explain(record, one) ?? [];
    });
    return { kind: 'explained', rule: id, explanations };
  }

  /** Ids of the plain rules that a rule is or counts. */
  plainRulesOf(id: string): readonly string[] {
    const rule = this.#known.get(id);
    if (rule === undefined || !('rules' in rule)) return [id];
    const base = rule.ours.ratio?.base ?? [];
    return [...new Set([...rule.rules, ...base].flatMap((one) => this.plainRulesOf(one)))];
  }

  /** Ids of the rules that a correlation counts; none for a plain rule. */
  membersOf(id: string): readonly string[] {
    const rule = this.#known.get(id);
    return rule !== undefined && 'rules' in rule ? rule.rules : [];
  }

  /** True when what a rule reads is Tháp Canh's own word on sources and services. */
  isFedByUs(id: string): boolean {
    return this.plainRulesOf(id).every((one) => {
      const rule = this.#known.get(one);
      return rule !== undefined && 'logsource' in rule && rule.logsource.product === 'thapcanh';
    });
  }

  /** Who wrote a rule and under which licence it stands, for whatever shows its alert. */
  credit(id: string): { readonly author?: string; readonly license?: string; pack?: string } {
    const rule = this.#known.get(id);
    if (rule === undefined) return {};
    const { author } = rule.meta;
    const license = this.#licenseOf(rule);
    return {
      ...(author === undefined ? {} : { author }),
      ...(license === undefined ? {} : { license }),
      ...(rule.pack === undefined ? {} : { pack: rule.pack }),
    };
  }

  /** What was wrong with the newest set, when it was refused. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Of rules that are switched off too: their alerts are still read. */
  facts(id: string): RuleFacts | undefined {
    const rule = this.#known.get(id);
    if (rule === undefined) return undefined;
    const { code, titleVi, sentence, card, scope } = rule.ours;
    return {
      title: rule.title,
      scope,
      outage: WIDENS.test(code ?? ''),
      ...(code === undefined ? {} : { code }),
      ...(titleVi === undefined ? {} : { titleVi }),
      ...(sentence === undefined ? {} : { sentence: { ...sentence } }),
      ...(card === undefined ? {} : { card: { ...card } }),
    };
  }

  /**
   * Id of a rule, in force or switched off, by its catalogue code or id; what is neither is given
   * back.
   */
  idOf(codeOrId: string): string {
    if (this.#known.has(codeOrId)) return codeOrId;
    const found = [...this.#known.values()].find((rule) => rule.ours.code === codeOrId);
    return found?.id ?? codeOrId;
  }

  /** True when a rule of this id is in force or switched off. */
  has(id: string): boolean {
    return this.#known.has(id);
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
    const rule = this.#known.get(id);
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
    const off = new Set(this.#set.off);
    return [...[...this.#byId.values()].filter((rule) => !rule.silent), ...off]
      .filter((rule) => rule.ours.recovers.length === 0)
      .map((rule) => ({
        id: rule.id,
        code: rule.ours.code ?? null,
        title: rule.title,
        titleVi: rule.ours.titleVi ?? rule.title,
        level: rule.level,
        kind: 'type' in rule ? rule.type : 'match',
        enabled: !off.has(rule),
        hits7d: hits(rule.id),
        author: rule.meta.author ?? null,
        license: this.#licenseOf(rule) ?? null,
        file: this.nameOf({ ...rule, text: '' }),
      }));
  }

  #licenseOf(rule: AnyRule): string | undefined {
    return rule.meta.license ?? this.#licenses.get(rule.pack ?? '');
  }
}

function refusalText({ file, line, column, message }: Refusal): string {
  return `${file}:${line}:${column}: ${message}`;
}
