import type { Decoded } from '#libs/model';

import { asText } from '../fields.ts';

/** Probe results, ours and those of Heartbeat: `{"monitor":{"id","status"},"url":…,"tls":…}`. */
export function readMonitorRecord(into: Decoded): boolean {
  const { fields } = into;
  const id = asText(fields['monitor.id']);
  const status = asText(fields['monitor.status']);
  if (id === undefined || status === undefined) return false;
  fields['event.category'] ??= ['network'];
  fields['event.type'] ??= ['info'];
  fields['event.outcome'] ??= status === 'up' ? 'success' : 'failure';
  if (into.dataset === '') into.dataset = 'heartbeat';
  return true;
}
