import type { IncidentRow, IncidentView } from '#libs/protocol';

/**
 * The row of a whole incident, without alerts, timeline and evidence: the queue keeps thousands of
 * them.
 */
export function rowOf(view: IncidentRow | IncidentView): IncidentRow {
  return {
    id: view.id,
    title: view.title,
    titleEn: view.titleEn,
    severity: view.severity,
    status: view.status,
    verdict: view.verdict,
    scope: view.scope,
    locality: view.locality,
    parent: view.parent,
    children: view.children,
    alerts: view.alerts,
    events: view.events,
    first: view.first,
    last: view.last,
    assignee: view.assignee,
    snoozed: view.snoozed,
    clocks: view.clocks,
    rules: view.rules,
    entity: view.entity,
    late: view.late,
    closedBy: view.closedBy,
    version: view.version,
  };
}
