import type {
  Card,
  Entity,
  IncidentStatus,
  Role,
  Scope,
  Severity,
  SourceState,
  TimelineEntry,
  Verdict,
} from '#libs/model';

/** ISO 8601 in UTC with milliseconds. */
export type Instant = string;

/**
 * What a place looks like to people; names come with the codes so that no page needs the register.
 */
export interface PlaceView {
  readonly province: string;
  readonly provinceName: string;
  readonly commune?: string;
  readonly communeName?: string;
}

/** A row of the duty queue (interfaces.md, HTTP). */
export interface IncidentRow {
  readonly id: string;
  readonly title: string;
  readonly titleEn: string;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  readonly verdict: Verdict | null;
  readonly scope: Scope;
  readonly locality: PlaceView;
  readonly parent: string | null;
  /** Incidents that it stands for, also through narrower ones. */
  readonly children: number;
  readonly alerts: number;
  readonly events: number;
  readonly first: Instant;
  readonly last: Instant;
  readonly assignee: string | null;
  /** Out of the queue's sight until then. */
  readonly snoozed: Instant | null;
  readonly clocks: Readonly<Record<string, Instant>>;
  readonly rules: readonly string[];
  readonly entity: string | null;
  readonly late: boolean;
  readonly closedBy: 'person' | 'withdrawn' | 'merged' | null;
  readonly version: number;
}

export interface AlertView {
  readonly id: string;
  readonly rule_id: string;
  readonly rule_code: string | null;
  /** Who wrote the rule, and the licence it stands under; null when nobody says. */
  readonly rule_author: string | null;
  readonly rule_license: string | null;
  readonly title: string;
  readonly level: Severity;
  readonly group: Readonly<Record<string, string>>;
  readonly first: Instant;
  readonly last: Instant;
  readonly count: number;
  readonly locality: PlaceView;
  readonly scope: Scope;
  readonly late: boolean;
  readonly state: 'in_force' | 'superseded' | 'withdrawn';
  readonly by: string | null;
  readonly incident: string | null;
  readonly evidence: readonly { readonly event: string; readonly time: Instant }[];
  /** Only on an alert that is kept from people. */
  readonly muted?: MutedView;
}

/** Who keeps an alert from people and why; `over`: it stays kept although that ended. */
export interface MutedView {
  readonly by: 'maintenance' | 'silence' | 'inhibition';
  readonly id: string;
  readonly who: string;
  readonly reason: string;
  readonly until: Instant | null;
  readonly over: boolean;
}

export interface TimelineView extends Omit<TimelineEntry, 'at' | 'time'> {
  readonly at: Instant;
  readonly time: Instant;
}

/** One step of an incident's playbook, in both languages; who did it and when, if somebody did. */
export interface StepView {
  readonly step: string;
  readonly stepEn: string;
  readonly done: { readonly who: string; readonly at: Instant } | null;
}

/** An incident that stands for others, as one of these names it. */
export interface WiderView {
  readonly id: string;
  readonly title: string;
  readonly titleEn: string;
}

/** What several incidents have in common, and what shows that they are one outage. */
export interface OutageView {
  readonly of: string;
  readonly start: Instant;
  /** When it was first as wide as its scope says. */
  readonly at: Instant;
  readonly reasons: Readonly<Record<'vi' | 'en', readonly string[]>>;
}

/** The incident page. */
export interface IncidentView extends IncidentRow {
  readonly card: Readonly<Record<'vi' | 'en', Card>>;
  readonly playbook: readonly StepView[];
  readonly entities: readonly Entity[];
  readonly alertList: readonly AlertView[];
  /** The wider incident that it is part of, as far as the reader may see it. */
  readonly wider: WiderView | null;
  /** What is part of it, at most 500. */
  readonly parts: readonly IncidentRow[];
  /** Why it stands for others; null when it does not. */
  readonly outage: OutageView | null;
  readonly timeline: readonly TimelineView[];
  /** Newest evidence first, at most 50; masked. */
  readonly evidence: readonly EventView[];
}

