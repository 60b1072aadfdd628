import type { Routing, RuleLogsource } from './route/logsource.ts';

/** One test of a rule on one event. */
export interface TestOutcome {
  readonly field: string;
  readonly asked: string;
  /** What the event holds there; undefined when it has no such field. */
  readonly found?: string;
  readonly passed: boolean;
}

/**
 * A selection or item of a rule and whether the event passed it; the tests that decided it, a few
 * of many.
 */
export interface PartOutcome {
  readonly name: string;
  readonly passed: boolean;
  readonly tests: readonly TestOutcome[];
}

/** Why a rule met an event or did not. */
export interface Explanation {
  readonly rule: string;
  readonly matched: boolean;
  readonly reason: 'matched' | 'log_source' | 'condition' | 'exception';
  /** The exception that holds the event. */
  readonly exception?: {
    readonly id: string;
    readonly owner: string;
    readonly reason: string;
    readonly expires: number;
  };
  readonly logsource: {
    readonly meets: boolean;
    readonly routing: Routing;
    readonly rule: RuleLogsource;
    readonly event: {
      readonly product: readonly string[];
      readonly service: readonly string[];
      readonly category: readonly string[];
    };
  };
  readonly parts: readonly PartOutcome[];
}
