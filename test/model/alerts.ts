import * as rules from '#libs/correlate';
import type { CorrelationView, GroupField, Match, RuleSetView, RuleView } from '#libs/model';
import * as model from '#libs/model';

const KEPT = model.EVIDENCE_EACH_END;
/**
 * An alert in force as the whole set of matches makes it (semantics.md, Matching and correlation).
 * Slow on purpose: every window is looked at by itself.
 */
export type ModelAlert = Omit<model.Alert, 'title' | 'group' | 'late' | 'state'>;

type Reached = { readonly reached: number };
/** What a rule counts: an event, or a satisfying time of a member correlation, with its alert. */
interface Occurrence extends model.EvidenceRef {
  readonly member: string;
  readonly ident: string;
  readonly province: string;
  readonly commune: string | undefined;
  valueOf(field: string): string | undefined;
}
type Many = readonly Occurrence[];
/** `results`: its satisfying times, as a correlation over this one counts them. */
type Episode = { readonly alert: ModelAlert; readonly results: Many };

function occurrencesOfEvents(matches: readonly Match[], rule: string): Occurrence[] {
  const seen = new Map<string, Occurrence>();
  for (const { rule: member, event } of matches) {
    if (member !== rule || seen.has(event.id)) continue;
    const { id, time } = event;
    const valueOf = (field: string) => rules.valueText(event.fields[field]);
    const province = valueOf('gov.locality.code') ?? model.UNKNOWN_LOCALITY;
    const commune = valueOf('gov.locality.commune_code');
    seen.set(id, { member, time, event: id, ident: id, province, commune, valueOf });
  }
  return [...seen.values()];
}

const byTime = (a: Occurrence, b: Occurrence): number =>
  a.time - b.time || (a.event < b.event ? -1 : a.event > b.event ? 1 : 0);

/** Earliest occurrence of each distinct match, by time, then event id. */
function distinct(occurrences: Many): Occurrence[] {
  const seen = new Map<string, Occurrence>();
  for (const o of occurrences.toSorted(byTime)) if (!seen.has(o.ident)) seen.set(o.ident, o);
  return [...seen.values()];
}

/** `risen`: it holds, and is worse than the rule's level says. */
type Verdict = boolean | 'risen';
type Judged = readonly [number, Verdict];
interface Grouping {
  readonly rule: RuleView;
  readonly groupBy: readonly GroupField[];
  readonly optional: boolean;
}
interface Spec extends Grouping {
  readonly span: number;
  /** Matches this far before a satisfying time are the alert's. */
  readonly reach: number;
  /** The group without the values that are looked at. */
  readonly kin?: Grouping;
  readonly counted: (o: Occurrence) => boolean;
  readonly holds: (window: Many, t: number, all: Many, kin: Many) => Verdict;
}

function byGroup(spec: Grouping, occurrences: Many): Map<string, Occurrence[]> {
  const keyed = occurrences.flatMap((o) => {
    const values = spec.groupBy.map(({ fieldOf }) => {
      const field = typeof fieldOf === 'string' ? fieldOf : fieldOf[o.member];
      const values = (field ?? '').split('|').map((f) => o.valueOf(f));
      return values.find((v) => v !== undefined) ?? null;
    });
    if (!spec.optional && values.includes(null)) return [];
    return [[JSON.stringify([spec.rule.ours.national ? '00' : o.province, ...values]), o] as const];
  });
  const groups = Map.groupBy(keyed, ([key]) => key);
  return new Map([...groups].map(([key, list]) => [key, list.map(([, o]) => o)]));
}

function entitiesOf({ rule, groupBy }: Spec, group: Record<string, string>, all: Many) {
  const kinds: RuleView['ours']['entities'] = { ...rules.DEFAULT_ENTITIES, ...rule.ours.entities };
  const found = groupBy.map(({ name, fieldOf }) => {
    const field = typeof fieldOf === 'string' ? fieldOf : (Object.values(fieldOf)[0] ?? name);
    return { kind: kinds[name] ?? kinds[field], value: group[name] };
  });
  for (const field of Object.keys(rule.ours.entities)) {
    if (groupBy.some(({ name }) => name === field)) continue;
    const values = all.toSorted(byTime).map((o) => o.valueOf(field));
    const several = [...new Set(values.filter((v) => v !== undefined))];
    for (const value of several.slice(0, rules.ENTITY_VALUES_MAX))
      found.push({ kind: kinds[field], value });
  }
  const whole = found.filter((e) => e.kind !== undefined && e.value !== undefined);
  const texts = new Set(whole.map((e) => JSON.stringify(e)));
  return [...texts].map((e) => JSON.parse(e) as model.Entity);
}

function levelOf({ level, ours }: RuleView, judged: readonly Judged[], first: number) {
  const usual = rules.isOfficeTime(first) ? (ours.officeHoursLevel ?? level) : level;
  let since = Infinity;
  for (const [t, verdict] of judged) {
    since = verdict === 'risen' ? Math.min(since, t) : Infinity;
    if (ours.rise === undefined || t - since < ours.rise.forMs) continue;
    if (ours.rise.officeHours && !rules.isOfficeTime(t)) continue;
    return model.SEVERITIES.find((s) => s === usual || s === ours.rise?.to) ?? usual;
  }
  return usual;
}

