import { describe, expect, it } from 'vitest';

import { HealthBoard } from '#libs/telemetry';

import type { Role } from './options.ts';
import { isNeeded } from './role-needs.ts';

const name = { vi: '', en: '' };

/** Which of these lines, all down, make a role not ready. */
function failing(role: Role): string[] {
  const board = new HealthBoard((line) => isNeeded(role, line));
  const groups = {
    syslog_tcp: 'door',
    spool: 'store',
    stage_handover: 'stage',
    stage_shards: 'stage',
    stage_index: 'stage',
    stage_lag: 'stage',
    books: 'store',
    job_retention: 'job',
  } as const;
  board.add('all', () =>
    Object.entries(groups).map(([id, group]) => ({
      id,
      group,
      state: 'down',
      name,
      text: name,
      figures: {},
    })),
  );
  return board.failing().map(({ id }) => id);
}

describe('the readiness of a role', () => {
  it('hangs on what the role itself needs', () => {
    expect(failing('collector')).toEqual(['syslog_tcp', 'spool']);
    expect(failing('engine')).toEqual(['stage_shards', 'stage_index']);
    expect(failing('server')).toEqual(['books']);
    expect(failing('all')).not.toContain('job_retention');
    expect(failing('all')).toContain('stage_handover');
  });
});
