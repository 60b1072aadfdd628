import type { Scope, Severity } from '#libs/model';

import type { Expr } from './expr.ts';
import type { Explanation } from './explanation.ts';
import type { Refusal } from './refusal.ts';
import type { Routing, RuleLogsource } from './route/logsource.ts';

export interface CompileOptions {
  readonly routing?: Routing;
  /** Values of `%name%` placeholders. */
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
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

export type EntityName =
  | 'address'
  | 'account'
  | 'host'
  | 'service'
  | 'upstream'
  | 'source'
  | 'probe'
  | 'provider';

/** Our additions to a rule (docs/rules.md); durations in ms. */
export interface Ours {
  readonly code?: string;
  readonly titleVi?: string;
  readonly sentence?: Bilingual;
  readonly card?: { readonly vi: OursCard; readonly en: OursCard };
  /** Group key of a plain rule. */
  readonly group?: readonly string[];
  readonly suppressMs?: number;
  readonly national: boolean;
  readonly scope: Scope;
  readonly entities: Readonly<Record<string, EntityName>>;
  readonly officeHoursLevel?: Severity;
  readonly pageLate: boolean;
  /** Ids of the plain rules whose open alerts a match of this one resolves. */
  readonly recovers: readonly string[];
  readonly ratio?: {
    /** Ids of the rules that count the base. */
    readonly base: readonly string[];
    readonly gte?: number;
    readonly gt?: number;
  };
  readonly baseline?: { readonly gte: number; readonly days: number };
}

/** One plain rule in force. */
export interface Rule {
  readonly id: string;
  readonly name?: string;
  readonly title: string;
  readonly level: Severity;
  readonly logsource: RuleLogsource;
  /** Only a member of correlations, none of which generates: it raises no alert of its own. */
  readonly silent: boolean;
  readonly meta: RuleMeta;
  readonly ours: Ours;
  /** The condition, filters included; for the matcher, its oracle and store queries. */
  readonly condition: Expr;
}

export type CorrelationType =
  | 'event_count'
  | 'value_count'
  | 'temporal'
  | 'temporal_ordered'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile'
  | 'value_median'
  | 'absence'
  | 'new_value';

export interface Threshold {
  readonly op: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';
  readonly value: number;
}

/** Which members must be there; leaves are rule ids. */
export type MemberExpr =
  | { readonly op: 'member'; readonly rule: string }
  | { readonly op: 'and' | 'or'; readonly of: readonly MemberExpr[] }
  | { readonly op: 'not'; readonly of: MemberExpr };

/** A group-by entry; `fieldOf` is one field for all members, or a field for each member rule id. */
export interface GroupBy {
  readonly name: string;
  readonly fieldOf: Readonly<Record<string, string>> | string;
}

/** One correlation in force. */
export interface CorrelationRule {
  readonly id: string;
  readonly name?: string;
  readonly title: string;
  readonly level: Severity;
  readonly type: CorrelationType;
  /** Ids of its member rules or correlations, in order. */
  readonly rules: readonly string[];
  readonly groupBy: readonly GroupBy[];
  readonly timespanMs: number;
  /** All thresholds must hold; the expression of a temporal type. */
  readonly condition: readonly Threshold[] | MemberExpr;
  /** Fields whose values are counted or calculated. */
  readonly field?: readonly string[];
  readonly percentile?: number;
  readonly generate: boolean;
  /** Only a member of other correlations, none of which generates. */
  readonly silent: boolean;
  readonly meta: RuleMeta;
  readonly ours: Ours;
}

/** An immutable set of rules in force, with what was refused. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly correlations: readonly CorrelationRule[];
  readonly refused: readonly Refusal[];
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
}
