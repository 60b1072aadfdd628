import type { Severity } from '#libs/model';

import { covers, type RuleLogsource } from './route/logsource.ts';

/** Which rules are off. An id in `on` is on whatever else says off. */
export interface RuleSwitches {
  readonly packs: readonly string[];
  readonly levels: readonly Severity[];
  /** Every dimension that is named must be the rule's; correlations have none and stay. */
  readonly logsources: readonly RuleLogsource[];
  readonly ids: readonly string[];
  readonly on: readonly string[];
}

/** What switches look at. */
export interface Switchable {
  readonly id: string;
  readonly level: Severity;
  readonly pack?: string;
  readonly logsource?: RuleLogsource;
}

/** What turns a rule off; undefined when it is on. */
export function offBy(
  rule: Switchable,
  switches: RuleSwitches,
): 'id' | 'pack' | 'level' | 'logsource' | undefined {
  if (switches.on.includes(rule.id)) return undefined;
  if (switches.ids.includes(rule.id)) return 'id';
  if (rule.pack !== undefined && switches.packs.includes(rule.pack)) return 'pack';
  if (switches.levels.includes(rule.level)) return 'level';
  const { logsource } = rule;
  if (logsource === undefined) return undefined;
  return switches.logsources.some((one) => covers(one, logsource)) ? 'logsource' : undefined;
}

/**
 * The rules that are evaluated: those that are on, and as silent ones those that are off but that
 * a correlation counts with.
 */
export function switched<
  R extends Switchable & { readonly silent: boolean },
  C extends Switchable & {
    readonly silent: boolean;
    readonly rules: readonly string[];
    readonly ours: { readonly ratio?: { readonly base: readonly string[] } };
  },
>(
  rules: readonly R[],
  correlations: readonly C[],
  isOn: (rule: R | C) => boolean,
  silenced: <T extends R | C>(rule: T) => T,
): { rules: R[]; correlations: C[]; off: (R | C)[] } {
  const off = [...rules, ...correlations].filter((rule) => !isOn(rule));
  const isOff = new Set<R | C>(off);
  const needed = new Set<string>();
  // A correlation comes behind its members, so from the back each is known before what it needs.
  const kept = correlations.toReversed().filter((one) => {
    if (isOff.has(one) && !needed.has(one.id)) return false;
    for (const id of [...one.rules, ...(one.ours.ratio?.base ?? [])]) needed.add(id);
    return true;
  });
  const asWanted = <T extends R | C>(rule: T): T => (isOff.has(rule) ? silenced(rule) : rule);
  return {
    rules: rules
      .filter((rule) => needed.has(rule.id) || !(isOff.has(rule) || rule.silent))
      .map(asWanted),
    correlations: kept.toReversed().map(asWanted),
    off,
  };
}
