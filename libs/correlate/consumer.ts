import { UNKNOWN_LOCALITY, type Event, type FieldValue, type RuleSetView } from '#libs/model';

import { ABSENT, firstText, groupKey } from './group-key.ts';
import type { Result } from './feed.ts';
import type { Machine } from './machine.ts';
import { provinceOf } from './marks.ts';
import { millionths } from './meter.ts';
import type { Plan } from './plan.ts';
import type { Entry } from './timeline.ts';
import { valueText } from './value-text.ts';

const PLACE = 'gov.locality.code';
const COMMUNE = 'gov.locality.commune_code';
/** What a consumer reads of every event. */
export const PLACE_FIELDS = [PLACE, COMMUNE] as const;

/** How the matches of one rule reach one machine. */
export class Consumer {
  readonly machine: Machine;
  /** Its matches are the base of a ratio, or what an absence waits for. */
  readonly against: boolean;
  readonly #rule: string;
  readonly #read: RuleSetView['read'];
  readonly #member: number;
  /** The field of each group-by entry for this rule; undefined: the rule has none. */
  readonly #groupFields: readonly (string | undefined)[];

  constructor(machine: Machine, rule: string, against: boolean, read: RuleSetView['read']) {
    const { plan } = machine;
    this.machine = machine;
    this.against = against;
    this.#rule = rule;
    this.#read = read;
    const temporal = plan.type === 'temporal' || plan.type === 'temporal_ordered';
    this.#member = temporal ? plan.members.indexOf(rule) : 0;
    this.#groupFields = plan.grouping.groupBy.map(({ fieldOf }) =>
      typeof fieldOf === 'string' ? fieldOf : fieldOf[rule],
    );
  }

  /** Names of the fields that are read of an event which says its place. */
  fields(): readonly string[] {
    const { fields, extras } = this.machine.plan;
    const named = [...this.#groupFields, ...fields, ...extras.map(({ field }) => field)];
    return [...PLACE_FIELDS, ...named.flatMap((name) => name?.split('|') ?? [])];
  }

  get member(): number {
    return this.#member;
  }

  #text(event: Event, field: string): string | undefined {
    const value = event.fields[field];
    if (value !== undefined || this.#read === undefined) return valueText(value);
    // Our own events are flat and always say their place; others may nest or name their fields as
    // they like.
    if (event.fields[PLACE] !== undefined) return undefined;
    return valueText(this.#read(event.fields, this.#rule, field) as FieldValue | undefined);
  }

  /** The group key of an event; undefined when a group-by field that must be there is not. */
  keyOf(event: Event): string | undefined {
    const { plan } = this.machine;
    const province = this.#text(event, PLACE) ?? UNKNOWN_LOCALITY;
    return groupKey(plan.grouping, province, this.#groupFields, (field) =>
      this.#text(event, field),
    );
  }

  /** Whether keys like this one are looked at here, not by the machine of a province or of all. */
  takes(key: string): boolean {
    const { plan, elsewhere } = this.machine;
    if (plan.province === undefined && elsewhere === undefined) return true;
    const province = provinceOf(key);
    return plan.province === undefined ? !elsewhere?.has(province) : plan.province === province;
  }

  /** What the machine counts of an event; undefined when it lacks the value that is counted. */
  entryOf(event: Event): Entry | undefined {
    const { plan } = this.machine;
    let value: string | bigint | undefined;
    if (plan.fields.length > 0) {
      value = valueOf(plan, (field) => this.#text(event, field));
      if (value === undefined) return undefined;
    }
    const { id, time } = event;
    const commune = this.#text(event, COMMUNE);
    const extras =
      plan.extras.length === 0
        ? undefined
        : plan.extras.map(({ field }) => this.#text(event, field));
    return { time, event: id, ident: id, member: this.#member, value, commune, extras };
  }

  /** The group key and what is counted of the results of a member correlation's key. */
  resultsOf(member: Plan, key: string, results: readonly Result[]): [string, Entry[]] | undefined {
    const { plan } = this.machine;
    const [province, ...values] = key.split('\0') as [string, ...string[]];
    const group = new Map(
      member.grouping.groupBy.map(({ name }, i) => [name, values[i] as string]),
    );
    const text = (field: string) => {
      const value = group.get(field);
      return value === ABSENT ? undefined : value;
    };
    const to = groupKey(plan.grouping, province, this.#groupFields, text);
    if (to === undefined) return undefined;
    const value = plan.fields.length === 0 ? undefined : valueOf(plan, text);
    if (plan.fields.length > 0 && value === undefined) return undefined;
    const extras =
      plan.extras.length === 0 ? undefined : plan.extras.map(({ field }) => text(field));
    return [to, results.map((result) => ({ ...result, member: this.#member, value, extras }))];
  }
}

function valueOf(
  plan: Plan,
  text: (field: string) => string | undefined,
): string | bigint | undefined {
  const values = plan.fields.map((field) => firstText(field, text));
  if (values.includes(undefined)) return undefined;
  return plan.numeric ? millionths(values[0] as string) : values.join('\0');
}
