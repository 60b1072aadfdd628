import {
  UNKNOWN_LOCALITY,
  type Event,
  type Match,
  type Recovery,
  type RuleSetView,
} from '#libs/model';

import { DEFAULT_GROUP } from './entities.ts';
import { canonicalKey, groupingOf, groupKey, type Grouping } from './group-key.ts';
import { valueText } from './value-text.ts';

const PLACE = 'gov.locality.code';

/** One way in which a recovering rule's match names the alerts that are over. */
interface Target {
  readonly rules: string[];
  readonly grouping: Grouping;
  readonly fields: readonly (string | undefined)[];
}

/** Reads recoveries out of matches of rules with `recovers`. */
export class Recoveries {
  readonly #targets = new Map<string, readonly Target[]>();

  constructor(set: RuleSetView) {
    for (const rule of set.rules) {
      if (rule.ours.recovers.length > 0) this.#targets.set(rule.id, targetsOf(set, rule.id));
    }
  }

  /** Ids of the rules whose matches say that something is over. */
  rules(): Iterable<string> {
    return this.#targets.keys();
  }

  /** Names of the fields that are read of a match of the rule. */
  fields(rule: string): readonly string[] {
    const targets = this.#targets.get(rule) ?? [];
    const named = targets.flatMap(({ fields }) => fields);
    return [PLACE, ...named.flatMap((name) => name?.split('|') ?? [])];
  }

  /** A recovery per match and group key, in the order of the matches. */
  of(matches: readonly Match[]): readonly Recovery[] {
    const all: Recovery[] = [];
    for (const { rule, event } of matches) {
      const targets = this.#targets.get(rule);
      if (targets === undefined) continue;
      for (const target of targets) all.push(...recovery(target, event));
    }
    return all;
  }
}

/** The rule's own group key when it names one, else that of each rule it recovers. */
function targetsOf(set: RuleSetView, id: string): Target[] {
  const rule = set.rules.find((other) => other.id === id);
  const targets = new Map<string, Target>();
  for (const recovered of rule?.ours.recovers ?? []) {
    const correlation = set.correlations.find((c) => c.id === recovered);
    const plain = set.rules.find((r) => r.id === recovered);
    const ours = (correlation ?? plain)?.ours;
    if (ours === undefined) continue;
    const group = rule?.ours.group ?? ours.group;
    const grouping = groupingOf(
      { national: ours.national, ...(group === undefined ? {} : { group }) },
      correlation?.groupBy,
      DEFAULT_GROUP,
    );
    const same = targets.get(JSON.stringify(grouping));
    if (same !== undefined) {
      same.rules.push(recovered);
      continue;
    }
    const fields = grouping.groupBy.map(({ fieldOf }) =>
      typeof fieldOf === 'string' ? fieldOf : (fieldOf[id] ?? Object.values(fieldOf)[0]),
    );
    targets.set(JSON.stringify(grouping), { rules: [recovered], grouping, fields });
  }
  return [...targets.values()];
}

function recovery({ rules, grouping, fields }: Target, event: Event): Recovery[] {
  const province = valueText(event.fields[PLACE]) ?? UNKNOWN_LOCALITY;
  const text = (field: string) => valueText(event.fields[field]);
  const key = groupKey(grouping, province, fields, text);
  if (key === undefined) return [];
  return [{ rules, groupKey: canonicalKey(key), time: event.time, event: event.id }];
}
