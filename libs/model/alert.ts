import type { Event } from './event.ts';
import type { Place } from './locality.ts';

/** Severity, which drives paging (semantics.md, From alert to incident). */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'informational';

/** From the one that pages at once to the one that does not. */
export const SEVERITIES: readonly Severity[] = [
  'critical',
  'high',
  'medium',
  'low',
  'informational',
];

/** One rule met one event. */
export interface Match {
  /** Id of the Sigma rule. */
  readonly rule: string;
  readonly event: Event;
}

/** One matched event as an alert keeps it. */
export interface EvidenceRef {
  readonly event: string;
  readonly time: number;
}

export const ENTITY_KINDS = [
  'address',
  'account',
  'host',
  'service',
  'upstream',
  'source',
  'probe',
  'provider',
  'vendor',
] as const;

export type EntityKind = (typeof ENTITY_KINDS)[number];

/**
 * What an alert is about; alerts of one place that share one are worked together, but for a vendor,
 * which only tells how far an outage reaches.
 */
export interface Entity {
  readonly kind: EntityKind;
  readonly value: string;
}

/**
 * `in_force` unless late evidence moved it (`superseded`: `by` is the alert that stands for it) or
 * undid it (`withdrawn`: `by` is the event).
 */
export type AlertState =
  | { readonly kind: 'in_force' }
  | { readonly kind: 'superseded'; readonly by: string }
  | { readonly kind: 'withdrawn'; readonly by: string };

/**
 * An episode of a rule for one group key (semantics.md, Matching and correlation). Times in ms
 * since the epoch.
 */
export interface Alert {
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly level: Severity;
  /** The group-by fields and their values, in the rule's order. */
  readonly group: Readonly<Record<string, string>>;
  /** Canonical text of rule-independent group values; with rule and `first` it makes the id. */
  readonly groupKey: string;
  readonly first: number;
  readonly last: number;
  /** Distinct matches in all satisfying windows. */
  readonly count: number;
  /** First 20 and last 20 matches by time, then event id. */
  readonly evidence: readonly EvidenceRef[];
  readonly place: Place;
  readonly entities: readonly Entity[];
  /** Its evidence came more than `late.tolerance_s` after it happened. */
  readonly late: boolean;
  readonly state: AlertState;
}

/**
 * The whole alert as it now is; absolute, so applying it twice or out of date order does no harm
 * beyond the last.
 */
export interface AlertChange {
  readonly kind: 'raised' | 'changed' | 'superseded' | 'withdrawn';
  readonly alert: Alert;
}

/** Number of matches kept as evidence at either end of an episode. */
export const EVIDENCE_EACH_END = 20;

/**
 * A rule's sign that trouble is over (`recovers` of a rule): alerts of `rules` with this group key
 * whose `last` is
 * earlier than `time` count as recovered, whichever of the two comes first.
 */
export interface Recovery {
  readonly rules: readonly string[];
  readonly groupKey: string;
  /** When it happened, ms since the epoch. */
  readonly time: number;
  /** Id of the event that says so. */
  readonly event: string;
}

/**
 * Why an alert that exists is kept from people: a maintenance window, a silence of a person, or
 * another alert that stands for it (inhibition: `id` is that alert, `who` the product).
 */
export interface Muted {
  readonly by: 'maintenance' | 'silence' | 'inhibition';
  readonly id: string;
  readonly who: string;
  readonly reason: string;
  /** ms since the epoch; an inhibition lasts as long as the other alert does. */
  readonly until?: number;
  /** It ended and what it held back was over by then, or was not asked for: kept, never raised. */
  readonly over?: boolean;
}

/**
 * Where a batch ends: the id of the spool and the position in it. Positions of two spools do not
 * compare.
 */
export interface BatchMark {
  readonly spool: string;
  readonly position: number;
}

/** What an alert is filed with: a document of kind `alert`. */
export interface AlertRecord {
  readonly alert: Alert;
  /** The incident it belongs to now; absent while it is muted or kept aside. */
  readonly incident?: string;
  readonly muted?: Muted;
  readonly recovered?: { readonly time: number; readonly event: string };
  /** The batch that changed it last; changes of earlier ones of the same spool are repeats. */
  readonly taken?: BatchMark;
}
