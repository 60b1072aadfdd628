/** The dimensions that route a rule. */
export const DIMENSIONS = ['category', 'product', 'service'] as const;

/** How a rule's log source decides which events it meets; the product runs `strict`. */
export type Routing = 'strict' | 'conflict' | 'off';

/** What a rule was written for; an absent dimension takes any. Lower case. */
export interface RuleLogsource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
}

/** True when every dimension that `outer` names is the same in `inner`. */
export function covers(outer: RuleLogsource, inner: RuleLogsource): boolean {
  return DIMENSIONS.every(
    (dimension) => outer[dimension] === undefined || outer[dimension] === inner[dimension],
  );
}
