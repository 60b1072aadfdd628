import type { Clock } from '#libs/model';

/** So many failures within the window shut a door for a while. Times in ms. */
export interface AttemptLimits {
  readonly failuresMax: number;
  readonly windowMs: number;
  readonly lockMs: number;
  /** Names watched at once; the oldest is forgotten beyond that. */
  readonly namesMax: number;
}

export const ACCOUNT_LIMITS: AttemptLimits = {
  failuresMax: 10,
  windowMs: 900_000,
  lockMs: 900_000,
  namesMax: 20_000,
};

/** Higher than for an account: a whole commune can sit behind one address. */
export const ADDRESS_LIMITS: AttemptLimits = {
  failuresMax: 50,
  windowMs: 900_000,
  lockMs: 900_000,
  namesMax: 20_000,
};

interface Tries {
  since: number;
  failures: number;
  lockedUntil: number;
}

/** Counts attempts by name (account or address) and shuts out who fails too often. */
export interface AttemptLimit {
  /** When the name is let in again, ms; `undefined` when it may try now. */
  lockedUntil(name: string): number | undefined;
  /** Counted before the attempt, so that many at once do not slip through. */
  attempt(name: string): void;
  /** The attempt was no failure after all; earlier ones still count. */
  takeBack(name: string): void;
  /** Forgets every failure of the name. */
  clear(name: string): void;
}

export function createAttemptLimit(clock: Clock, limits: AttemptLimits): AttemptLimit {
  const tries = new Map<string, Tries>();
  return {
    lockedUntil(name) {
      const known = tries.get(name);
      return known !== undefined && known.lockedUntil > clock.now() ? known.lockedUntil : undefined;
    },
    attempt(name) {
      const now = clock.now();
      const known = tries.get(name);
      const fresh =
        known === undefined ||
        now - known.since > limits.windowMs ||
        (known.lockedUntil > 0 && known.lockedUntil <= now);
      const next = fresh ? { since: now, failures: 0, lockedUntil: 0 } : known;
      next.failures += 1;
      if (next.failures >= limits.failuresMax) next.lockedUntil = now + limits.lockMs;
      tries.delete(name);
      tries.set(name, next);
      if (tries.size <= limits.namesMax) return;
      const oldest = tries.keys().next();
      if (oldest.done !== true) tries.delete(oldest.value);
    },
    takeBack(name) {
      const known = tries.get(name);
      if (known === undefined) return;
      known.failures -= 1;
      if (known.failures < limits.failuresMax) known.lockedUntil = 0;
    },
    clear(name) {
      tries.delete(name);
    },
  };
}
