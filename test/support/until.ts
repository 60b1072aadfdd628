import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 60_000;

/** For `expect.poll`: what another process or a page will come to, sooner or later. */
export const patience = { timeout: PATIENCE_MS } as const;

/**
 * Asks again and again until the answer is not undefined and gives it back; throws with `what` (and
 * the last error of the asking) when the time is over, which is long: a busy machine is no failure.
 * For what another process does; never for our own timers.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  { timeoutMs = PATIENCE_MS, everyMs = 50 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${timeoutMs} ms in vain until ${what}`, { cause });
    }
    await pause(everyMs);
  }
}
