import type { CorrelationView, OursView, RuleSetView, RuleView, Scope } from '#libs/model';

import type { ExceptionInForce, RuleException } from './exceptions.ts';
import type { Expr } from './expr.ts';
import type { Explanation } from './explanation.ts';
import type { RuleParameters } from './parameters.ts';
import type { Refusal } from './refusal.ts';
import type { Routing, RuleLogsource } from './route/logsource.ts';
import type { RuleSwitches } from './switches.ts';

export interface CompileOptions {
  readonly routing?: Routing;
  /** Values of `%name%` placeholders. */
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
  readonly switches?: RuleSwitches;
  /** When given, only these rules are on, with what they count; they speak though members. */
  readonly only?: readonly string[];
  /** One that names no rule is noted in `refused` and does nothing. */
  readonly exceptions?: readonly RuleException[];
  /** By id of the rule. */
  readonly parameters?: Readonly<Record<string, RuleParameters>>;
  /** By province, then by id of the rule: where it makes the rule stricter there. */
  readonly provinces?: Readonly<Record<string, Readonly<Record<string, RuleParameters>>>>;
}

/** Who wrote a rule and why; kept for people and for the licence. */
export interface RuleMeta {
  readonly file: string;
  readonly line: number;
  readonly status?: string;
  readonly author?: string;
  readonly license?: string;
  readonly description?: string;
  readonly date?: string;
  readonly modified?: string;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly falsepositives: readonly string[];
  readonly related: readonly { readonly id: string; readonly type: string }[];
  readonly fields: readonly string[];
}

/** Text in both languages of the product. */
export interface Bilingual {
  readonly vi: string;
  readonly en: string;
}

/** The four lines of an alert in one language. */
export interface OursCard {
  readonly what: string;
  readonly who: string;
  readonly steps: readonly string[];
  readonly call: string;
}

/** Our additions to a rule (docs/rules.md); durations in ms. */
export interface Ours extends OursView {
  readonly code?: string;
  readonly titleVi?: string;
  readonly sentence?: Bilingual;
  readonly card?: { readonly vi: OursCard; readonly en: OursCard };
  readonly scope: Scope;
  readonly pageLate: boolean;
}

/** One plain rule in force. */
export interface Rule extends RuleView {
  readonly logsource: RuleLogsource;
  readonly meta: RuleMeta;
  readonly ours: Ours;
  /** The file it stands in, and the pack it came with. */
  readonly file: string;
  readonly pack?: string;
  /** The condition, filters included; for the matcher, its oracle and store queries. */
  readonly condition: Expr;
  /** An event that one of them fits does not meet the rule. */
  readonly exceptions: readonly ExceptionInForce[];
  readonly byProvince?: Readonly<Record<string, Rule>>;
}

/** One correlation in force. */
export interface CorrelationRule extends CorrelationView {
  readonly generate: boolean;
  readonly byProvince?: Readonly<Record<string, CorrelationRule>>;
  readonly file: string;
  readonly pack?: string;
  readonly meta: RuleMeta;
  readonly ours: Ours;
}

/** An immutable set of rules in force, with what was refused. */
export interface RuleSet extends RuleSetView {
  readonly rules: readonly Rule[];
  readonly correlations: readonly CorrelationRule[];
  readonly refused: readonly Refusal[];
  /** Rules that would be in force if they were not switched off. */
  readonly off: readonly (Rule | CorrelationRule)[];
  readonly routing: Routing;
  /**
   * The rules that meet a record: flat dotted ECS, or any nested JSON object. In the rules' order.
   */
  match(record: Readonly<Record<string, unknown>>): readonly Rule[];
  /** Why a rule does or does not meet a record; undefined when no such rule is in force. */
  explain(record: Readonly<Record<string, unknown>>, ruleId: string): Explanation | undefined;
  /**
   * The value of a Sigma or ECS field as the named rule would read it; undefined when it is not
   * there.
   */
  read(record: Readonly<Record<string, unknown>>, ruleId: string, field: string): unknown;
  /** How many events each exception has held since the set was made, by id; 0 is left out. */
  held(): ReadonlyMap<string, number>;
}
