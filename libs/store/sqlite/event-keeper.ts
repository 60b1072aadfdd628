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

/** Its thread is there only while days are sealed: between, it would hold memory for nothing. */
export function openEventKeeper(folder: string): EventKeeper {
  let calls: ThreadCalls<number, readonly Day[]> | undefined;
  let asked = 0;
  let closed = false;
  const end = async (): Promise<void> => {
    const ended = calls;
    calls = undefined;
    await ended?.close();
  };
  return {
    async sealDue(now) {
      if (closed) throw new Error('the keeper is closed');
      calls ??= new ThreadCalls(import.meta.url, 'keeper-thread', { folder });
      asked++;
      try {
        return await calls.ask(now);
      } finally {
        asked--;
        if (asked === 0) await end();
      }
    },
    async close() {
      closed = true;
      await end();
    },
  };
}
