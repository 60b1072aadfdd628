import {
  DEFAULT_ENTITIES,
  DEFAULT_GROUP,
  DEFAULT_SUPPRESS_MS,
  ENTITY_VALUES_MAX,
  groupingOf,
  orderedMembers,
  valueText,
} from '#libs/correlate';
import {
  alertId,
  CENTRE,
  EVIDENCE_EACH_END as KEPT,
  UNKNOWN_LOCALITY,
  type Alert,
  type CorrelationView,
  type Entity,
  type EntityKind,
  type GroupField,
  type Match,
  type Presence,
  type RuleSetView,
  type RuleView,
} from '#libs/model';

/**
 * An alert in force as the whole set of matches makes it (semantics.md, Matching and correlation).
 * Slow on purpose: every window is looked at by itself.
 */
export type ModelAlert = Pick<
  Alert,
  'id' | 'rule' | 'groupKey' | 'first' | 'last' | 'count' | 'evidence' | 'place' | 'entities'
>;

/** `reached`: receipt time up to which everything came; it tells an absence from a wait. */
export type ModelLimits = { readonly reached: number };

/** What a rule counts: an event, or a satisfying time of a member correlation, with its alert. */
interface Occurrence {
  readonly member: string;
  readonly time: number;
  readonly event: string;
  readonly ident: string;
  readonly province: string;
  readonly commune: string | undefined;
  valueOf(field: string): string | undefined;
}

/** `results`: its satisfying times, as a correlation over this one counts them. */
interface Episode {
  readonly alert: ModelAlert;
  readonly results: readonly Occurrence[];
}

function occurrencesOfEvents(matches: readonly Match[], rule: string): Occurrence[] {
  const seen = new Map<string, Occurrence>();
  for (const { rule: member, event } of matches) {
    if (member !== rule || seen.has(event.id)) continue;
    seen.set(event.id, {
      member,
      time: event.time,
      event: event.id,
      ident: event.id,
      province: valueText(event.fields['gov.locality.code']) ?? UNKNOWN_LOCALITY,
      commune: valueText(event.fields['gov.locality.commune_code']),
      valueOf: (field) => valueText(event.fields[field]),
    });
  }
  return [...seen.values()];
}

const byTime = (a: Occurrence, b: Occurrence): number =>
  a.time - b.time || (a.event < b.event ? -1 : a.event > b.event ? 1 : 0);

/** Earliest occurrence of each distinct match, by time, then event id. */
function distinct(occurrences: readonly Occurrence[]): Occurrence[] {
  const seen = new Map<string, Occurrence>();
  for (const o of occurrences.toSorted(byTime)) if (!seen.has(o.ident)) seen.set(o.ident, o);
  return [...seen.values()];
}

interface Spec {
  readonly rule: RuleView;
  readonly span: number;
  /** Matches this far before a satisfying time are the alert's. */
  readonly reach: number;
  readonly groupBy: readonly GroupField[];
  readonly optional: boolean;
  readonly counted: (o: Occurrence) => boolean;
  readonly holds: (window: readonly Occurrence[], t: number, all: readonly Occurrence[]) => boolean;
}

function byGroup(spec: Spec, occurrences: readonly Occurrence[]): Map<string, Occurrence[]> {
  const groups = new Map<string, Occurrence[]>();
  for (const o of occurrences) {
    const key: (string | null)[] = [spec.rule.ours.national ? CENTRE : o.province];
    let whole = true;
    for (const { fieldOf } of spec.groupBy) {
      const field = typeof fieldOf === 'string' ? fieldOf : fieldOf[o.member];
      const values = field?.split('|').map((f) => o.valueOf(f));
      const value = values?.find((v) => v !== undefined);
      if (value === undefined && !spec.optional) whole = false;
      key.push(value ?? null);
    }
    if (!whole) continue;
    const id = JSON.stringify(key);
    groups.set(id, [...(groups.get(id) ?? []), o]);
  }
  return groups;
}

