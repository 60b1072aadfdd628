import {
  newFields,
  type CorrelationView,
  type Event,
  type FieldValue,
  type Match,
  type OursView,
  type RuleSetView,
  type RuleView,
} from '#libs/model';

/** Our additions with every default, and what a test says otherwise. */
export function ours(over: Partial<OursView> = {}): OursView {
  return { national: false, entities: {}, recovers: [], inhibits: [], ...over };
}

export function plainRule(id: string, over: Partial<RuleView> = {}): RuleView {
  return { id, title: id, level: 'medium', silent: false, ours: ours(), ...over };
}

export function member(id: string): RuleView {
  return plainRule(id, { silent: true });
}

/** A correlation over five minutes by source.ip; three matches unless the test says otherwise. */
export function correlation(
  id: string,
  rules: readonly string[],
  over: Partial<CorrelationView> = {},
): CorrelationView {
  const { byProvince: _none, ...plain } = plainRule(id);
  return {
    ...plain,
    type: 'event_count',
    rules,
    groupBy: [{ name: 'source.ip', fieldOf: 'source.ip' }],
    timespanMs: 300_000,
    condition: [{ op: 'gte', value: 3 }],
    ...over,
  };
}

export function ruleSet(
  rules: readonly RuleView[],
  correlations: readonly CorrelationView[] = [],
): RuleSetView {
  return { rules, correlations };
}

export function event(id: string, time: number, fields: Record<string, FieldValue> = {}): Event {
  const all = Object.assign(newFields(), { 'gov.locality.code': '66', ...fields });
  return { id, time, received: time + 1000, fields: all };
}

export function match(
  rule: string,
  id: string,
  time: number,
  fields: Record<string, FieldValue> = { 'source.ip': '203.0.113.77' },
): Match {
  return { rule, event: event(id, time, fields) };
}
