import { readException, type ExceptionInForce } from './exceptions.ts';
import { allOf, anyOf, type Expr } from './expr.ts';
import { FieldResolver } from './fields/resolve.ts';
import { linkCorrelations } from './link.ts';
import { Matcher } from './match/matcher.ts';
import { readCondition } from './read/condition.ts';
import { readCorrelation } from './read/correlation.ts';
import { readSelections, type DetectionContext } from './read/detection.ts';
import { readDocuments, type SigmaDocument } from './read/documents.ts';
import { readFilter, type FilterDraft } from './read/filter.ts';
import { readHeader, type Header } from './read/header.ts';
import { refuseAggregation } from './read/legacy-count.ts';
import { readLogsource } from './read/logsource.ts';
import { covers, type RuleLogsource } from './route/logsource.ts';
import type { Drafts, RuleDraft } from './drafts.ts';
import { readOurs } from './read/ours.ts';
import { Refused, position, refusalOf } from './refusal.ts';
import type { CompileOptions, CorrelationRule, Rule, RuleSet } from './rule-set.ts';
import { offBy, switched, type Switchable } from './switches.ts';
import { asMap, child, type MapNode, type ScalarNode } from './yaml.ts';
import type { SigmaSource } from './source.ts';

/**
 * Reads Sigma documents and makes the rule set of them. Never throws for what a document holds:
 * what can not be taken stands in `refused` with its place, and the rest is in force.
 */
