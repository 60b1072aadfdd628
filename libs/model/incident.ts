import type { Entity, Severity } from './alert.ts';
import type { Place } from './locality.ts';

export type IncidentStatus =
  | 'new'
  | 'acknowledged'
  | 'in_progress'
  | 'waiting_locality'
  | 'waiting_vendor'
  | 'resolved'
  | 'closed';

/** `withdrawn` is given only by the product, all others only by a person. */
export type Verdict =
  | 'true_positive'
  | 'false_positive'
  | 'benign'
  | 'duplicate'
  | 'inconclusive'
  | 'collection_fault';

export type ClosedBy = 'person' | 'withdrawn' | 'merged';

export type Scope = 'commune' | 'system' | 'province' | 'vendor' | 'national';

/** What an entry of an incident's timeline can tell. */
export const TIMELINE_ACTS = [
  'opened',
  'alert_joined',
  'alert_changed',
  'alert_superseded',
  'alert_withdrawn',
  'acknowledged',
  'assigned',
  'commented',
  'status',
  'verdict',
  'severity',
  'merged',
  'split',
  'reopened',
  'undone',
  'notified',
  'recovered',
  'snoozed',
  'woken',
  'step',
  'gathered',
  'released',
] as const;

export type TimelineAct = (typeof TIMELINE_ACTS)[number];

/**
 * One entry of an incident's timeline; `at` is when it was recorded, `time` when it happened (ms).
 */
export interface TimelineEntry {
  readonly at: number;
  readonly time: number;
  /** `system` for the product itself. */
  readonly who: string;
  readonly what: TimelineAct;
  /** Facts of the entry by name: old, new, text, alert, reason … */
  readonly facts: Readonly<Record<string, string>>;
}

/** A step of the card that somebody has done; `at` in ms. */
export interface StepDone {
  readonly step: string;
  readonly who: string;
  readonly at: number;
}

/** An incident: alerts that people work as one. Times in ms since the epoch. */
export interface Incident {
  /** `SC-2026-000123`. */
  readonly id: string;
  /** The Vietnamese sentence a person reads first. */
  readonly title: string;
  readonly titleEn: string;
  /** The four lines of semantics.md, in Vietnamese and English. */
  readonly card: Readonly<Record<'vi' | 'en', Card>>;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  readonly verdict?: Verdict;
  readonly closedBy?: ClosedBy;
  readonly scope: Scope;
  readonly place: Place;
  /** The wider incident that it is part of; of one that was merged, the one it went into. */
  readonly parent?: string;
  /** A person took it out of the wider incident: the product does not put it there again. */
  readonly apart?: boolean;
  /** Only on an incident that stands for several others. */
  readonly outage?: OutageFacts;
  readonly assignee?: string;
  /** Out of the queue's sight until then, ms; a new alert brings it back at once. */
  readonly snoozed?: number;
  /** Steps done, in the order they were; by their Vietnamese text. */
  readonly stepsDone?: readonly StepDone[];
  /** Ids of the alerts, earliest first. */
  readonly alerts: readonly string[];
  readonly rules: readonly string[];
  readonly entities: readonly Entity[];
  /** Different events that its alerts in force count together. */
  readonly events: number;
  readonly first: number;
  readonly last: number;
  /** True once a person acted on it; late evidence then never regroups it. */
  readonly touched: boolean;
  readonly late: boolean;
  /** Named running deadlines, ms since the epoch. */
  readonly clocks: Readonly<Record<string, number>>;
  readonly timeline: readonly TimelineEntry[];
  readonly version: number;
}

/**
 * Why several incidents are one outage (semantics.md, One outage, one incident). Times in ms since
 * the epoch.
 */
export interface OutageFacts {
  /** What they have in common: a service of a province, a province, a vendor, an upstream. */
  readonly of: string;
  readonly start: number;
  /** When it was first as wide as its scope says; `proof` lists what showed it then. */
  readonly at: number;
  /** Communes of a system, services and upstreams of a province, else provinces. */
  readonly proof: readonly string[];
  /** All incidents that it takes in, also through narrower ones. */
  readonly covers: readonly string[];
  /** Alerts of outages among theirs. */
  readonly signs: number;
}

/**
 * What a person reads first: what happened, who is affected, three things to do now, whom to call.
 * No field names.
 */
export interface Card {
  readonly what: string;
  readonly who: string;
  readonly steps: readonly string[];
  readonly call: string;
}
