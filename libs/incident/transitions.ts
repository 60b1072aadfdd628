import type { IncidentStatus } from '#libs/model';

/**
 * Which status a person may set from which (semantics.md, States). `closed` is reached with a
 * verdict and a note only, and left only by `reopen`; the product itself closes as withdrawn or
 * merged, and resolves.
 */
export const TRANSITIONS: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  new: ['acknowledged', 'in_progress', 'waiting_locality', 'waiting_vendor', 'resolved', 'closed'],
  acknowledged: ['in_progress', 'waiting_locality', 'waiting_vendor', 'resolved', 'closed'],
  in_progress: ['acknowledged', 'waiting_locality', 'waiting_vendor', 'resolved', 'closed'],
  waiting_locality: ['in_progress', 'waiting_vendor', 'resolved', 'closed'],
  waiting_vendor: ['in_progress', 'waiting_locality', 'resolved', 'closed'],
  resolved: ['in_progress', 'closed'],
  closed: [],
};

/** The status of an incident that is opened again by a person or because it broke again. */
export const REOPENED: IncidentStatus = 'in_progress';