function episodesOf(spec: Spec, key: string, all: Many, kin: Many): Episode[] {
  const { rule } = spec;
  const counted = all.filter((o) => spec.counted(o));
  const within = (o: Occurrence, t: number, span: number) => o.time > t - span && o.time <= t;
  const times = [...new Set(counted.map((o) => o.time))].toSorted((a, b) => a - b);
  const windowAt = (t: number) => all.filter((o) => within(o, t, spec.span));
  const verdicts = times.map((t): Judged => [t, spec.holds(windowAt(t), t, all, kin)]);
  const runs: number[][] = [];
  for (const [t, verdict] of verdicts) {
    if (verdict === false) continue;
    const run = runs.at(-1);
    if (run !== undefined && t - (run.at(-1) as number) < spec.span) run.push(t);
    else runs.push([t]);
  }
  const [province, ...values] = JSON.parse(key) as [string, ...(string | null)[]];
  const group: Record<string, string> = {};
  for (const [i, { name }] of spec.groupBy.entries()) if (values[i]) group[name] = values[i];
  return runs.map((run) => {
    const last = run.at(-1) as number;
    const union = counted.filter((o) => run.some((t) => within(o, t, spec.reach)));
    const first = Math.min(...union.map((o) => o.time));
    const refs = distinct(union).map((o) => ({ event: o.event, time: o.time }));
    const [commune, ...others] = new Set(union.map((o) => o.commune));
    const local = province !== model.CENTRE && others.length === 0 && commune !== undefined;
    const over = verdicts.filter(([t]) => t >= (run[0] as number) && t <= last);
    const alert: ModelAlert = {
      id: model.alertId(rule.id, key, first),
      rule: rule.id,
      level: levelOf(rule, over, first),
      groupKey: key,
      first,
      last,
      count: refs.length,
      evidence: refs.filter((_, i) => i < KEPT || i >= refs.length - KEPT),
      place: local ? { province, commune } : { province },
      entities: entitiesOf(spec, group, union),
    };
    const results = run.map((t): Occurrence => {
      const [at] = counted.filter((o) => o.time === t).toSorted(byTime) as [Occurrence];
      return { ...at, member: rule.id, ident: alert.id, province, valueOf: (f) => group[f] };
    });
    return { alert, results };
  });
}

// Some choice of one match per member, in the rule's order, has times that never go back.
function inOrder(order: readonly string[], window: Many, from: number): boolean {
  const [head, ...rest] = order;
  if (head === undefined) return true;
  const times = window.filter((o) => o.member === head && o.time >= from).map((o) => o.time);
  return times.length > 0 && inOrder(rest, window, Math.min(...times));
}

function measure(c: CorrelationView, window: Many): number {
  if (c.type === 'event_count') return distinct(window).length;
  if (c.type.startsWith('temporal')) return new Set(window.map((o) => o.member)).size;
  const fields = c.field ?? [];
  if (c.type === 'value_count')
    return new Set(window.map((o) => JSON.stringify(fields.map((f) => o.valueOf(f))))).size;
  // Exact, so that no order of adding decides an alert.
  const value = (o: Occurrence) => Number(o.valueOf(fields[0] as string)) * 1e6;
  const numbers = distinct(window).map((o) => BigInt(Math.round(value(o))));
  const sum = Number(numbers.reduce((a, b) => a + b, 0n)) / 1e6;
  if (c.type === 'value_sum') return sum;
  if (c.type === 'value_avg') return sum / numbers.length;
  const share = c.type === 'value_median' ? 50 : (c.percentile ?? 95);
  const sorted = numbers.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return Number(sorted[Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)]) / 1e6;
}

const [DAY, HOUR] = [864e5, 36e5];
// Days by the clock of Viet Nam; a day is sealed 36 hours after its end.
const dayOf = (t: number): number => Math.floor((t + 7 * HOUR) / DAY);
const sealedAt = (t: number): number => dayOf(t - 36 * HOUR) - 1;
/** A group is known to a baseline that was seen so many sealed days ago at most. */
const KNOWN_DAYS = 30;

function aboveBaseline(c: CorrelationView, n: number, t: number, all: Many, own: Many) {
  const { gte, days } = c.ours.baseline ?? { gte: 0, days: 0 };
  const [sealed, oldest] = [sealedAt(t), sealedAt(t) - days + 1];
  const known = (day: number) => day <= oldest && day > sealed - KNOWN_DAYS;
  if (days === 0 || !all.some((o) => known(dayOf(o.time)))) return true;
  const same = own.filter((o) => {
    const back = Math.floor(t / 6e4) - Math.floor(o.time / 6e4);
    const day = dayOf(t) - Math.floor(back / 1440);
    return back % 1440 < Math.ceil(c.timespanMs / 6e4) && day >= oldest && day <= sealed;
  });
  return n >= (gte * same.length) / days;
}

