import type { Severity } from '#libs/model';

import type { AlertView, Instant, PlaceView } from './rest.ts';
import type { TrialLineView, WhyView } from './rules.ts';

/** What a rule would have said of stored events. */
export interface BacktestReportView {
  /** Events that the store gave, and how many of them met a rule. */
  readonly scanned: number;
  readonly matched: number;
  readonly alerts: number;
  /** Alerts by day (UTC+7, `YYYY-MM-DD`) and locality. */
  readonly counts: readonly {
    readonly day: string;
    readonly locality: PlaceView;
    readonly alerts: number;
  }[];
  /** The first alerts, the earliest first. */
  readonly examples: readonly AlertView[];
  /** False when there were more matches than one run keeps: the newest are in. */
  readonly complete: boolean;
}

/** A backtest that somebody asked for; `progress` from 0 to 1. */
export interface BacktestView {
  readonly id: string;
  /** Id of the rule, as it was asked for. */
  readonly rule: string;
  readonly by: string;
  readonly at: Instant;
  readonly from: Instant;
  readonly to: Instant;
  /** Whose events are looked at. */
  readonly locality: PlaceView;
  /** True when an edited text was tried, not the rule in force. */
  readonly draft: boolean;
  readonly state: 'waiting' | 'running' | 'done' | 'canceled' | 'refused' | 'failed';
  readonly progress: number;
  /** Why it was refused or failed. */
  readonly problems: readonly string[];
  readonly report: BacktestReportView | null;
}

/** How far a window of a correlation is, or was, from its threshold. */
export interface StandingView {
  readonly locality: PlaceView;
  readonly group: Readonly<Record<string, string>>;
  /** The window's end, and how long it is in seconds. */
  readonly at: Instant;
  readonly spanS: number;
  /** Matches in the window. */
  readonly matches: number;
  /** What is compared with the threshold. */
  readonly measured: number;
  readonly needs: readonly {
    readonly op: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';
    readonly value: number;
  }[];
  /** Members of a sequence, and which of them were seen. */
  readonly members: readonly {
    readonly rule: string;
    readonly title: string;
    readonly seen: boolean;
  }[];
  /** The first of these that does not hold; null when all do. */
  readonly lacks:
    | 'threshold'
    | 'members'
    | 'baseline'
    | 'ratio'
    | 'waiting'
    | 'answered'
    | 'known'
    | null;
  readonly ratio: { readonly share: number; readonly gte: number } | null;
  readonly baseline: number | null;
}

/** The windows of a correlation that are nearest to their threshold. */
export interface StandingsView {
  readonly rule: string;
  /** False where no process of this server holds the windows: nothing is known of them here. */
  readonly known: boolean;
  readonly rows: readonly StandingView[];
}

/** Why a rule raised nothing of an event that is stored. */
export interface RuleWhyView {
  readonly rule: string;
  readonly event: string;
  readonly why: WhyView;
  /** Rules that the event does meet. */
  readonly matched: TrialLineView['matched'];
  readonly standings: StandingsView;
}

/** A rule of a pack, in few words. */
export interface PackRuleView {
  readonly id: string;
  readonly title: string;
  readonly level: string;
  readonly file: string;
}

/** Where a text of rules is wrong, and what to write instead; line and column count from 1. */
export interface RuleProblemView {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  readonly message: string;
  readonly instead: string | null;
}

/** What an archive of rules would change; of each kind the first few, and how many there are. */
export interface PackChangeView {
  readonly pack: string;
  /** Version now in force, 0 when there is none; an import names it. */
  readonly current: number;
  readonly files: number;
  readonly rules: number;
  readonly license: string | null;
  readonly unchanged: number;
  readonly added: PackPart<PackRuleView>;
  readonly changed: PackPart<PackRuleView>;
  readonly removed: PackPart<PackRuleView>;
  readonly refused: PackPart<RuleProblemView>;
}

export interface PackPart<T> {
  readonly total: number;
  readonly rows: readonly T[];
}

/** What is switched off for all places; what stands in `on` is on whatever else says off. */
export interface RuleSwitchesView {
  readonly packs: readonly string[];
  readonly levels: readonly Severity[];
  readonly logsources: readonly Readonly<Record<string, string>>[];
  readonly ids: readonly { readonly id: string; readonly title: string }[];
  readonly on: readonly { readonly id: string; readonly title: string }[];
}

/** What is wrong with a text of a rule, and whether the samples beside it still hold. */
export interface RuleCheckView {
  readonly problems: readonly RuleProblemView[];
  /** Null where the file has no samples, or the text was refused. */
  readonly samples: { readonly passed: number; readonly failures: readonly string[] } | null;
}
