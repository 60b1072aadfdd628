import type { IncidentStatus } from '#libs/model';

/** Statuses a person may set from each (libs/incident decides; others are not offered). */
export const NEXT_STATUS: Readonly<Record<IncidentStatus, readonly IncidentStatus[]>> = {
  new: ['in_progress', 'waiting_locality', 'waiting_vendor', 'resolved'],
  acknowledged: ['in_progress', 'waiting_locality', 'waiting_vendor', 'resolved'],
  in_progress: ['waiting_locality', 'waiting_vendor', 'resolved'],
  waiting_locality: ['in_progress', 'waiting_vendor', 'resolved'],
  waiting_vendor: ['in_progress', 'waiting_locality', 'resolved'],
  resolved: ['in_progress'],
  closed: [],
};
