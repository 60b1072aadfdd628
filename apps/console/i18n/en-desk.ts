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
};
