import type { SenderTally } from '#libs/availability';

import { mergeTallies } from './tallies.ts';

/** Tallies travel to the main thread at most this often. */
const TALLY_MS = 250;

/**
 * Gathers what bodies said about their senders, so that the main thread hears of them a few times a
 * second.
 */
export class TallyPost {
  readonly #send: (tallies: readonly SenderTally[]) => Promise<void>;
  #waiting: SenderTally[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (tallies: readonly SenderTally[]) => Promise<void>) {
    this.#send = send;
  }

  put(tallies: readonly SenderTally[]): void {
    this.#waiting.push(...tallies);
    this.#timer ??= setTimeout(() => void this.flush(), TALLY_MS);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sent = this.#waiting;
    this.#waiting = [];
    if (sent.length > 0) await this.#send(mergeTallies(sent));
  }
}
