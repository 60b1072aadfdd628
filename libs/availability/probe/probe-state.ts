/** What one check found. Times in ms. */
export type ProbeOutcome =
  | { readonly ok: true; readonly at: number; readonly ms: number }
  | { readonly ok: false; readonly at: number; readonly ms: number; readonly error: string };

/** Where a probe stands; runs of failures and successes say down and up. */
export interface ProbeState {
  readonly verdict: 'unknown' | 'up' | 'down';
  /** Since when the verdict holds: the first check of the run that made it, ms since the epoch. */
  readonly since: number | undefined;
  readonly run: { readonly ok: boolean; readonly length: number; readonly first: number };
  readonly lastMs: number | undefined;
  readonly lastError: string | undefined;
}

export const UNPROBED: ProbeState = {
  verdict: 'unknown',
  since: undefined,
  run: { ok: true, length: 0, first: 0 },
  lastMs: undefined,
  lastError: undefined,
};

/**
 * Takes one outcome; `turned` names the verdict when it changed (the first "up" after unknown is no
 * change to tell).
 */
export function takeOutcome(
  state: ProbeState,
  outcome: ProbeOutcome,
  limits: { readonly failures: number; readonly successes: number },
): { readonly state: ProbeState; readonly turned: 'up' | 'down' | undefined } {
  const same = state.run.ok === outcome.ok && state.run.length > 0;
  const run = same
    ? { ...state.run, length: state.run.length + 1 }
    : { ok: outcome.ok, length: 1, first: outcome.at };
  const heard = {
    run,
    lastMs: outcome.ms,
    lastError: outcome.ok ? undefined : outcome.error,
  };
  const verdict = outcome.ok ? 'up' : 'down';
  const needed = outcome.ok ? limits.successes : limits.failures;
  if (state.verdict === verdict || run.length < needed) {
    return { state: { ...state, ...heard }, turned: undefined };
  }
  const turned = state.verdict === 'unknown' && verdict === 'up' ? undefined : verdict;
  return { state: { verdict, since: run.first, ...heard }, turned };
}
