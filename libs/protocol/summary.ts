import type { Severity } from '#libs/model';

import type { IncidentRow, Instant, PlaceView } from './rest.ts';

/**
 * A headline number against the period before; `change` is a difference, `null` when there is
 * nothing to compare with.
 */
export interface Headline {
  readonly value: number | null;
  readonly change: number | null;
  readonly note: Readonly<Record<'vi' | 'en', string>>;
}

/** `GET /api/v1/summary?period=2026-W47`: one printable page for a leader. */
export interface SummaryView {
  readonly period: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly made: Instant;
  readonly scope: PlaceView;
  /** Two sentences. */
  readonly lead: Readonly<Record<'vi' | 'en', string>>;
  readonly incidents: Headline;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  readonly outageMinutes: Headline;
  readonly otpSuccessPercent: Headline;
  readonly acknowledgeMinutesMedian: Headline;
  readonly decisions: readonly Readonly<Record<'vi' | 'en', string>>[];
  readonly top: readonly IncidentRow[];
  readonly localities: readonly {
    readonly code: string;
    readonly name: string;
    readonly sends: boolean;
    readonly incidents: number;
  }[];
  readonly sending: number;
  readonly notSending: number;
  readonly events: number;
  readonly falseAlarmPercent: number | null;
}
