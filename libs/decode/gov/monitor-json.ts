import type { RecordFamily } from '../json/decoder.ts';

/** Probe results, ours and those of Heartbeat: `{"monitor":{"id","status"},"url":…,"tls":…}`. */
export const monitorRecord: RecordFamily = {
  claims: (fields) =>
    typeof fields['monitor.id'] === 'string' && typeof fields['monitor.status'] === 'string',
  read(into) {
    const { fields } = into;
    fields['event.category'] ??= ['network'];
    fields['event.type'] ??= ['info'];
    fields['event.outcome'] ??= fields['monitor.status'] === 'up' ? 'success' : 'failure';
    if (into.dataset === '') into.dataset = 'heartbeat';
  },
};
