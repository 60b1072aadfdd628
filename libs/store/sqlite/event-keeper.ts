import type { Day } from './days.ts';
import { ThreadCalls } from './thread-calls.ts';

/**
 * Seals days that are over, from a thread of its own; the days stay readable and writable
 * meanwhile.
 */
export interface EventKeeper {
  /**
   * Seals the days that ended 36 h before `now` (ms since the epoch) or earlier and are not sealed,
   * oldest first, and says which. What fails for one day is thrown after the others were tried.
   */
  sealDue(now: number): Promise<readonly Day[]>;
  /** Ends the thread; a sealing under way stops at its next step. */
  close(): Promise<void>;
}

export function openEventKeeper(folder: string): EventKeeper {
  const calls = new ThreadCalls<number, readonly Day[]>(import.meta.url, 'keeper-thread', {
    folder,
  });
  return { sealDue: (now) => calls.ask(now), close: () => calls.close() };
}
