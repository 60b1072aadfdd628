import type { AlertChange, Match, Recovery } from '#libs/model';
import type { RuleSet } from '#libs/sigma';

/**
 * What detection asks of correlation; `createCorrelator` of libs/correlate makes one. Calls must
 * not overlap.
 */
export interface Correlation {
  /**
   * The match with no more of its event than `accept` and `recoveries` read, for a match that has
   * to wait: a whole event that outlives its neighbors is dear to keep.
   */
  slim(match: Match): Match;
  accept(matches: readonly Match[]): Promise<readonly AlertChange[]>;
  advance(received: number): Promise<readonly AlertChange[]>;
  recoveries(matches: readonly Match[]): readonly Recovery[];
  snapshot(): Uint8Array;
  restore(bytes: Uint8Array): void;
  reload(ruleSet: RuleSet): void;
}
