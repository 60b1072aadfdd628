import type { Match, RuleSetView } from '#libs/model';

import { Consumer, PLACE_FIELDS } from './consumer.ts';
import { DEFAULT_CORRELATE_LIMITS } from './limits.ts';
import { Machine } from './machine.ts';
import { plansOf, type Plan } from './plan.ts';

/**
 * Where a match has to go: a part of the rule set that is correlated by itself, and the group key
 * within it; an empty key stands for the whole part, whose keys know of each other.
 */
export interface Route {
  readonly part: string;
  readonly key: string;
}

/** How matches spread over correlators that share nothing (architecture.md, shards). */
export interface Routes {
  /** The rules of each part; a correlator of a part sees its rules alone. */
  readonly parts: ReadonlyMap<string, RuleSetView>;
  /** Names of all fields of an event that any part reads; of an event that says its place. */
  readonly fields: ReadonlySet<string>;
  /** Every part that takes the match; none when nothing correlates it or it has no group key. */
  of(match: Match): readonly Route[];
}

/**
 * Splits a rule set into parts that share no state: a plain rule, a correlation, or correlations
 * that feed each other. The same matches give the same alerts, by id and count, when each part and
 * key is correlated by itself.
 */
export function createRoutes(set: RuleSetView): Routes {
  // A province that has a rule otherwise groups it as all others do.
  const plans = plansOf(set).filter(({ province }) => province === undefined);
  const partOf = partsByFeeding(plans);
  const sizes = new Map<string, number>();
  for (const { rule } of plans) {
    const part = partOf(rule);
    sizes.set(part, (sizes.get(part) ?? 0) + 1);
  }
  const consumers = new Map<string, { part: string; consumer: Consumer | undefined }[]>();
  for (const plan of plans) {
    const part = partOf(plan.rule);
    for (const rule of [...plan.members, ...plan.against]) {
      if (plans.some((other) => other.rule === rule && other.type !== 'plain')) continue;
      // What is new is told by the other values of its group: they have to lie together.
      const alone = sizes.get(part) === 1 && plan.type !== 'new_value';
      const consumer = alone ? consumerOf(plan, rule, set) : undefined;
      consumers.set(rule, [...(consumers.get(rule) ?? []), { part, consumer }]);
    }
  }
  return {
    parts: new Map([...sizes.keys()].map((part) => [part, viewOf(set, plans, partOf, part)])),
    fields: fieldsOf(plans),
    of: ({ rule, event }) => {
      const routes = new Map<string, Route>();
      for (const { part, consumer } of consumers.get(rule) ?? []) {
        const key = consumer === undefined ? '' : consumer.keyOf(event);
        if (key !== undefined) routes.set(part, { part, key });
      }
      return [...routes.values()];
    },
  };
}

function consumerOf(plan: Plan, rule: string, set: RuleSetView): Consumer {
  const counters = { keys: 0 } as ConstructorParameters<typeof Machine>[2];
  const machine = new Machine(plan, DEFAULT_CORRELATE_LIMITS, counters);
  return new Consumer(machine, rule, plan.against.includes(rule), set.read?.bind(set));
}

/** What consumers of these plans ask events for, besides id and time. */
function fieldsOf(plans: readonly Plan[]): ReadonlySet<string> {
  const asked = plans.flatMap(({ grouping, fields, extras }) => [
    ...grouping.groupBy.flatMap(({ fieldOf }) =>
      typeof fieldOf === 'string' ? fieldOf : Object.values(fieldOf),
    ),
    ...fields,
    ...extras.map(({ field }) => field),
  ]);
  return new Set([...PLACE_FIELDS, ...asked.flatMap((field) => field.split('|'))]);
}

/** The part of a rule: the least id among those that feed each other. */
function partsByFeeding(plans: readonly Plan[]): (rule: string) => string {
  const correlations = new Map(
    plans.filter(({ type }) => type !== 'plain').map((plan) => [plan.rule, plan.rule]),
  );
  const rootOf = (rule: string): string => {
    const above = correlations.get(rule);
    return above === undefined || above === rule ? rule : rootOf(above);
  };
  for (const plan of plans) {
    if (plan.type === 'plain') continue;
    for (const member of [...plan.members, ...plan.against]) {
      if (!correlations.has(member)) continue;
      const [a, b] = [rootOf(plan.rule), rootOf(member)].toSorted() as [string, string];
      correlations.set(b, a);
    }
  }
  return rootOf;
}

function viewOf(
  set: RuleSetView,
  plans: readonly Plan[],
  partOf: (rule: string) => string,
  part: string,
): RuleSetView {
  const ids = new Set(plans.map(({ rule }) => rule).filter((rule) => partOf(rule) === part));
  return {
    rules: set.rules.filter(({ id }) => ids.has(id)),
    correlations: set.correlations.filter(({ id }) => ids.has(id)),
    ...(set.read === undefined ? {} : { read: set.read.bind(set) }),
  };
}
