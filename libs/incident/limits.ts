import type { ScopeLimits } from './scope/recognize.ts';
import type { StormLimits } from './storm.ts';

/**
 * Alerts of one place that share an entity and lie at most this far apart in time (ms) are worked
 * as one.
 */
export const JOIN_GAP_MS = 3_600_000;

/** Named limits of the incident book; what a limit holds back is counted, never lost. */
export interface IncidentLimits extends ScopeLimits, StormLimits {
  readonly joinGapMs: number;
  /** Incidents held open at once; alerts beyond them are stored, kept aside and counted. */
  readonly openMax: number;
  /** Alerts kept in memory after they left every open incident, so that a repeat needs no read. */
  readonly recentAlertsMax: number;
  /** Entries of a timeline; the product's own in the middle give way first and are counted. */
  readonly timelineMax: number;
  readonly entitiesMax: number;
  /** Acts that one incident remembers for undo. */
  readonly actsMax: number;
  /** An act can be undone for this long, ms. */
  readonly undoMs: number;
  /** Changes the feed remembers for a console that comes back. */
  readonly feedMax: number;
  /** Characters of a comment or note. */
  readonly textMax: number;
  /** An incident can be snoozed for this long at most, ms. */
  readonly snoozeMs: number;
  /** Times one step is tried again because another process wrote in between. */
  readonly conflictTries: number;
  /** Alerts of outages that are looked at for how far an outage reaches. */
  readonly signsMax: number;
  /** Alerts of closed incidents that one wide incident counts on with. */
  readonly settledMax: number;
}

export const INCIDENT_LIMITS: IncidentLimits = {
  joinGapMs: JOIN_GAP_MS,
  openMax: 100_000,
  recentAlertsMax: 20_000,
  timelineMax: 500,
  entitiesMax: 50,
  actsMax: 20,
  undoMs: 600_000,
  feedMax: 20_000,
  textMax: 10_000,
  snoozeMs: 7 * 86_400_000,
  conflictTries: 5,
  signsMax: 50_000,
  settledMax: 2_000,
  stormAlertsMax: 500,
  stormWindowMs: 600_000,
  scopeWindowMs: 900_000,
  systemSitesMin: 2,
  provinceThingsMin: 3,
  vendorProvincesMin: 3,
  nationalProvincesMin: 5,
};
