import type {
  AlertRecord,
  Incident,
  IncidentStatus,
  Severity,
  TimelineEntry,
  Verdict,
} from '#libs/model';
import type { ActionName } from '#libs/protocol';
import type { Write } from '#libs/store';

import type { Sign } from './scope/sign.ts';

export const INCIDENT_KIND = 'incident';
export const ALERT_KIND = 'alert';
/** Who acts when nobody does. */
export const SYSTEM = 'system';

/** What an act of a person can change; what undo gives back. */
export interface HumanFields {
  readonly status: IncidentStatus;
  readonly verdict: Verdict | null;
  readonly assignee: string | null;
  readonly closed: Incident['closedBy'] | null;
  readonly severitySet: Severity | null;
  readonly snoozed: number | null;
  /** Taken out of the wider incident that it was part of. */
  readonly apart: boolean;
}

/** Alerts that a merge or split moved: from which incident to which. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly alerts: readonly string[];
  /** State of `from` before a merge closed it. */
  readonly before?: HumanFields;
}

/** One act of a person that can be undone. */
export interface Act {
  readonly who: string;
  readonly action: ActionName;
  readonly at: number;
  readonly before: HumanFields;
  readonly after: HumanFields;
  readonly moves: readonly Move[];
  readonly undone: boolean;
}

/** An incident as it is stored: what people see and what the book needs to go on with it. */
export interface IncidentRecord {
  readonly incident: Incident;
  /** When the product opened it, ms; its deadlines count from here. */
  readonly opened: number;
  /** The severity a person set, over that of the alerts. */
  readonly severitySet: Severity | null;
  /** Status to go back to when what the product took for over breaks again. */
  readonly resolvedFrom: IncidentStatus | null;
  /**
   * Whether all alerts were recovered when it was last looked at; only the turn of it changes the
   * status.
   */
  readonly over: boolean;
  readonly acts: readonly Act[];
  /** Who raised the version last, and by what. */
  readonly changed: { readonly who: string; readonly what: TimelineEntry['what'] };
  readonly timelineDropped: number;
  /** Of one that stands for others: alerts of what people closed meanwhile, which count on. */
  readonly settled?: readonly { readonly sign: Sign; readonly incident: string }[];
}

export function humanFields(record: IncidentRecord): HumanFields {
  const { incident } = record;
  return {
    status: incident.status,
    verdict: incident.verdict ?? null,
    assignee: incident.assignee ?? null,
    closed: incident.closedBy ?? null,
    severitySet: record.severitySet,
    snoozed: incident.snoozed ?? null,
    apart: incident.apart ?? false,
  };
}

/** The incident with its human fields as given; absent ones really absent. */
export function withHumanFields(record: IncidentRecord, fields: HumanFields): IncidentRecord {
  const {
    verdict: _verdict,
    closedBy: _closedBy,
    assignee: _assignee,
    snoozed: _snoozed,
    apart: _apart,
    ...rest
  } = record.incident;
  const incident: Incident = {
    ...rest,
    status: fields.status,
    ...(fields.verdict === null ? {} : { verdict: fields.verdict }),
    ...(fields.closed === null || fields.closed === undefined ? {} : { closedBy: fields.closed }),
    ...(fields.assignee === null ? {} : { assignee: fields.assignee }),
    ...(fields.snoozed === null ? {} : { snoozed: fields.snoozed }),
    // Acts of older builds know nothing of it.
    ...(fields.apart ? { apart: true } : {}),
  };
  const { parent: _parent, ...own } = incident;
  // What is taken out of a wider incident is part of none.
  const placed = fields.apart && fields.closed !== 'merged' ? own : incident;
  return { ...record, incident: placed, severitySet: fields.severitySet };
}

export function isOpen(record: IncidentRecord): boolean {
  return record.incident.status !== 'closed';
}

export function incidentWrite(record: IncidentRecord, expect: number | 'absent'): Write {
  const { incident } = record;
  return {
    kind: INCIDENT_KIND,
    id: incident.id,
    expect,
    body: record,
    place: incident.place,
    order: incident.last,
    keys: {
      open: isOpen(record) ? 'yes' : 'no',
      status: incident.status,
      severity: incident.severity,
      closed: incident.closedBy ?? 'none',
      verdict: incident.verdict ?? 'none',
      assignee: incident.assignee ?? 'none',
      parent: incident.parent ?? 'none',
    },
  };
}

/** `live` alerts are those that count: in force and not muted. */
export function isLive(record: AlertRecord): boolean {
  return record.alert.state.kind === 'in_force' && record.muted === undefined;
}

export function alertWrite(record: AlertRecord, expect: number | 'absent'): Write {
  const { alert } = record;
  return {
    kind: ALERT_KIND,
    id: alert.id,
    expect,
    body: record,
    place: alert.place,
    order: alert.last,
    keys: {
      rule: alert.rule,
      state: alert.state.kind,
      incident: record.incident ?? 'none',
      live: isLive(record) ? 'yes' : 'no',
      muted: record.muted === undefined ? 'no' : record.muted.over === true ? 'over' : 'held',
      muted_by: record.muted?.id ?? 'none',
    },
  };
}

/** Earlier first; equal times by id, so that the order never hangs on arrival. */
export function byFirst(
  a: { readonly first: number; readonly id: string },
  b: { readonly first: number; readonly id: string },
): number {
  return a.first - b.first || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
