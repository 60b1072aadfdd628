import {
  PermanentError,
  type EntityKind,
  type GroupField,
  type Severity,
  type Comparison,
  type CorrelationType,
  type CorrelationView,
  type Presence,
  type Rise,
  type RuleSetView,
  type RuleView,
} from '#libs/model';

import { DEFAULT_ENTITIES, DEFAULT_GROUP, DEFAULT_SUPPRESS_MS } from './entities.ts';
import type { Content } from './episode.ts';
import { groupingOf, shownName, type Grouping } from './group-key.ts';
import { learnDaysOf, NEW_FOR_MS } from './days.ts';

/** How one rule's alerts come about, with every default filled in. */
export interface Plan {
  readonly rule: string;
  /** Set where the plan is that of one province, which laid parameters of its own on the rule. */
  readonly province?: string;
  readonly title: string;
  readonly level: Severity;
  readonly type: CorrelationType | 'plain';
  readonly silent: boolean;
  /** Level of an alert that begins in office hours. */
  readonly officeHoursLevel: Severity;
  readonly grouping: Grouping;
  readonly spanMs: number;
  readonly members: readonly string[];
  /** Rules whose matches are a ratio's denominator, or the awaited ones of an absence. */
  readonly against: readonly string[];
  readonly condition: readonly Comparison[] | Presence;
  /**
   * The condition holds exactly when this many matches or values are in the window; undefined for
   * other kinds.
   */
  readonly least: number | undefined;
  readonly fields: readonly string[];
  readonly numeric: boolean;
  readonly percentile: number;
  readonly ratio: { readonly gte: number; readonly gt: number } | undefined;
  readonly rise: Rise | undefined;
  readonly baseline: { readonly gte: number; readonly days: number } | undefined;
  /** Sealed days that `new_value` looks back at. */
  readonly learnDays: number;
  /** Kind of each group-by field, in its order. */
  readonly groupKinds: readonly (EntityKind | undefined)[];
  /** Fields outside the group key whose values are entities too. */
  readonly extras: readonly { readonly field: string; readonly kind: EntityKind }[];
  /** A member is itself a correlation. */
  readonly chained: boolean;
  /** A match may change results of members that are older than itself by up to this, ms. */
  readonly lagMs?: number;
  readonly content: Content;
  /** Another correlation reads this one's result. */
  readonly feeds: boolean;
  /** Members come before the correlations that read them. */
  readonly depth: number;
}

function kindsOf(ours: RuleView['ours'], { groupBy }: Grouping) {
  const kinds: Readonly<Record<string, EntityKind>> = { ...DEFAULT_ENTITIES, ...ours.entities };
  const groupKinds = groupBy.map(({ name, fieldOf }) => {
    const field = typeof fieldOf === 'string' ? fieldOf : (Object.values(fieldOf)[0] ?? name);
    return kinds[name] ?? kinds[field];
  });
  const grouped = new Set(groupBy.map((g) => g.name));
  const extras = Object.entries(ours.entities)
    .filter(([field]) => !grouped.has(field))
    .map(([field, kind]) => ({ field, kind }));
  return { groupKinds, extras };
}

function plainPlan(rule: RuleView): Plan {
  const grouping = groupingOf(rule.ours, undefined, DEFAULT_GROUP);
  return {
    ...kindsOf(rule.ours, grouping),
    rule: rule.id,
    title: rule.title,
    level: rule.level,
    type: 'plain',
    silent: false,
    officeHoursLevel: rule.ours.officeHoursLevel ?? rule.level,
    grouping,
    spanMs: rule.ours.suppressMs ?? DEFAULT_SUPPRESS_MS,
    members: [rule.id],
    against: [],
    condition: [],
    least: 1,
    fields: [],
    numeric: false,
    percentile: 0,
    ratio: undefined,
    rise: undefined,
    baseline: undefined,
    learnDays: 0,
    chained: false,
    content: { reachMs: rule.ours.suppressMs ?? DEFAULT_SUPPRESS_MS, counts: 'each' },
    feeds: false,
    depth: 0,
  };
}

function leastOf({ type, condition }: CorrelationView): number | undefined {
  if ((type !== 'event_count' && type !== 'value_count') || !('length' in condition))
    return undefined;
  let least = 1;
  for (const { op, value } of condition) {
    if (op === 'gte') least = Math.max(least, Math.ceil(value));
    else if (op === 'gt') least = Math.max(least, Math.floor(value) + 1);
    else return undefined;
  }
  return least;
}

/**
 * An absence counts what stayed unanswered; where several entries may be one match, counts go by
 * ident.
 */