function isNew(c: CorrelationView, t: number, all: Many, kin: Many): boolean {
  const oldest = sealedAt(t) - Math.max(1, Math.round(c.timespanMs / DAY)) + 1;
  const learnt = (o: Occurrence) => dayOf(o.time) >= oldest && dayOf(o.time) <= sealedAt(t);
  return kin.some(learnt) && !all.some(learnt);
}

function correlationSpec(c: CorrelationView, base: readonly string[], reached: number): Spec {
  const { condition, timespanMs, field = [], ours } = c;
  const numeric = c.type.startsWith('value_') && c.type !== 'value_count';
  const members = c.type === 'absence' ? c.rules.slice(0, 1) : c.rules;
  const counted = (o: Occurrence) =>
    members.includes(o.member) &&
    field.every((f) => o.valueOf(f) !== undefined) &&
    (!numeric || Number.isFinite(Number(o.valueOf(field[0] as string)) * 1e6));
  const holds: Spec['holds'] = (window, t, all, kin) => {
    const until = t + timespanMs;
    const answers = (o: Occurrence) => o.member === c.rules[1] && o.time >= t && o.time <= until;
    if (c.type === 'absence') return until < reached && !all.some(answers);
    if (c.type === 'new_value') return isNew(c, t, all, kin.filter(counted));
    const matches = window.filter(counted);
    const order = c.type === 'temporal_ordered' ? rules.orderedMembers(c.rules, condition) : [];
    if (!inOrder(order, matches, -Infinity)) return false;
    if (!('length' in condition))
      return rules.isPresent(condition, (m) => matches.some((o) => o.member === m));
    const n = measure(c, matches);
    if (!rules.compares(condition, n)) return false;
    if (!aboveBaseline(c, n, t, all, all.filter(counted))) return false;
    const { gte = 0, gt = -1 } = ours.ratio ?? {};
    if (ours.ratio === undefined) return true;
    const share = n / distinct(window.filter((o) => base.includes(o.member))).length;
    if (share === Infinity || share < gte || share <= gt) return false;
    return ours.rise === undefined || share < ours.rise.ratioGte ? true : 'risen';
  };
  const { groupBy, optional } = rules.groupingOf(ours, c.groupBy, []);
  const reach = c.type === 'absence' || c.type === 'new_value' ? 1 : timespanMs;
  const spec = { rule: c, span: timespanMs, reach, groupBy, optional, counted, holds };
  if (c.type !== 'new_value') return spec;
  const named = [...groupBy, ...field.map((name) => ({ name, fieldOf: name }))];
  // No value is new for longer than a whole day and the 36 hours after it.
  return { ...spec, span: 60 * HOUR, groupBy: named, kin: { rule: c, groupBy, optional } };
}

function plainSpec(rule: RuleView): Spec {
  const span = rule.ours.suppressMs ?? rules.DEFAULT_SUPPRESS_MS;
  const { groupBy, optional } = rules.groupingOf(rule.ours, undefined, rules.DEFAULT_GROUP);
  return { rule, span, reach: span, groupBy, optional, counted: () => true, holds: () => true };
}

/** The alerts in force when all of `matches` have come. */
export function modelAlerts(set: RuleSetView, matches: readonly Match[], end: Reached) {
  const episodes = <T extends RuleView>(
    rule: T,
    specOf: (rule: T) => Spec,
    occurrences: Many,
    province?: string,
  ): Episode[] => {
    const spec = specOf(rule);
    const { kin = spec } = spec;
    const kins = byGroup(kin, occurrences);
    const own = (rule.byProvince ?? {}) as Record<string, T>;
    return [...byGroup(spec, occurrences)]
      .flatMap(([key, all]) => {
        const parts = (JSON.parse(key) as string[]).slice(0, 1 + kin.groupBy.length);
        const there = own[parts[0] ?? ''];
        if (province !== undefined && parts[0] !== province) return [];
        if (there !== undefined) return [];
        return episodesOf(spec, key, all, kins.get(JSON.stringify(parts)) ?? []);
      })
      .concat(Object.entries(own).flatMap(([p, one]) => episodes(one, specOf, occurrences, p)));
  };
  const ofCorrelation = (c: CorrelationView): Episode[] => {
    const base = c.ours.ratio?.base ?? [];
    const all = [...new Set([...c.rules, ...base])].flatMap((id) => {
      const member = set.correlations.find((other) => other.id === id);
      if (member === undefined) return occurrencesOfEvents(matches, id);
      return ofCorrelation(member).flatMap((e) => e.results);
    });
    return episodes(c, (one) => correlationSpec(one, base, end.reached), all);
  };
  const plain = set.rules.filter((r) => !r.silent && r.ours.recovers.length === 0);
  return [
    ...plain.flatMap((r) => episodes(r, plainSpec, occurrencesOfEvents(matches, r.id))),
    ...set.correlations.filter((c) => !c.silent).flatMap(ofCorrelation),
  ].map(({ alert }) => alert);
}
