import type { AlertView, Instant, PlaceView } from './rest.ts';

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
