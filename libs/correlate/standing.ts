import type { Comparison, Presence } from '#libs/model';

import { ABSENT } from './group-key.ts';
import { compares, isPresent } from './condition.ts';
import type { Learning } from './learning.ts';
import { newMeter } from './meter.ts';
import type { Moments } from './moments.ts';
import type { Plan } from './plan.ts';
import type { Timeline } from './timeline.ts';

/**
 * How far a window of a correlation is, or was, from its threshold. Times in ms; the window is
 * `(at - spanMs, at]`.
 */
export interface WindowStanding {
  readonly rule: string;
  readonly province: string;
  readonly group: Readonly<Record<string, string>>;
  readonly at: number;
  readonly spanMs: number;
  /** Matches in the window. */
  readonly matches: number;
  /** What is compared with the threshold: a count, distinct values, members present, a sum … */
  readonly measured: number;
  readonly condition: readonly Comparison[] | Presence;
  /** Members of a temporal correlation that are there. */
  readonly present: readonly string[];
  /** The first of these that does not hold; undefined when all do. */
  readonly lacks?:
    | 'threshold'
    | 'members'
    | 'baseline'
    | 'ratio'
    | 'waiting'
    | 'answered'
    | 'known';
  /** Share of the base and what it must reach, where the rule asks for one. */
  readonly ratio?: { readonly share: number; readonly gte: number };
  /** Count that the days before ask for, where the rule asks for that. */
  readonly baseline?: number;
}

/** What a standing is read from. */
export interface WindowFacts {
  readonly key: string;
  readonly line: Timeline;
  readonly against: Moments | undefined;
  /** Receipt time reached. */
  readonly reached: number;
  readonly learning: Learning | undefined;
}

/** The window of a key that ends at `at`. Pure. */
export function standingOf(plan: Plan, facts: WindowFacts, at: number): WindowStanding {
  const { line, key, learning } = facts;
  const meter = newMeter(plan);
  const from = line.after(at - plan.spanMs);
  const to = line.after(at);
  const present = new Set<string>();
  for (let i = from; i < to; i += 1) {
    meter.add(line, i);
    present.add(plan.members[line.members?.[i] ?? 0] ?? '');
  }
  const measured = to > from ? meter.measure(to - from) : 0;
  const share = shareOf(plan, facts, at, measured);
  const needed = learning?.needed(key, at, line);
  const holds = to > from && meter.holds(to - from, at);
  const lacks = lacking(plan, facts, at, { measured, present, holds, share, needed });
  const [province = '', ...values] = key.split('\0');
  return {
    rule: plan.rule,
    province,
    group: Object.fromEntries(
      plan.grouping.groupBy
        .map(({ name }, i) => [name, values[i] ?? ABSENT] as const)
        .filter(([, value]) => value !== ABSENT),
    ),
    at,
    spanMs: plan.spanMs,
    matches: to - from,
    measured,
    condition: plan.condition,
    present: plan.type.startsWith('temporal') ? [...present] : [],
    ...(lacks === undefined ? {} : { lacks }),
    ...(share === undefined ? {} : { ratio: { share, gte: plan.ratio?.gte ?? 0 } }),
    ...(needed === undefined ? {} : { baseline: needed }),
  };
}

function shareOf(plan: Plan, { against }: WindowFacts, at: number, measured: number) {
  if (plan.ratio === undefined) return undefined;
  const base = against?.count(at - plan.spanMs, at) ?? 0;
  return base === 0 ? 0 : measured / base;
}

interface Measures {
  readonly measured: number;
  readonly present: ReadonlySet<string>;
  readonly holds: boolean;
  readonly share: number | undefined;
  readonly needed: number | undefined;
}

function lacking(
  plan: Plan,
  { key, against, reached, learning }: WindowFacts,
  at: number,
  { measured, present, holds, share, needed }: Measures,
): WindowStanding['lacks'] {
  const { type, spanMs, condition, ratio } = plan;
  if (type === 'absence') {
    if (against?.someIn(at, at + spanMs) === true) return 'answered';
    return at + spanMs >= reached ? 'waiting' : undefined;
  }
  if (type === 'new_value') return learning?.isNew(key, at) === true ? undefined : 'known';
  const enough =
    'length' in condition
      ? compares(condition, measured)
      : isPresent(condition, (rule) => present.has(rule));
  if (!enough) return 'length' in condition ? 'threshold' : 'members';
  // All are there, but not in the order that is asked for.
  if (!holds) return 'members';
  if (needed !== undefined && measured < needed) return 'baseline';
  if (ratio === undefined || share === undefined) return undefined;
  return share < ratio.gte || share <= ratio.gt ? 'ratio' : undefined;
}
