import type { IncidentStatus, Severity } from '#libs/model';

const MINUTE = 60_000;

/**
 * Within which time somebody must have taken an incident, ms; none for the lowest (domain.md §3).
 */
const TAKE_WITHIN_MS: Readonly<Record<Severity, number | null>> = {
  critical: 15 * MINUTE,
  high: 30 * MINUTE,
  medium: 240 * MINUTE,
  low: 1440 * MINUTE,
  informational: null,
};

/**
 * The running deadlines. `sla` runs while nobody took the incident: from its opening, or from now
 * when it just became more severe, so that nobody is late for what was not yet known.
 */
export function clocksOf(
  status: IncidentStatus,
  severity: Severity,
  before: { readonly severity: Severity; readonly clocks: Readonly<Record<string, number>> } | null,
  opened: number,
  now: number,
): Readonly<Record<string, number>> {
  const allowance = TAKE_WITHIN_MS[severity];
  if (status !== 'new' || allowance === null) return {};
  const running = before?.clocks['sla'];
  if (before === null || running === undefined) return { sla: opened + allowance };
  if (before.severity === severity) return { sla: running };
  const raised = allowance < (TAKE_WITHIN_MS[before.severity] ?? Infinity);
  return { sla: raised ? Math.min(running, now + allowance) : opened + allowance };
}
