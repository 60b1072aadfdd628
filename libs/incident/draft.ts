import type { AlertRecord, TimelineEntry } from '#libs/model';

import type { LinkIndex } from './link-index.ts';
import type { Link } from './linking.ts';
import type { IncidentRecord } from './record.ts';
import { isStorm } from './storm.ts';

/** An open incident with the ids of its live alerts. */
export interface OpenIncident {
  readonly record: IncidentRecord;
  readonly version: number;
  readonly members: ReadonlySet<string>;
}

/** What the plan may look at: the book as it stands, and what this step changes. */
export interface PlanInput {
  readonly open: ReadonlyMap<string, OpenIncident>;
  /** Live alerts of open incidents. */
  readonly alerts: Pick<ReadonlyMap<string, AlertRecord>, 'get'>;
  readonly index: LinkIndex;
  /** Closed incidents that changed alerts belong to. */
  readonly closed: ReadonlyMap<string, IncidentRecord>;
  /** The changed alerts as they were, and as they will be (homes still the old ones). */
  readonly before: ReadonlyMap<string, AlertRecord>;
  readonly next: ReadonlyMap<string, AlertRecord>;
  /**
   * Incidents to group anew although nothing of theirs changed: after a crash between two writes.
   */
  readonly loosen: ReadonlySet<string>;
  /** Incidents that name an alert which they do not hold, after such a crash. */
  readonly namedBy: ReadonlyMap<string, string>;
  readonly joinGapMs: number;
}

export type Note = Omit<TimelineEntry, 'at' | 'who'>;

/** Where the alerts go. Keys that begin with `+` stand for incidents that do not exist yet. */
export interface Plan {
  /** New homes of alerts that change theirs. */
  readonly homes: Map<string, string>;
  /** Live alerts of every incident whose membership changes. */
  readonly members: Map<string, Set<string>>;
  /** Incidents that go into another, and which. */
  readonly merged: Map<string, string>;
  readonly withdrawn: Set<string>;
  /** Closed as withdrawn once, now in force again. */
  readonly reopened: Set<string>;
  readonly notes: Map<string, Note[]>;
}

/** A plan in the making. */
export interface Draft extends Plan {
  readonly input: PlanInput;
  /** Untouched incidents that lost something: their alerts are grouped anew. */
  readonly loosened: Set<string>;
  readonly homeless: Set<string>;
  /** Incidents whose superseded alert an alert stands for. */
  readonly heirs: Map<string, Set<string>>;
  readonly reasons: Map<string, Link>;
}

export function liveHome(input: PlanInput, id: string): OpenIncident | undefined {
  const home = input.before.get(id)?.incident ?? input.alerts.get(id)?.incident;
  const open = home === undefined ? undefined : input.open.get(home);
  return open?.members.has(id) === true ? open : undefined;
}

export function currentAlert(input: PlanInput, id: string): AlertRecord | undefined {
  return input.next.get(id) ?? input.alerts.get(id);
}

export function membersOf(draft: Draft, incident: string): Set<string> {
  let members = draft.members.get(incident);
  if (members === undefined) {
    members = new Set(draft.input.open.get(incident)?.members);
    draft.members.set(incident, members);
  }
  return members;
}

export function note(plan: Plan, incident: string, entry: Note): void {
  const notes = plan.notes.get(incident);
  if (notes === undefined) plan.notes.set(incident, [entry]);
  else notes.push(entry);
}

export function noteJoined(draft: Draft, incident: string, record: AlertRecord, link?: Link): void {
  const { alert } = record;
  const reason: Readonly<Record<string, string>> =
    link === undefined
      ? {}
      : isStorm(link.entity)
        ? { reason: 'storm', with: link.alert }
        : { entity: link.entity.kind, value: link.entity.value, with: link.alert };
  note(draft, incident, {
    time: alert.first,
    what: 'alert_joined',
    facts: { alert: alert.id, rule: alert.rule, ...reason },
  });
}
