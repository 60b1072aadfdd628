import type { viDesk } from './vi-desk.ts';

/** English of what stands around the duty queue. */
export const enDesk: typeof viDesk = {
  groups: {
    by: 'Group by',
    none: 'No groups',
    kinds: { rule: 'Rule', locality: 'Locality', entity: 'Entity', owner: 'Owner' },
    noRule: 'No rule',
    noEntity: 'No entity',
    select: (name, n) => `Select the ${n} incidents of ${name}`,
  },
  escalate: {
    waiting_locality: 'The local unit handles it',
    waiting_vendor: 'The vendor handles it',
    severity: (severity) => `Raise to ${severity}`,
    note: 'What they should do, and whom you told',
    hint: 'At least 10 characters · Ctrl+Enter hands it on',
  },
  snooze: {
    hours: (n) => (n === '1' ? '1 hour' : `${n} hours`),
    until: (time) => `Until ${time}`,
    own: 'Until another time',
    note: 'Why it can wait (optional)',
    hint: 'Deadlines run on. A new alert or a near deadline brings it back by itself.',
    putOff: (time) => `Snoozed until ${time}`,
  },
  playbook: {
    none: 'This incident has no playbook.',
    progress: (done, all) => `${done} of ${all} steps done`,
    doneBy: (who, time) => `${who} · ${time}`,
  },
};
