/** What a rule did since the start. */
export interface RuleCount {
  readonly matches: number;
  /**
   * Mean time of one evaluation by itself, in microseconds, over `samples` events of its log source
   * and others.
   */
  readonly costUs: number;
  readonly samples: number;
}

interface Tally {
  matches: number;
  costMs: number;
  samples: number;
}

/** Counts matches per rule and takes samples of what rules cost. */
export class RuleTally {
  readonly #tallies = new Map<string, Tally>();

  #of(rule: string): Tally {
    let tally = this.#tallies.get(rule);
    if (tally === undefined) {
      tally = { matches: 0, costMs: 0, samples: 0 };
      this.#tallies.set(rule, tally);
    }
    return tally;
  }

  met(rule: string): void {
    this.#of(rule).matches += 1;
  }

  took(rule: string, ms: number): void {
    const tally = this.#of(rule);
    tally.costMs += ms;
    tally.samples += 1;
  }

  /** Forgets rules that are no longer in force. */
  keep(rules: ReadonlySet<string>): void {
    for (const rule of this.#tallies.keys()) if (!rules.has(rule)) this.#tallies.delete(rule);
  }

  counts(): ReadonlyMap<string, RuleCount> {
    const counts = new Map<string, RuleCount>();
    for (const [rule, { matches, costMs, samples }] of this.#tallies) {
      const costUs = samples === 0 ? 0 : (costMs * 1000) / samples;
      counts.set(rule, { matches, costUs, samples });
    }
    return counts;
  }
}
