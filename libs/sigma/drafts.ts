import type { Expr } from './expr.ts';
import type { CorrelationDraft } from './read/correlation.ts';
import type { FilterDraft } from './read/filter.ts';
import type { Header } from './read/header.ts';
import type { Refusal } from './refusal.ts';
import type { RuleLogsource } from './route/logsource.ts';
import type { Ours } from './rule-set.ts';

/** A plain rule that was read, before it is known who refers to it. */
export interface RuleDraft extends Header {
  readonly logsource: RuleLogsource;
  readonly ours: Ours;
  readonly condition: Expr;
}

/** A correlation that was read, with its heading. */
export interface CorrelationDocument extends Header {
  readonly ours: Ours;
  readonly draft: CorrelationDraft;
}

/** Everything that was read and not refused so far. */
export interface Drafts {
  readonly rules: RuleDraft[];
  readonly correlations: CorrelationDocument[];
  readonly filters: FilterDraft[];
  readonly refused: Refusal[];
}
