/** One body's part of the budget. */
export interface Share {
  taken: number;
}

interface Waiter {
  readonly bytes: number;
  readonly share: Share;
  readonly grant: () => void;
}

/**
 * Bytes that bodies in memory may take together; who comes first is served first. Bodies grow while
 * they are read, so that many half-read ones could wait for each other: one of them at a time may
 * go over the limit and be finished.
 */
export class MemoryBudget {
  readonly #max: number;
  #used = 0;
  /** Who may go over the limit. */
  #over: Share | undefined;
  readonly #waiters: Waiter[] = [];

  constructor(bytesMax: number) {
    this.#max = bytesMax;
  }

  get used(): number {
    return this.#used;
  }

  /** True when somebody waits for bytes. */
  get exhausted(): boolean {
    return this.#waiters.length > 0;
  }

  /** Takes the bytes at once when there is room. */
  tryTake(share: Share, bytes: number): boolean {
    if (share !== this.#over) {
      if (this.#waiters.length > 0 || this.#used + bytes > this.#max) return false;
    }
    this.#add(share, bytes);
    return true;
  }

  /**
   * Takes the bytes as soon as there is room; `aborted` when the signal came first and nothing was
   * taken.
   */
  take(share: Share, bytes: number, signal: AbortSignal): Promise<'taken' | 'aborted'> {
    if (signal.aborted) return Promise.resolve('aborted');
    if (this.tryTake(share, bytes)) return Promise.resolve('taken');
    const { promise, resolve } = Promise.withResolvers<'taken' | 'aborted'>();
    const abort = () => {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      this.#serve();
      resolve('aborted');
    };
    const waiter: Waiter = {
      bytes,
      share,
      grant: () => {
        signal.removeEventListener('abort', abort);
        resolve('taken');
      },
    };
    this.#waiters.push(waiter);
    signal.addEventListener('abort', abort, { once: true });
    this.#serve();
    return promise;
  }

  /** Gives back all that a body has taken. */
  release(share: Share): void {
    if (this.#over === share) this.#over = undefined;
    this.#used -= share.taken;
    share.taken = 0;
    this.#serve();
  }

  #add(share: Share, bytes: number): void {
    share.taken += bytes;
    this.#used += bytes;
  }

  #serve(): void {
    for (;;) {
      const fits = this.#waiters.findIndex(({ share }) => share === this.#over);
      const next = this.#waiters[Math.max(fits, 0)];
      if (next === undefined) return;
      if (fits === -1 && this.#used + next.bytes > this.#max) {
        if (this.#over !== undefined || next.share.taken === 0) return;
        this.#over = next.share;
      }
      this.#waiters.splice(Math.max(fits, 0), 1);
      this.#add(next.share, next.bytes);
      next.grant();
    }
  }
}