function contentOf({ type, timespanMs }: CorrelationView, distinct: boolean): Content {
  if (type === 'absence' || type === 'new_value') return { reachMs: 1, counts: 'held' };
  return { reachMs: timespanMs, counts: distinct ? 'distinct' : 'each' };
}

function looked(fieldOf: string): GroupField {
  return { name: shownName(fieldOf), fieldOf };
}

function correlationPlan(c: CorrelationView, set: RuleSetView): Plan {
  const { ratio, rise, baseline } = c.ours;
  const depth = depthOf(c.id, set, []);
  const lagMs = lagOf(c, set);
  const isNewValue = c.type === 'new_value';
  const grouping = groupingOf(c.ours, c.groupBy, []);
  // One alert per group and new value.
  const values = isNewValue ? (c.field ?? []).map(looked) : [];
  const whole = { ...grouping, groupBy: [...grouping.groupBy, ...values] };
  const members = c.type === 'absence' ? c.rules.slice(0, 1) : c.rules;
  const chained = members.some((id) => set.correlations.some((other) => other.id === id));
  const temporal = c.type === 'temporal' || c.type === 'temporal_ordered';
  return {
    ...kindsOf(c.ours, whole),
    rule: c.id,
    title: c.title,
    level: c.level,
    type: c.type,
    silent: c.silent,
    officeHoursLevel: c.ours.officeHoursLevel ?? c.level,
    grouping: whole,
    spanMs: isNewValue ? NEW_FOR_MS : c.timespanMs,
    members,
    against: c.type === 'absence' ? c.rules.slice(1, 2) : (ratio?.base ?? []),
    condition: c.condition,
    least: chained || ratio !== undefined || baseline !== undefined ? undefined : leastOf(c),
    fields: c.field ?? [],
    numeric: c.type.startsWith('value_') && c.type !== 'value_count',
    percentile: c.type === 'value_median' ? 50 : (c.percentile ?? 95),
    ratio:
      ratio === undefined ? undefined : { gte: ratio.gte ?? -Infinity, gt: ratio.gt ?? -Infinity },
    rise,
    baseline,
    learnDays: isNewValue ? learnDaysOf(c.timespanMs) : 0,
    chained,
    ...(lagMs === 0 ? {} : { lagMs }),
    content: contentOf(c, chained || (temporal && members.length > 1)),
    feeds: set.correlations.some((other) => other.rules.includes(c.id)),
    depth,
  };
}

/** What an absence says of a time changes until its timespan has passed. */
function lagOf(c: CorrelationView, set: RuleSetView): number {
  const lags = set.correlations
    .filter(({ id }) => c.rules.includes(id))
    .map((member) => lagOf(member, set) + (member.type === 'absence' ? longestOf(member) : 0));
  return Math.max(0, ...lags);
}

function longestOf({ timespanMs, byProvince = {} }: CorrelationView): number {
  return Math.max(timespanMs, ...Object.values(byProvince).map((own) => own.timespanMs));
}

function depthOf(id: string, set: RuleSetView, above: readonly string[]): number {
  const c = set.correlations.find((other) => other.id === id);
  if (c === undefined) return 0;
  if (above.includes(id)) throw new PermanentError(`${c.title}: correlations feed each other`);
  return 1 + Math.max(0, ...c.rules.map((member) => depthOf(member, set, [...above, id])));
}

/**
 * The plans of a rule set, those that feed others first. A rule with `recovers` raises nothing.
 */
export function plansOf(set: RuleSetView): readonly Plan[] {
  const plain = set.rules.filter((r) => !r.silent && r.ours.recovers.length === 0);
  return [
    ...plain.flatMap((rule) => withProvinces(rule, plainPlan)),
    ...set.correlations.flatMap((c) => withProvinces(c, (one) => correlationPlan(one, set))),
  ].toSorted((a, b) => a.depth - b.depth);
}

/** The plan of a rule, and one for each province that has it otherwise. */
function withProvinces<T extends RuleView>(rule: T, planOf: (rule: T) => Plan): Plan[] {
  const common = planOf(rule);
  const own = Object.entries((rule.byProvince ?? {}) as Readonly<Record<string, T>>);
  return [
    common,
    ...own.map(([province, view]) => ({ ...planOf(view), silent: common.silent, province })),
  ];
}

/** Provinces that have a plan of their own, by rule. */
export function provincesOf(plans: readonly Plan[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { rule, province } of plans) {
    if (province === undefined) continue;
    const provinces = found.get(rule);
    if (provinces === undefined) found.set(rule, new Set([province]));
    else provinces.add(province);
  }
  return found;
}

/** Equal for two plans exactly when state made under one may be carried on under the other. */
export function fingerprint(plan: Plan): string {
  const { title: _t, level: _l, officeHoursLevel: _o, silent: _s, ...rest } = plan;
  return JSON.stringify(rest);
}
