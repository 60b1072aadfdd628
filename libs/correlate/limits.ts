/** Bounds of correlation state; what they drop is counted under the same name in `counters()`. */
export interface CorrelateLimits {
  /** Group keys held at once, all rules together. */
  readonly keysMax: number;
  /** Matches held per group key of one rule; the oldest leave first. */
  readonly matchesPerKeyMax: number;
  /**
   * Matches of a ratio's base, or of what an absence waits for, held per group key; the oldest
   * leave first.
   */
  readonly basePerKeyMax: number;
  /** Keys per rule of which `baseline` or `new_value` remembers the days before. */
  readonly learntKeysMax: number;
  /** Matches are put away this long after they left their window, ms. */
  readonly coldMarginMs: number;
  /** Matches that were taken back stay in memory this long after the last late one, ms. */
  readonly coldRestMs: number;
  /** A match further behind the receipt time reached enters no window, ms. */
  readonly latenessMs: number;
  /** An alert whose last match is further behind the receipt time reached is `late`, ms. */
  readonly lateToleranceMs: number;
}

/** Twelve hours of lateness; state for about a million keys. */
export const DEFAULT_CORRELATE_LIMITS: CorrelateLimits = {
  keysMax: 1_000_000,
  matchesPerKeyMax: 200_000,
  basePerKeyMax: 1_000_000,
  learntKeysMax: 1_000_000,
  coldMarginMs: 900_000,
  coldRestMs: 3_600_000,
  latenessMs: 12 * 3_600_000,
  lateToleranceMs: 600_000,
};

/** What happened since the start, for the metrics page and the ledger. */
export interface CorrelateCounters {
  matches: number;
  repeats: number;
  /** Matches that no group-by value was found for. */
  ungrouped: number;
  /** Matches beyond the lateness bound. */
  too_late: number;
  /** Keys evaluated again because a match came out of order. */
  reevaluated: number;
  keys: number;
  keys_dropped: number;
  matches_dropped: number;
  /** Matches of keys that `baseline` or `new_value` had no room to learn. */
  learnt_dropped: number;
  /** Matches put away since the start, and those taken back. */
  put_away: number;
  taken_back: number;
  /** Times that nothing could be put away. */
  cold_failures: number;
  alerts_raised: number;
}
