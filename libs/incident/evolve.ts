import type { AlertRecord, Incident, IncidentStatus } from '#libs/model';

import { type ComposeNeeds, nextVersion, withAlerts, withNotes } from './compose.ts';
import { clocksOf } from './deadline.ts';
import type { Note } from './draft.ts';
import { type IncidentRecord, isOpen, SYSTEM } from './record.ts';
import { REOPENED } from './transitions.ts';

/** The record in another status; its deadlines follow. */
export function inStatus(
  record: IncidentRecord,
  status: IncidentStatus,
  needs: ComposeNeeds,
): IncidentRecord {
  const { incident } = record;
  const clocks = clocksOf(status, incident.severity, incident, record.opened, needs.now);
  return { ...record, incident: { ...incident, status, clocks } };
}

/** Closed by the product itself, without a verdict. */
export function closedAs(
  record: IncidentRecord,
  how:
    | { readonly closedBy: 'withdrawn' }
    | { readonly closedBy: 'merged'; readonly parent: string },
  needs: ComposeNeeds,
): IncidentRecord {
  const incident: Incident = { ...inStatus(record, 'closed', needs).incident, ...how };
  const facts: Readonly<Record<string, string>> =
    how.closedBy === 'merged' ? { into: how.parent } : { to: 'closed', reason: 'withdrawn' };
  const what = how.closedBy === 'merged' ? 'merged' : 'status';
  return nextVersion(
    withNotes(
      { ...record, incident, resolvedFrom: null },
      [{ time: needs.now, what, facts }],
      SYSTEM,
      needs,
    ),
    SYSTEM,
    what,
  );
}

/** Open again as new, because what was withdrawn is in force again. */
export function inForceAgain(record: IncidentRecord, needs: ComposeNeeds): IncidentRecord {
  const { closedBy: _closedBy, parent: _parent, ...incident } = record.incident;
  const open = inStatus({ ...record, incident }, 'new', needs);
  const entry: Note = { time: needs.now, what: 'reopened', facts: { reason: 'in_force_again' } };
  return nextVersion(withNotes(open, [entry], SYSTEM, needs), SYSTEM, 'reopened');
}

function severityNote(before: IncidentRecord, after: IncidentRecord, now: number): Note[] {
  const [from, to] = [before.incident.severity, after.incident.severity];
  return from === to ? [] : [{ time: now, what: 'alert_changed', facts: { from, to } }];
}

/**
 * What the changed alerts make of an open incident: its facts, resolved when all of them are over
 * and nobody gave a verdict, opened again when it breaks again.
 */
export function evolve(
  record: IncidentRecord,
  alerts: readonly AlertRecord[],
  joined: boolean,
  needs: ComposeNeeds,
): IncidentRecord {
  const facts = withAlerts(record, alerts, needs);
  const raised = severityNote(record, facts, needs.now);
  const noted = awake(withNotes(facts, raised, SYSTEM, needs), joined || raised.length > 0, needs);
  if (!isOpen(noted) || alerts.length === 0) return noted;
  const over = alerts.every(({ recovered }) => recovered !== undefined);
  const next = { ...noted, over };
  const { status, verdict } = next.incident;
  if (over && !record.over && status !== 'resolved' && verdict === undefined) {
    return resolved(next, recoveredNote(alerts), needs);
  }
  if (over || status !== 'resolved') return next;
  if (next.resolvedFrom !== null) return brokenAgain(next, next.resolvedFrom, needs);
  return joined ? brokenAgain(next, REOPENED, needs) : next;
}

/** What somebody put off comes back when there is more to it than they saw. */
function awake(record: IncidentRecord, more: boolean, needs: ComposeNeeds): IncidentRecord {
  const { snoozed, ...incident } = record.incident;
  if (snoozed === undefined || !more) return record;
  const entry: Note = { time: needs.now, what: 'woken', facts: { reason: 'more' } };
  const next = withNotes({ ...record, incident }, [entry], SYSTEM, needs);
  return nextVersion(next, SYSTEM, 'woken');
}

function recoveredNote(alerts: readonly AlertRecord[]): Note {
  const last = alerts
    .map(({ recovered }) => recovered)
    .filter((recovered) => recovered !== undefined)
    .reduce((a, b) => (b.time > a.time ? b : a));
  return { time: last.time, what: 'recovered', facts: { event: last.event } };
}

/** Resolved by the product; it goes back to where it was when it breaks again. */
export function resolved(record: IncidentRecord, entry: Note, needs: ComposeNeeds): IncidentRecord {
  const next = { ...inStatus(record, 'resolved', needs), resolvedFrom: record.incident.status };
  return nextVersion(withNotes(next, [entry], SYSTEM, needs), SYSTEM, 'recovered');
}

/** In another status, because what was over broke again. */
export function brokenAgain(
  record: IncidentRecord,
  status: IncidentStatus,
  needs: ComposeNeeds,
): IncidentRecord {
  const entry: Note = {
    time: record.incident.last,
    what: 'reopened',
    facts: { reason: 'broke_again', to: status },
  };
  const next = { ...inStatus(record, status, needs), resolvedFrom: null };
  return nextVersion(withNotes(next, [entry], SYSTEM, needs), SYSTEM, 'reopened');
}
