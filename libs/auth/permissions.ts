import type { Place, Principal, Role } from '#libs/model';

/** What a role can be allowed; a route names the one it needs. */
export type Permission =
  | 'incidents.read'
  | 'incidents.act'
  | 'alerts.read'
  | 'events.read'
  | 'events.export'
  | 'events.unmask'
  | 'sources.read'
  | 'sources.write'
  | 'localities.read'
  | 'localities.write'
  | 'probes.read'
  | 'probes.write'
  | 'maintenance.read'
  | 'maintenance.write'
  | 'silences.read'
  | 'silences.write'
  | 'deliveries.read'
  | 'rules.read'
  | 'rules.write'
  | 'ledger.read'
  | 'summary.read'
  | 'health.read'
  | 'settings.read'
  | 'settings.write'
  | 'users.read'
  | 'users.write'
  | 'keys.read'
  | 'keys.write'
  | 'record.read'
  | 'session.own';

const READS: readonly Permission[] = [
  'session.own',
  'incidents.read',
  'alerts.read',
  'sources.read',
  'localities.read',
  'probes.read',
  'maintenance.read',
  'silences.read',
  'deliveries.read',
  'rules.read',
  'ledger.read',
  'summary.read',
  'health.read',
];

const ANALYST: readonly Permission[] = [
  ...READS,
  'incidents.act',
  'events.read',
  'events.export',
  'sources.write',
  'probes.write',
  'maintenance.write',
  'silences.write',
];

/** Who may do what, as data; what is not listed is refused. */
export const PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  analyst: new Set(ANALYST),
  locality: new Set([
    ...READS,
    'incidents.act',
    'events.read',
    'maintenance.write',
    'silences.write',
  ]),
  manager: new Set(READS),
  admin: new Set([
    ...ANALYST,
    'localities.write',
    'rules.write',
    'settings.read',
    'settings.write',
    'events.unmask',
    'users.read',
    'users.write',
    'keys.read',
    'keys.write',
    'record.read',
  ]),
};

export function allows(role: Role, permission: Permission): boolean {
  return PERMISSIONS[role]?.has(permission) ?? false;
}

/** A place that no document has: who gets it sees nothing. */
const NOWHERE: Place = { province: 'nowhere' };

/**
 * The place that every read, stream and count of this principal must pass; the one spot where scope
 * is decided. A principal whose place is broken sees nothing.
 */
export function scopeOf(principal: Principal): Place {
  const { province, commune } = principal.scope;
  if (!/^(\d{2}|xx)$/.test(province)) return NOWHERE;
  // Only the centre's own roles see all of it; a locality user entered for `00` by mistake does
  // not.
  if (province === '00' && principal.role === 'locality') return NOWHERE;
  return commune === undefined ? { province } : { province, commune };
}
