import type { EntityKind, Severity } from './alert.ts';
import type { ProvinceCode } from './locality.ts';

/**
 * What correlation needs to know of our additions to a rule (`thapcanh:` of the rule document).
 * Times in ms.
 */
export interface OursView {
  /**
   * Group key of a plain rule, and of a correlation instead of its group-by: each field as far as
   * present; of `a|b` the first that is present, under the name `a`.
   */
  readonly group?: readonly string[];
  readonly suppressMs?: number;
  readonly national: boolean;
  /**
   * Kinds of fields beside the default ones; those outside the group key add their values to the
   * alert.
   */
  readonly entities: Readonly<Record<string, EntityKind>>;
  /** Ids of the rules whose open alerts a match resolves; such a rule raises nothing itself. */
  readonly recovers: readonly string[];
  /** Ids of the rules whose alerts in narrower places an alert of this one mutes. */
  readonly inhibits: readonly string[];
  /** Level of an alert that begins in office hours. */
  readonly officeHoursLevel?: Severity;
  /** When an alert of a ratio is worse than its rule's level says. */
  readonly rise?: Rise;
  /** The matches of `base` (ids of rules) in the same window and group are the denominator. */
  readonly ratio?: {
    readonly base: readonly string[];
    readonly gte?: number;
    readonly gt?: number;
  };
  /**
   * The count must also be `gte` times the mean of the same minutes of the last `days` sealed days,
   * where that many exist.
   */
  readonly baseline?: { readonly gte: number; readonly days: number };
}

/**
 * The level becomes `to` once the share has been `ratioGte` or more at all of the alert's times of
 * `forMs`; `officeHours`: only if that happens in office hours.
 */
export interface Rise {
  readonly to: Severity;
  readonly ratioGte: number;
  readonly forMs: number;
  readonly officeHours: boolean;
}

export interface RuleView {
  readonly id: string;
  readonly name?: string;
  readonly title: string;
  readonly level: Severity;
  /** Feeds correlations only and raises nothing itself. */
  readonly silent: boolean;
  readonly ours: OursView;
  /** The rule as a province has it that laid parameters of its own on it. */
  readonly byProvince?: Readonly<Record<ProvinceCode, RuleView>>;
}

export interface Comparison {
  readonly op: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';
  readonly value: number;
}

/** A boolean condition of a temporal correlation over the presence of its members. */
export type Presence =
  | { readonly op: 'member'; readonly rule: string }
  | { readonly op: 'not'; readonly of: Presence }
  | { readonly op: 'and' | 'or'; readonly of: readonly Presence[] };

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

/**
 * One name of the group key, and the field that holds it: one for all members, or one per member
 * rule.
 */
export interface GroupField {
  readonly name: string;
  readonly fieldOf: string | Readonly<Record<string, string>>;
}

export interface CorrelationView extends RuleView {
  readonly type: CorrelationType;
  /** Ids of member rules or correlations, in the rule's order. */
  readonly rules: readonly string[];
  readonly groupBy: readonly GroupField[];
  readonly timespanMs: number;
  readonly condition: readonly Comparison[] | Presence;
  readonly field?: readonly string[];
  readonly percentile?: number;
  readonly byProvince?: Readonly<Record<ProvinceCode, CorrelationView>>;
}

/** The part of a compiled rule set that correlation reads; `RuleSet` of libs/sigma is one. */
export interface RuleSetView {
  readonly rules: readonly RuleView[];
  readonly correlations: readonly CorrelationView[];
  /**
   * The value of a field as the named rule reads it, for records that do not hold it under its ECS
   * name.
   */
  read?(record: Readonly<Record<string, unknown>>, rule: string, field: string): unknown;
}