export function compile(sources: readonly SigmaSource[], options: CompileOptions = {}): RuleSet {
  const steps = compileSteps(sources, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * The same in short pieces, each a few milliseconds: waits for `pause` between them, so that a
 * thread goes on with its work while thousands of rules load.
 */
export async function compileInPieces(
  sources: readonly SigmaSource[],
  options: CompileOptions,
  pause: () => Promise<void>,
): Promise<RuleSet> {
  const steps = compileSteps(sources, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await pause();
  }
}

/** Files read in one piece of work. */
const PIECE_FILES = 20;

function* compileSteps(
  sources: readonly SigmaSource[],
  options: CompileOptions,
): Generator<undefined, RuleSet> {
  const drafts: Drafts = { rules: [], correlations: [], filters: [], refused: [] };
  const resolver = new FieldResolver();
  const reader = new DocumentReader(drafts, options, resolver);
  for (const [i, source] of sources.entries()) {
    for (const document of readDocuments(source, drafts.refused)) reader.read(document);
    if (i % PIECE_FILES === PIECE_FILES - 1) yield;
  }
  const exceptions = reader.exceptions();
  const linked = linkCorrelations(reader.filtered(), drafts, resolver, {
    exceptions,
    parameters: options.parameters ?? {},
    provinces: options.provinces ?? {},
  });
  yield;
  const { off, ...standing } =
    options.switches === undefined && options.only === undefined
      ? { ...linked, off: [] }
      : switched(linked.rules, linked.correlations, isOnUnder(options), (rule) =>
          withSilence(rule, true),
        );
  const rules = standing.rules.map((rule) => heard(rule, options));
  const correlations = standing.correlations.map((rule) => heard(rule, options));
  const routing = options.routing ?? 'strict';
  const matcher = new Matcher(rules, routing, resolver);
  return {
    rules,
    correlations,
    refused: drafts.refused,
    off,
    routing,
    match: (record) => matcher.match(record),
    explain: (record, ruleId) => matcher.explain(record, ruleId),
    read: (record, ruleId, field) => matcher.read(record, ruleId, field),
    held: () => matcher.held(),
  };
}

function isOnUnder({ switches, only }: CompileOptions): (rule: Switchable) => boolean {
  return (rule) =>
    (only === undefined || only.includes(rule.id)) &&
    (switches === undefined || offBy(rule, switches) === undefined);
}

/** A member that is asked for by itself speaks; one that only counts is silent. */
function heard<T extends Rule | CorrelationRule>(rule: T, { only }: CompileOptions): T {
  return only?.includes(rule.id) === true ? withSilence(rule, false) : rule;
}

function withSilence<T extends object>(rule: T, silent: boolean): T {
  const copy = Object.create(
    Object.getPrototypeOf(rule) as object,
    Object.getOwnPropertyDescriptors(rule),
  ) as T;
  return Object.defineProperty(copy, 'silent', { value: silent, enumerable: true });
}

/** Reads documents into drafts; a document that can not be taken is noted and left out. */
class DocumentReader {
  readonly #drafts: Drafts;
  readonly #options: CompileOptions;
  readonly #resolver: FieldResolver;
  readonly #places = new Map<string, Header>();

  constructor(drafts: Drafts, options: CompileOptions, resolver: FieldResolver) {
    this.#drafts = drafts;
    this.#options = options;
    this.#resolver = resolver;
  }

  read({ kind, node, nth }: SigmaDocument): void {
    this.#guard(() => {
      if (kind === 'filter') this.#drafts.filters.push(readFilter(node));
      else if (kind === 'correlation') this.#readCorrelation(node, nth);
      else this.#readRule(node, nth);
    });
  }

  /** The rules with the filters that name them behind their own conditions. */
  filtered(): RuleDraft[] {
    const byRule = new Map<RuleDraft, Expr[]>();
    for (const filter of this.#drafts.filters) {
      this.#guard(() => {
        for (const rule of this.#filteredBy(filter)) {
          const conditions = byRule.get(rule) ?? [];
          const condition = this.#condition(filter.section, rule.logsource);
          conditions.push(allOf([condition], `filter ${filter.title}`));
          byRule.set(rule, conditions);
        }
      });
    }
    return this.#drafts.rules.map((rule) => {
      const conditions = byRule.get(rule);
      if (conditions === undefined) return rule;
      return { ...rule, condition: allOf([rule.condition, ...conditions]) };
    });
  }

  /** The exceptions by the rule they name; one that can not be taken is noted. */
  exceptions(): ReadonlyMap<string, readonly ExceptionInForce[]> {
    const byRule = new Map<string, ExceptionInForce[]>();
    for (const exception of this.#options.exceptions ?? []) {
      this.#guard(() => {
        const rule = this.#drafts.rules.find(
          ({ id, name }) => id === exception.rule || name === exception.rule,
        );
        if (rule === undefined) {
          const at = { source: { file: `exception ${exception.id}`, text: '' }, offset: 0 };
          throw new Refused('unknown_rule', at, `there is no plain rule ${exception.rule}`);
        }
        const condition = readException(exception, this.#context(rule.logsource));
        byRule.set(rule.id, [...(byRule.get(rule.id) ?? []), { ...exception, condition }]);
      });
    }
    return byRule;
  }

  #filteredBy(filter: FilterDraft): RuleDraft[] {
    const named = this.#drafts.rules.filter(
      ({ id, name }) =>
        filter.rules === undefined ||
        filter.rules.includes(id) ||
        (name !== undefined && filter.rules.includes(name)),
    );
    if (named.length === 0 && filter.rules !== undefined) {
      const message = `the filter names no rule that is there: ${filter.rules.join(', ')}`;
      throw new Refused('unknown_rule', filter.node, message);
    }
    return named.filter((rule) => covers(filter.logsource, rule.logsource));
  }

  #readRule(node: MapNode, nth: number): void {
    const header = readHeader(node, nth);
    const logsource = readLogsource(node);
    const section = child(node, 'detection');
    if (section === undefined) throw new Refused('missing_key', node, 'there is no detection');
    const condition = this.#condition(asMap(section, 'detection'), logsource);
    const ours = readOurs(node);
    this.#claim(header, node);
    this.#drafts.rules.push({ ...header, logsource, ours, condition });
  }

  #readCorrelation(node: MapNode, nth: number): void {
    const header = readHeader(node, nth);
    const draft = readCorrelation(node);
    const ours = readOurs(node);
    this.#claim(header, node);
    this.#drafts.correlations.push({ ...header, ours, draft });
  }

  #condition(section: MapNode, logsource: RuleLogsource): Expr {
    const written = child(section, 'condition');
    if (written === undefined) {
      const message = 'the detection has no condition';
      throw new Refused('missing_key', section, message, 'condition: selection');
    }
    const conditions = written.kind === 'seq' ? written.items : [written];
    const scalars = conditions.map((one): ScalarNode => {
      if (one.kind === 'scalar') return one;
      throw new Refused('wrong_type', one, 'a condition is text');
    });
    for (const one of scalars) refuseAggregation(one, section);
    const selections = readSelections(section, this.#context(logsource));
    return anyOf(scalars.map((one) => readCondition(one, selections)));
  }

  #context(logsource: RuleLogsource): DetectionContext {
    return {
      placeholders: this.#options.placeholders ?? {},
      resolve: (name) => this.#resolver.resolve(name, logsource),
    };
  }

  #claim(header: Header, node: MapNode): void {
    for (const key of [header.id, header.name ?? header.id]) {
      const holder = this.#places.get(key);
      if (holder !== undefined && holder !== header) {
        const place = `${holder.node.source.file}:${position(holder.node).line}`;
        const message = `${key} is already the id or name of the rule in ${place}`;
        throw new Refused('duplicate_id', child(node, 'id') ?? node, message);
      }
    }
    this.#places.set(header.id, header);
    if (header.name !== undefined) this.#places.set(header.name, header);
  }

  #guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#drafts.refused.push(refusalOf(error));
    }
  }
}
