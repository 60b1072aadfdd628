import type { Origin } from './source.ts';

/** Why a document is not taken; stable words that people's scripts may rely on. */
export type RefusalReason =
  | 'yaml'
  | 'too_large'
  | 'not_a_rule'
  | 'missing_key'
  | 'wrong_type'
  | 'unknown_value'
  | 'unknown_key'
  | 'duplicate_id'
  | 'empty_selection'
  | 'unknown_modifier'
  | 'modifier_order'
  | 'modifier_value'
  | 'placeholder_unresolved'
  | 'regex_invalid'
  | 'regex_not_linear'
  | 'condition'
  | 'unknown_selection'
  | 'legacy_aggregation'
  | 'unknown_rule'
  | 'correlation_cycle'
  | 'correlation'
  | 'filter';

/**
 * A document that is not in force: where, why, and what to write in its place. Line and column
 * count from 1.
 */
export interface Refusal {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly reason: RefusalReason;
  readonly message: string;
  readonly instead?: string;
}

/** Carries a refusal out of the reading of one document; never leaves `compile`. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly reason: RefusalReason;
  readonly at: Origin;
  readonly instead: string | undefined;

  constructor(reason: RefusalReason, at: Origin, message: string, instead?: string) {
    super(message);
    this.reason = reason;
    this.at = at;
    this.instead = instead;
  }
}

/** The refusal that people see. */
export function refusalOf(refused: Refused): Refusal {
  const { line, column } = position(refused.at);
  return {
    file: refused.at.source.file,
    line,
    column,
    reason: refused.reason,
    message: refused.message,
    ...(refused.instead === undefined ? {} : { instead: refused.instead }),
  };
}

/** Line and column from 1 of a place in a source. */
export function position(at: Origin): { line: number; column: number } {
  const { text } = at.source;
  let line = 1;
  let start = 0;
  for (;;) {
    const next = text.indexOf('\n', start);
    if (next < 0 || next >= at.offset) break;
    line++;
    start = next + 1;
  }
  return { line, column: Math.max(0, at.offset - start) + 1 };
}
