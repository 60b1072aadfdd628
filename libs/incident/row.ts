import type { AlertRecord, Incident, Muted, TimelineEntry } from '#libs/model';
import type {
  AlertView,
  IncidentRow,
  IncidentView,
  MutedView,
  OutageView,
  StepView,
  TimelineView,
} from '#libs/protocol';

import type { PlaceLookup, RuleLookup } from './ports.ts';
import type { IncidentRecord } from './record.ts';
import { nameOf, reasonsOf } from './scope/outage-words.ts';
import { keyOfRoot } from './scope/root-index.ts';

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** What the views need to name rules and places. */
export interface Names {
  readonly rules: RuleLookup;
  readonly places: PlaceLookup;
  /** Who wrote a rule and under which licence it stands, where that is known. */
  readonly credit?: (rule: string) => { readonly author?: string; readonly license?: string };
}

/** An incident as the duty queue shows it. */
export function rowOf({ incident }: Pick<IncidentRecord, 'incident'>, names: Names): IncidentRow {
  return {
    id: incident.id,
    title: incident.title,
    titleEn: incident.titleEn,
    severity: incident.severity,
    status: incident.status,
    verdict: incident.verdict ?? null,
    scope: incident.scope,
    locality: names.places(incident.place),
    parent: incident.parent ?? null,
    children: incident.outage?.covers.length ?? 0,
    alerts: incident.outage?.signs ?? incident.alerts.length,
    events: incident.events,
    first: instant(incident.first),
    last: instant(incident.last),
    assignee: incident.assignee ?? null,
    snoozed: incident.snoozed === undefined ? null : instant(incident.snoozed),
    clocks: Object.fromEntries(
      Object.entries(incident.clocks).map(([name, due]) => [name, instant(due)]),
    ),
    rules: [...new Set(incident.rules.map((rule) => names.rules(rule)?.code ?? rule))],
    entity: incident.entities[0]?.value ?? null,
    late: incident.late,
    closedBy: incident.closedBy ?? null,
    version: incident.version,
  };
}

export function alertView(record: AlertRecord, names: Names): AlertView {
  const { alert } = record;
  const facts = names.rules(alert.rule);
  const { author = null, license = null } = names.credit?.(alert.rule) ?? {};
  return {
    id: alert.id,
    rule_id: alert.rule,
    rule_code: facts?.code ?? null,
    rule_author: author,
    rule_license: license,
    title: facts?.titleVi ?? alert.title,
    level: alert.level,
    group: alert.group,
    first: instant(alert.first),
    last: instant(alert.last),
    count: alert.count,
    locality: names.places(alert.place),
    scope: facts?.scope ?? 'system',
    late: alert.late,
    state: alert.state.kind,
    by: alert.state.kind === 'in_force' ? null : alert.state.by,
    incident: record.incident ?? null,
    evidence: alert.evidence.map(({ event, time }) => ({ event, time: instant(time) })),
    ...(record.muted === undefined ? {} : { muted: mutedView(record.muted) }),
  };
}

function mutedView({ by, id, who, reason, until, over }: Muted): MutedView {
  const end = until === undefined ? null : instant(until);
  return { by, id, who, reason, until: end, over: over === true };
}

/** The steps of the card, then those done that the card no longer names. */
function playbookOf({ card, stepsDone = [] }: Incident): StepView[] {
  const done = new Map(stepsDone.map(({ step, who, at }) => [step, { who, at: instant(at) }]));
  const steps = card.vi.steps.map((step, at) => ({
    step,
    stepEn: card.en.steps[at] ?? step,
    done: done.get(step) ?? null,
  }));
  const gone = stepsDone.filter(({ step }) => !card.vi.steps.includes(step));
  return [
    ...steps,
    ...gone.map(({ step }) => ({ step, stepEn: step, done: done.get(step) ?? null })),
  ];
}

function timelineView(entry: TimelineEntry): TimelineView {
  return { ...entry, at: instant(entry.at), time: instant(entry.time) };
}

function outageView(record: IncidentRecord, names: Names): OutageView | null {
  const { outage } = record.incident;
  const key = keyOfRoot(record);
  if (outage === undefined || key === undefined) return null;
  return {
    of: nameOf(key),
    start: instant(outage.start),
    at: instant(outage.at),
    reasons: reasonsOf(key, outage.proof, names.places),
  };
}

/** The incident page but for its evidence, which lies in the event store. */
export function incidentView(
  record: IncidentRecord,
  alerts: readonly AlertRecord[],
  among: { readonly wider: Incident | undefined; readonly parts: readonly IncidentRecord[] },
  names: Names,
): Omit<IncidentView, 'evidence'> {
  const { incident } = record;
  const { wider, parts } = among;
  return {
    ...rowOf(record, names),
    card: incident.card,
    playbook: playbookOf(incident),
    entities: incident.entities,
    alertList: alerts.map((alert) => alertView(alert, names)),
    wider:
      wider === undefined ? null : { id: wider.id, title: wider.title, titleEn: wider.titleEn },
    parts: parts.map((part) => rowOf(part, names)),
    outage: outageView(record, names),
    timeline: incident.timeline.map(timelineView),
  };
}

/** The keys of a row that differ; absolute values, so applying them twice does no harm. */
export function changedKeys(before: IncidentRow, after: IncidentRow): Partial<IncidentRow> {
  const changed = Object.entries(after).filter(
    ([key, value]) => !sameValue(before[key as keyof IncidentRow], value),
  );
  return Object.fromEntries(changed) as Partial<IncidentRow>;
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}
