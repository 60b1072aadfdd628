import type { Clock } from '#libs/model';

/** The time for which one reply may be held under overload, counted from when its request came. */
export class Hold {
  readonly #clock: Clock;
  readonly #until: number;
  readonly #stopping: AbortSignal;
  readonly #onHeld: () => void;
  #abort: AbortController | undefined;
  #cancel: (() => void) | undefined;

  /** `stopping` ends it at once; `onHeld` hears of it once, when holding begins. */
  constructor(clock: Clock, ms: number, stopping: AbortSignal, onHeld: () => void) {
    this.#clock = clock;
    this.#until = clock.now() + ms;
    this.#stopping = stopping;
    this.#onHeld = onHeld;
  }

  /** Aborts when the time is over; `begin` must have been called. */
  get signal(): AbortSignal {
    return this.#abort?.signal ?? AbortSignal.abort();
  }

  /** The reply waits from now on. */
  begin(): void {
    if (this.#abort !== undefined) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#onHeld();
    const end = () => abort.abort();
    const cancelTimer = this.#clock.after(Math.max(this.#until - this.#clock.now(), 0), end);
    if (this.#stopping.aborted) end();
    this.#stopping.addEventListener('abort', end, { once: true });
    this.#cancel = () => {
      cancelTimer();
      this.#stopping.removeEventListener('abort', end);
    };
  }

  /** The client is gone or answered: nobody waits any more. */
  end(): void {
    this.#cancel?.();
    this.#abort?.abort();
  }
}
