import type { HealthLine } from '#libs/protocol';

import type { Role } from './options.ts';

/** Stages that are another role's work, or that only show how far it has come. */
const NOT_OF_ENGINE = new Set(['stage_handover', 'stage_decode', 'stage_lag']);
const NOT_OF_SERVER = new Set(['spool', 'quarantine', 'stage_checkpoint']);

/**
 * Whether the role is of no use to its callers while this line is down. A collector takes what
 * comes for as long as its spool does, though everything behind it may be away.
 */
export function isNeeded(role: Role, { id, group }: Pick<HealthLine, 'id' | 'group'>): boolean {
  if (group === 'job' || group === 'source') return false;
  if (role === 'collector') return group === 'door' || id === 'spool';
  if (role === 'engine') return group === 'stage' && !NOT_OF_ENGINE.has(id);
  if (role === 'server') return group === 'store' && !NOT_OF_SERVER.has(id);
  return true;
}
