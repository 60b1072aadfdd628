import { covers, type Comparison, type Place } from '#libs/model';
import type { RuleCheckView, RuleDetailView, RuleParametersView, RuleValues } from '#libs/protocol';
import {
  compileInPieces,
  type CorrelationRule,
  type Rule,
  type RuleParameters,
  type RuleSet,
  type SigmaSource,
} from '#libs/sigma';

import { decodeLine, openCorrelator } from '../cli/verbs/rule-parts.ts';
import { testSamples } from '../cli/verbs/rules-test.ts';
import type { TextGiven, TextRefused } from '../server/controllers/rules.controller.ts';
import type { Core } from './core.ts';

const SECOND_MS = 1_000;
const PROBLEMS_MAX = 50;
const NONE: RuleValues = {
  level: null,
  threshold: null,
  timespanS: null,
  suppressS: null,
  ratio: null,
  baseline: null,
};

const pause = (): Promise<void> => new Promise(setImmediate);

/** Texts and parameters of rules as people change them. */
export class RuleEditor {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** The text in force, the one of the file itself, and those it was given. */
  async texts(id: string): Promise<Pick<RuleDetailView, 'text' | 'original' | 'edits'>> {
    const { catalog, rules } = this.#core;
    const source = catalog.sourceOf(id);
    if (source === undefined) return { text: '', original: '', edits: [] };
    const { versions } = await rules.texts.of(catalog.nameOf(source));
    return {
      text: source.text,
      original: catalog.originalOf(source.file) ?? source.text,
      edits: versions.map((one) => ({ ...one, at: new Date(one.at).toISOString() })),
    };
  }

  /** Reads a text in place of a rule's, and runs the samples beside its file. */
  async check(id: string, text: string): Promise<RuleCheckView | undefined> {
    const source = this.#core.catalog.sourceOf(id);
    if (source === undefined) return undefined;
    const { set, problems } = await this.#read(source, text);
    if (problems.length > 0) return { problems, samples: null };
    const parts = { decodeLine, openCorrelator };
    const { passed, failures, without } = await testSamples(set, [source.file], parts);
    return { problems, samples: without.length > 0 ? null : { passed, failures } };
  }

  async save(
    id: string,
    { text, over, by, reason }: TextGiven,
  ): Promise<{ readonly saved: true } | TextRefused | undefined> {
    const { catalog, rules } = this.#core;
    const source = catalog.sourceOf(id);
    if (source === undefined) return undefined;
    if (text !== null) {
      const { set, problems } = await this.#read(source, text);
      const [first] = problems;
      if (first !== undefined) {
        const { line, column, message } = first;
        return { reason: 'refused', detail: `${line}:${column}: ${message}` };
      }
      // What people laid on a rule, and its alerts, hang on its id.
      const stays = [...set.rules, ...set.correlations].some(
        (rule) => rule.id === id && rule.file === source.file,
      );
      if (!stays) return { reason: 'rule_gone', detail: id };
    }
    const name = catalog.nameOf(source);
    const saved = await rules.texts.save(name, over, { by, reason, text });
    return 'reason' in saved ? saved : { saved: true };
  }

  /** What the centre and provinces of that scope set, and what holds for all. */
  async parameters(id: string, scope: Place): Promise<RuleParametersView> {
    const { catalog, rules, availability } = this.#core;
    const { parameters, provinces } = await rules.control.settings();
    const rule = findRule(catalog.set, id);
    const centre = parameters[id];
    return {
      effective: rule === undefined ? NONE : valuesOf(rule),
      centre: centre === undefined ? null : givenValues(centre),
      provinces: Object.entries(provinces).flatMap(([province, all]) => {
        const given = all[id];
        if (given === undefined || !covers(scope, { province })) return [];
        const locality = availability.localities.nameOf({ province });
        return [{ locality, values: givenValues(given) }];
      }),
    };
  }

  async #read(
    source: SigmaSource,
    text: string,
  ): Promise<{ set: RuleSet; problems: RuleCheckView['problems'] }> {
    const { sources, options } = this.#core.catalog.bundle;
    const { switches: _, ...laid } = options;
    const { file } = source;
    const all = sources.map((one) => (one.file === file ? { ...one, text } : one));
    const set = await compileInPieces(all, laid, pause);
    const problems = set.refused
      .filter((one) => one.file === file)
      .slice(0, PROBLEMS_MAX)
      .map((one) => ({ ...one, file: '', instead: one.instead ?? null }));
    return { set, problems };
  }
}

function findRule({ rules, correlations, off }: RuleSet, id: string) {
  return [...rules, ...correlations, ...off].find((rule) => rule.id === id);
}

/** What is compared with a threshold. */
function thresholdOf(condition: unknown): number | null {
  if (!Array.isArray(condition)) return null;
  return (condition as readonly Comparison[])[0]?.value ?? null;
}

function seconds(ms: number | undefined): number | null {
  return ms === undefined ? null : ms / SECOND_MS;
}

function valuesOf(rule: Rule | CorrelationRule): RuleValues {
  const { level, ours } = rule;
  const correlation = 'timespanMs' in rule ? rule : undefined;
  return {
    level,
    threshold: thresholdOf(correlation?.condition),
    timespanS: seconds(correlation?.timespanMs),
    suppressS: correlation === undefined ? seconds(ours.suppressMs ?? 3_600_000) : null,
    ratio: ours.ratio?.gte ?? null,
    baseline: ours.baseline?.gte ?? null,
  };
}

function givenValues(given: RuleParameters): RuleValues {
  return {
    level: given.level ?? null,
    threshold: thresholdOf(given.condition),
    timespanS: seconds(given.timespanMs),
    suppressS: seconds(given.suppressMs),
    ratio: given.ratio?.gte ?? null,
    baseline: given.baseline?.gte ?? null,
  };
}
