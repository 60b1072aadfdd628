import { type Comparison, SEVERITIES, type Severity } from '#libs/model';

/** Values that stand in place of those a rule was written with; times in ms. */
export interface RuleParameters {
  readonly level?: Severity;
  readonly suppressMs?: number;
  /** Of a correlation that compares a measure: takes the place of all its comparisons. */
  readonly condition?: readonly Comparison[];
  readonly timespanMs?: number;
  readonly ratio?: { readonly gte?: number; readonly gt?: number };
  readonly baseline?: { readonly gte: number };
}

interface Adjustable {
  readonly level: Severity;
  readonly timespanMs?: number;
  readonly condition?: unknown;
  readonly ours: {
    readonly suppressMs?: number;
    readonly ratio?: {
      readonly base: readonly string[];
      readonly gte?: number;
      readonly gt?: number;
    };
    readonly baseline?: { readonly gte: number; readonly days: number };
  };
}

/** The rule with the values given; those it has no use for are left out. */
export function adjusted<T extends Adjustable>(rule: T, given: RuleParameters): T {
  const { level, suppressMs, condition, timespanMs, ratio, baseline } = given;
  const { ours } = rule;
  const changed = copyOf(rule);
  const measured = rule.timespanMs !== undefined && Array.isArray(rule.condition);
  const own = {
    ...ours,
    ...(suppressMs === undefined || rule.timespanMs !== undefined ? {} : { suppressMs }),
    ...(ratio === undefined || ours.ratio === undefined
      ? {}
      : { ratio: { base: ours.ratio.base, ...ratio } }),
    ...(baseline === undefined || ours.baseline === undefined
      ? {}
      : { baseline: { ...ours.baseline, ...baseline } }),
  };
  return Object.defineProperties(changed, {
    ours: { value: own, enumerable: true },
    ...(level === undefined ? {} : { level: { value: level, enumerable: true } }),
    ...(condition === undefined || !measured
      ? {}
      : { condition: { value: condition, enumerable: true } }),
    ...(timespanMs === undefined || rule.timespanMs === undefined
      ? {}
      : { timespanMs: { value: timespanMs, enumerable: true } }),
  });
}

/** Not spread: a rule reads what is for people only when it is asked for. */
export function copyOf<T extends object>(rule: T): T {
  return Object.create(
    Object.getPrototypeOf(rule) as object,
    Object.getOwnPropertyDescriptors(rule),
  ) as T;
}

/**
 * The rule as a province has it: of the values given only those that make it stricter than the
 * centre's rule, whatever that became since they were given.
 */
export function tightened<T extends Adjustable>(rule: T, given: RuleParameters): T {
  const { level, suppressMs, condition, timespanMs, ratio, baseline } = given;
  const { ours } = rule;
  const isWorse = (one: Severity) => SEVERITIES.indexOf(one) < SEVERITIES.indexOf(rule.level);
  const least = (all: unknown): number =>
    Array.isArray(all)
      ? ((all as Comparison[]).find(({ op }) => op === 'gte' || op === 'gt')?.value ?? Infinity)
      : Infinity;
  const share = (of: { readonly gte?: number; readonly gt?: number } | undefined): number =>
    of?.gte ?? of?.gt ?? Infinity;
  return adjusted(rule, {
    ...(level !== undefined && isWorse(level) ? { level } : {}),
    ...(suppressMs === undefined ? {} : { suppressMs }),
    ...(condition !== undefined && least(condition) <= least(rule.condition) ? { condition } : {}),
    ...(timespanMs !== undefined && timespanMs >= (rule.timespanMs ?? 0) ? { timespanMs } : {}),
    ...(ratio !== undefined && share(ratio) <= share(ours.ratio) ? { ratio } : {}),
    ...(baseline !== undefined && baseline.gte <= (ours.baseline?.gte ?? 0) ? { baseline } : {}),
  });
}
