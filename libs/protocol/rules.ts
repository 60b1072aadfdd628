import type { Severity } from '#libs/model';

import type { Instant, PlaceView, RuleView } from './rest.ts';

/** A rule in the list, with what it needs and what people made of its alerts. */
export interface RuleRowView extends RuleView {
  readonly pack: string | null;
  /** Incidents of 30 days that people judged, and the share judged a false alarm, in percent. */
  readonly judged: number;
  readonly noisePercent: number | null;
  /** Localities with a source that may feed it, and how many of them send now. */
  readonly fed: number;
  readonly fedNow: number;
  /** True when it reads what Tháp Canh itself says of sources and services. */
  readonly fedByUs: boolean;
  readonly exceptions: number;
  readonly health: RuleHealth;
  /** Events that met it, or what it counts, since the start; null where no engine tells. */
  readonly matches: number | null;
  /** Mean time of one evaluation, in microseconds; null until it was measured. */
  readonly costUs: number | null;
}

/** What is first to be known of a rule: whether it can see, and whether people trust it. */
export type RuleHealth = 'ok' | 'off' | 'no_data' | 'silent' | 'partly' | 'noisy';

/** A stated non-match of a rule. */
export interface ExceptionView {
  readonly id: string;
  readonly rule: string;
  readonly where: Readonly<Record<string, readonly string[]>>;
  readonly owner: string;
  readonly reason: string;
  readonly expires: Instant;
  readonly expired: boolean;
  /** Events it held since the start; null where no engine tells. */
  readonly held: number | null;
  readonly locality: PlaceView | null;
}

/** One change of a rule, out of the record. */
export interface RuleChangeView {
  readonly at: Instant;
  readonly who: string;
  readonly what: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** The page of one rule. */
export interface RuleDetailView extends RuleRowView {
  readonly description: string | null;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly falsePositives: readonly string[];
  /** The file it stands in, as text. */
  readonly text: string;
  /** Texts that people gave the file, the oldest first; `text` is the last of them. */
  readonly edits: readonly RuleEditView[];
  /** The text the file has of its own. */
  readonly original: string;
  readonly parameters: RuleParametersView;
  readonly exceptionList: readonly ExceptionView[];
  readonly history: readonly RuleChangeView[];
}

/** A text that somebody gave a rule's file; null: the file's own again. */
export interface RuleEditView {
  readonly number: number;
  readonly at: Instant;
  readonly by: string;
  readonly reason: string;
  readonly text: string | null;
}

/** Values that stand in place of those a rule was written with; null: as written. */
export interface RuleValues {
  readonly level: Severity | null;
  /** What the measure of a correlation is compared with. */
  readonly threshold: number | null;
  readonly timespanS: number | null;
  /** Suppression of a plain rule, in seconds. */
  readonly suppressS: number | null;
  /** Least share of the base, 0 to 1. */
  readonly ratio: number | null;
  /** Times the days before. */
  readonly baseline: number | null;
}

/** What may be set, what holds for all places, and what provinces set for themselves. */
export interface RuleParametersView {
  /** In force for all places. */
  readonly effective: RuleValues;
  readonly centre: RuleValues | null;
  readonly provinces: readonly { readonly locality: PlaceView; readonly values: RuleValues }[];
}

/** Why a rule, or the rules that a correlation counts, met an event or did not. */
export interface WhyView {
  readonly matched: boolean;
  /** Of several members the one that came nearest. */
  readonly reason: MemberWhyView['reason'] | 'off' | 'unknown';
  /** What switched it off. */
  readonly by: 'id' | 'pack' | 'level' | 'logsource' | null;
  readonly members: readonly MemberWhyView[];
}

/** Why a plain rule met an event or did not. */
export interface MemberWhyView {
  readonly rule: string;
  readonly code: string | null;
  readonly title: string;
  readonly reason: 'matched' | 'log_source' | 'condition' | 'exception';
  /** The exception that holds the event. */
  readonly exception: {
    readonly id: string;
    readonly owner: string;
    readonly reason: string;
    readonly expires: Instant;
  } | null;
  /** Log source that the rule asks for, and that of the event, in words. */
  readonly logsource: { readonly asked: string; readonly found: string };
  readonly parts: readonly {
    readonly name: string;
    readonly passed: boolean;
    readonly tests: readonly {
      readonly field: string;
      readonly asked: string;
      readonly found: string | null;
      readonly passed: boolean;
    }[];
  }[];
}

/** What the product makes of a pasted line. */
export interface TrialLineView {
  readonly line: number;
  /** False for a line that no event comes of. */
  readonly event: boolean;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly matched: readonly {
    readonly id: string;
    readonly code: string | null;
    readonly title: string;
  }[];
  readonly why: WhyView | null;
}

export interface TrialView {
  readonly lines: readonly TrialLineView[];
}

/** A pack of imported rules with its versions, the newest last. */
export interface RulePackView {
  readonly name: string;
  readonly current: number;
  readonly enabled: boolean;
  readonly versions: readonly {
    readonly number: number;
    readonly at: Instant;
    readonly by: string;
    readonly from: string;
    readonly rules: number;
    readonly license: string | null;
  }[];
}

/** A stretch of time in which one thing held for a rule at a place. */
export interface LedgerSpanView {
  readonly from: Instant;
  readonly to: Instant;
  readonly state: 'evaluated' | 'reevaluated' | 'blind';
  readonly reasons: readonly (
    | 'engine_down'
    | 'rule_absent'
    | 'no_source'
    | 'sources_silent'
    | 'limit_hit'
  )[];
  /** Sources that were silent although others were not. */
  readonly silent: readonly string[];
  /** Groups evaluated again because late events came. */
  readonly again: number;
  /** Named limits that dropped something, and how much. */
  readonly limits: Readonly<Record<string, number>>;
}

/** Whether a rule could see what it needs, without a gap: `GET /api/v1/ledger`. */
export interface LedgerView {
  readonly rule: string;
  readonly locality: PlaceView;
  readonly from: Instant;
  readonly to: Instant;
  readonly spans: readonly LedgerSpanView[];
}