function entitiesOf(spec: Spec, group: Readonly<Record<string, string>>, all: Occurrence[]) {
  const kinds: Record<string, EntityKind> = { ...DEFAULT_ENTITIES, ...spec.rule.ours.entities };
  const entities: Entity[] = [];
  const add = (kind: EntityKind | undefined, value: string | undefined) => {
    if (kind === undefined || value === undefined) return;
    if (!entities.some((e) => e.kind === kind && e.value === value)) entities.push({ kind, value });
  };
  for (const { name, fieldOf } of spec.groupBy) {
    const field = typeof fieldOf === 'string' ? fieldOf : (Object.values(fieldOf)[0] ?? name);
    add(kinds[name] ?? kinds[field], group[name]);
  }
  for (const field of Object.keys(spec.rule.ours.entities)) {
    if (spec.groupBy.some(({ name }) => name === field)) continue;
    const values = new Set(all.toSorted(byTime).map((o) => o.valueOf(field)));
    values.delete(undefined);
    for (const value of [...values].slice(0, ENTITY_VALUES_MAX)) add(kinds[field], value);
  }
  return entities;
}

function episodesOf(spec: Spec, key: string, all: readonly Occurrence[]): Episode[] {
  const counted = all.filter((o) => spec.counted(o));
  const within = (o: Occurrence, t: number, span: number) => o.time > t - span && o.time <= t;
  const times = [...new Set(counted.map((o) => o.time))].toSorted((a, b) => a - b);
  const runs: number[][] = [];
  for (const t of times) {
    const window = all.filter((o) => within(o, t, spec.span));
    if (!spec.holds(window, t, all)) continue;
    const run = runs.at(-1);
    if (run !== undefined && t - (run.at(-1) as number) < spec.span) run.push(t);
    else runs.push([t]);
  }
  const [province, ...values] = JSON.parse(key) as [string, ...(string | null)[]];
  const named = spec.groupBy.map(({ name }, i) => [name, values[i]] as const);
  const group = Object.fromEntries(named.filter(([, v]) => v !== null)) as Record<string, string>;
  return runs.map((run) => {
    const union = counted.filter((o) => run.some((t) => within(o, t, spec.reach)));
    const first = Math.min(...union.map((o) => o.time));
    const refs = distinct(union).map((o) => ({ event: o.event, time: o.time }));
    const [commune, ...others] = new Set(union.map((o) => o.commune));
    const local = province !== CENTRE && others.length === 0 && commune !== undefined;
    const alert: ModelAlert = {
      id: alertId(spec.rule.id, key, first),
      rule: spec.rule.id,
      groupKey: key,
      first,
      last: run.at(-1) as number,
      count: refs.length,
      evidence: refs.filter((_, i) => i < KEPT || i >= refs.length - KEPT),
      place: local ? { province, commune } : { province },
      entities: entitiesOf(spec, group, union),
    };
    const results = run.map((t): Occurrence => {
      const at = counted.filter((o) => o.time === t).toSorted(byTime)[0] as Occurrence;
      const valueOf = (field: string) => group[field];
      return { ...at, member: spec.rule.id, ident: alert.id, province, valueOf };
    });
    return { alert, results };
  });
}

const compare = {
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
  eq: (a: number, b: number) => a === b,
  neq: (a: number, b: number) => a !== b,
};

function present(tree: Presence, members: ReadonlySet<string>): boolean {
  if (tree.op === 'member') return members.has(tree.rule);
  if (tree.op === 'not') return !present(tree.of, members);
  if (tree.op === 'and') return tree.of.every((part) => present(part, members));
  return tree.of.some((part) => present(part, members));
}

// Some choice of one match per member, in the rule's order, has times that never go back.
function inOrder(rules: readonly string[], window: readonly Occurrence[], from: number): boolean {
  const [head, ...rest] = rules;
  if (head === undefined) return true;
  const times = window.filter((o) => o.member === head && o.time >= from).map((o) => o.time);
  return times.length > 0 && inOrder(rest, window, Math.min(...times));
}

// Exact, so that no order of adding decides an alert.
const millionths = (value: string): bigint => BigInt(Math.round(Number(value) * 1e6));

