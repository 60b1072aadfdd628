/** The time of the product: the machine's own, or the simulated time of the demonstration. */
export abstract class Clock {
  /** Milliseconds since the epoch. */
  abstract now(): number;
  /**
   * Calls once after `ms` of this clock's time; the returned function cancels. Never keeps the
   * process alive.
   */
  abstract after(ms: number, call: () => void): () => void;
}

/** The machine's time. */
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  after(ms: number, call: () => void): () => void {
    const timer = setTimeout(call, ms);
    timer.unref();
    return () => clearTimeout(timer);
  }
}

/** Starts at `start` and runs `speed` times as fast as the machine's time from `origin` on. */
export class SimulatedClock extends Clock {
  readonly #start: number;
  readonly #speed: number;
  readonly #origin: number;

  /**
   * `origin` is the machine's time at which the simulated time was `start`; threads share it to
   * agree.
   */
  constructor(start: number, speed: number, origin: number) {
    super();
    this.#start = start;
    this.#speed = speed;
    this.#origin = origin;
  }

  now(): number {
    return Math.round(this.#start + (Date.now() - this.#origin) * this.#speed);
  }

  after(ms: number, call: () => void): () => void {
    const timer = setTimeout(call, ms / this.#speed);
    timer.unref();
    return () => clearTimeout(timer);
  }
}

/** A clock that stands until it is moved; calls become due in order as `advance` passes them. */
export class ManualClock extends Clock {
  #now: number;
  #due: { at: number; call: () => void }[] = [];

  constructor(now: number) {
    super();
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const entry = { at: this.#now + ms, call };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  /** Moves the time on by `ms` and runs what became due, earliest first. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.filter((e) => e.at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((e) => e !== next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = end;
  }
}