/** One event as the search page and evidence show it. `fields` are flat ECS names. */
export interface EventView {
  readonly id: string;
  readonly time: Instant;
  readonly received: Instant;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ListView<T> {
  readonly total: number;
  readonly rows: readonly T[];
  readonly cursor: string | null;
}

/** `seq` is the number of the last change that is in `rows`: subscribe from there. */
export interface IncidentListView extends ListView<IncidentRow> {
  readonly seq: number;
}

/** `POST /api/v1/incidents/ID/ACTION`; `version` is the one the person saw. */
export interface ActionRequest {
  readonly version: number;
  readonly assignee?: string | null;
  readonly text?: string;
  readonly status?: IncidentStatus;
  readonly verdict?: Verdict;
  readonly severity?: Severity;
  /** merge: the incidents that go into this one; split: the alerts that leave it. */
  readonly incidents?: readonly string[];
  readonly alerts?: readonly string[];
  /** snooze: until when; `null` brings it back. */
  readonly until?: Instant | null;
  /** step: its Vietnamese text, and whether it is done. */
  readonly step?: string;
  readonly done?: boolean;
}

export type ActionName =
  | 'acknowledge'
  | 'assign'
  | 'comment'
  | 'status'
  | 'verdict'
  | 'severity'
  | 'merge'
  | 'split'
  | 'reopen'
  | 'snooze'
  | 'step'
  | 'release'
  | 'undo';

/**
 * `scanned` of `total` events of the span were looked at; hundredths for who sees one place only.
 */
export interface SearchView {
  readonly rows: readonly EventView[];
  readonly cursor: string | null;
  readonly complete: boolean;
  readonly scanned: number;
  readonly total: number;
  readonly tookMs: number;
}

export interface HistogramView {
  readonly start: Instant;
  readonly intervalMs: number;
  readonly series: readonly { readonly value: string; readonly counts: readonly number[] }[];
  readonly complete: boolean;
}

export interface TopView {
  readonly field: string;
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly distinct: number;
  readonly sampled: boolean;
  readonly complete: boolean;
}

export interface SourceView {
  readonly id: string;
  readonly name: string;
  readonly kind: string | null;
  readonly locality: PlaceView;
  readonly state: SourceState;
  readonly since: Instant | null;
  readonly lastEvent: Instant | null;
  /** Events in the last hour, and how many nobody understood. */
  readonly eventsHour: number;
  readonly notUnderstoodHour: number;
  readonly skewSeconds: number | null;
  readonly addresses: readonly string[];
  readonly silenceFloorS: number;
}

/** An address that sends and is in no register: one click assigns it. */
export interface UnknownSenderView {
  readonly address: string;
  readonly input: string;
  readonly first: Instant;
  readonly last: Instant;
  readonly events: number;
  readonly sample: string;
}

export interface LocalityView {
  readonly code: string;
  readonly name: string;
  readonly kind: string;
  readonly province: string | null;
  readonly communes: number;
  readonly expected: number;
  readonly sending: number;
  readonly silent: number;
  readonly neverSent: number;
  /** Keys that bring logs without naming a source of the register. */
  readonly unregistered: number;
  readonly servicesDown: number;
  readonly lastEvent: Instant | null;
  readonly openIncidents: number;
}

export interface ProbeView {
  readonly id: string;
  readonly service: string;
  readonly serviceName: string;
  readonly kind: string;
  readonly target: string;
  readonly locality: PlaceView;
  readonly state: 'up' | 'down' | 'unknown' | 'off';
  readonly since: Instant | null;
  readonly lastMs: number | null;
  readonly lastError: string | null;
  readonly uptime24h: number | null;
}

export interface RuleView {
  readonly id: string;
  readonly code: string | null;
  readonly title: string;
  readonly titleVi: string;
  readonly level: Severity;
  readonly kind: string;
  readonly enabled: boolean;
  readonly hits7d: number;
  readonly author: string | null;
  readonly license: string | null;
  readonly file: string;
}

/** One line of the health page; `text` is what a duty officer reads. */
export interface HealthLine {
  readonly id: string;
  readonly group: 'source' | 'door' | 'stage' | 'job' | 'store' | 'machine';
  readonly state: 'ok' | 'degraded' | 'down' | 'off';
  readonly name: Readonly<Record<'vi' | 'en', string>>;
  readonly text: Readonly<Record<'vi' | 'en', string>>;
  readonly figures: Readonly<Record<string, number>>;
}

export interface HealthView {
  readonly at: Instant;
  readonly version: string;
  readonly platform: 'embedded' | 'distributed';
  readonly lagSeconds: number;
  readonly lines: readonly HealthLine[];
}

export interface SessionView {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly scope: PlaceView;
  readonly expires: Instant;
  readonly mustChangePassword: boolean;
}

/** A planned time in which what breaks is held back. */
export interface MaintenanceView {
  readonly id: string;
  readonly locality: PlaceView;
  readonly source: string | null;
  readonly service: string | null;
  readonly from: Instant;
  readonly to: Instant;
  readonly ended: Instant | null;
  readonly reason: string;
  readonly who: string;
}

/** An entry of the record of what people did; `hash` binds it to the one before. */
export interface RecordView {
  /** The process that wrote it; numbers are its own. */
  readonly chain: string;
  readonly seq: number;
  readonly at: Instant;
  readonly who: string;
  readonly what: string;
  readonly target: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly hash: string;
}

/** Whether the record is whole, chain by chain: one for each process that writes it. */
export interface RecordCheckView {
  readonly whole: boolean;
  /** Of the chains that are whole. */
  readonly entries: number;
  readonly chains: readonly {
    readonly chain: string;
    readonly entries: number;
    /** The first entry that does not hold, and why. */
    readonly broken: {
      readonly seq: number;
      readonly reason: 'missing' | 'changed' | 'unlinked' | 'not_the_head' | 'not_as_anchored';
    } | null;
  }[];
}

/** A person whom incidents can be given to. */
export interface PersonView {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly scope: PlaceView;
}

/** A named state of the duty queue; `search` is what stands in its URL. */
export interface SavedViewView {
  readonly id: string;
  readonly name: string;
  readonly search: string;
  /** True when everybody of the owner's place sees it. */
  readonly shared: boolean;
  readonly mine: boolean;
}

/** A person who may sign in. */
export interface UserView {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly scope: PlaceView;
  readonly disabled: boolean;
  readonly lastSignIn: Instant | null;
}

/** A key of a sender or program, without its secret. */
export interface KeyView {
  readonly id: string;
  readonly kind: 'ingest' | 'api';
  readonly name: string;
  readonly scope: PlaceView;
  readonly source: string | null;
  readonly by: string;
  readonly created: Instant;
  readonly expires: Instant | null;
  readonly revoked: Instant | null;
  readonly lastUsed: Instant | null;
}

/** A key just made; `text` is what the sender is given and is shown this once. */
export interface NewKeyView extends KeyView {
  readonly text: string;
}

/** `application/problem+json`; `code` is stable. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly detailVi: string;
  /** Character of a query that is wrong, from 0. */
  readonly at?: number;
  /** The document as it now is, with who changed it, on 409. */
  readonly current?: unknown;
  readonly changedBy?: string;
}