function measure(c: CorrelationView, window: readonly Occurrence[]): number {
  const members = new Set(window.map((o) => o.member));
  if (c.type === 'event_count') return distinct(window).length;
  if (c.type === 'temporal' || c.type === 'temporal_ordered') return members.size;
  const fields = c.field ?? [];
  if (c.type === 'value_count')
    return new Set(window.map((o) => JSON.stringify(fields.map((f) => o.valueOf(f))))).size;
  const numbers = distinct(window).map((o) => millionths(o.valueOf(fields[0] as string) as string));
  const sum = Number(numbers.reduce((a, b) => a + b, 0n)) / 1e6;
  if (c.type === 'value_sum') return sum;
  if (c.type === 'value_avg') return sum / numbers.length;
  const share = c.type === 'value_median' ? 50 : (c.percentile ?? 95);
  const sorted = numbers.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return Number(sorted[Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)]) / 1e6;
}

function correlationSpec(c: CorrelationView, base: readonly string[], reached: number): Spec {
  const fields = c.field ?? [];
  const numeric = c.type.startsWith('value_') && c.type !== 'value_count';
  const rules = c.type === 'absence' ? c.rules.slice(0, 1) : c.rules;
  const counted = (o: Occurrence) =>
    rules.includes(o.member) &&
    fields.every((f) => o.valueOf(f) !== undefined) &&
    (!numeric || Number.isFinite(Number(o.valueOf(fields[0] as string)) * 1e6));
  const { condition, timespanMs: span } = c;
  const holds: Spec['holds'] = (window, t, all) => {
    const until = t + span;
    const answers = (o: Occurrence) => o.member === c.rules[1] && o.time >= t && o.time <= until;
    if (c.type === 'absence') return until < reached && !all.some(answers);
    const matches = window.filter(counted);
    const order = c.type === 'temporal_ordered' ? orderedMembers(c.rules, condition) : [];
    if (!inOrder(order, matches, -Infinity)) return false;
    if (!('length' in condition)) return present(condition, new Set(matches.map((o) => o.member)));
    const n = measure(c, matches);
    if (!condition.every(({ op, value }) => compare[op](n, value))) return false;
    const { gte = -Infinity, gt = -Infinity } = c.ours.ratio ?? {};
    if (c.ours.ratio === undefined) return true;
    const of = distinct(window.filter((o) => base.includes(o.member))).length;
    return of > 0 && n / of >= gte && n / of > gt;
  };
  const { groupBy, optional } = groupingOf(c.ours, c.groupBy, []);
  const reach = c.type === 'absence' ? 1 : span;
  return { rule: c, span, reach, groupBy, optional, counted, holds };
}

function plainSpec(rule: RuleView): Spec {
  const span = rule.ours.suppressMs ?? DEFAULT_SUPPRESS_MS;
  const { groupBy, optional } = groupingOf(rule.ours, undefined, DEFAULT_GROUP);
  return { rule, span, reach: span, groupBy, optional, counted: () => true, holds: () => true };
}

/** The alerts in force when all of `matches` have come. */
export function modelAlerts(
  set: RuleSetView,
  matches: readonly Match[],
  limits: ModelLimits,
): ModelAlert[] {
  const episodes = (spec: Spec, occurrences: readonly Occurrence[]): Episode[] =>
    [...byGroup(spec, occurrences)].flatMap(([key, all]) => episodesOf(spec, key, all));
  const ofCorrelation = (c: CorrelationView): Episode[] => {
    const base = c.ours.ratio?.base ?? [];
    const all = [...new Set([...c.rules, ...base])].flatMap((id) => {
      const member = set.correlations.find((other) => other.id === id);
      if (member === undefined) return occurrencesOfEvents(matches, id);
      return ofCorrelation(member).flatMap((e) => e.results);
    });
    return episodes(correlationSpec(c, base, limits.reached), all);
  };
  const plain = set.rules.filter((r) => !r.silent && r.ours.recovers.length === 0);
  return [
    ...plain.flatMap((r) => episodes(plainSpec(r), occurrencesOfEvents(matches, r.id))),
    ...set.correlations.filter((c) => !c.silent).flatMap(ofCorrelation),
  ].map(({ alert }) => alert);
}
