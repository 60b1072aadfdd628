/** A speed this near to 1 is the network's jitter, not a simulated clock. */
const REAL_TIME_BAND = 0.25;
/** Two readings closer together than this say nothing about speed. */
const SPAN_MS_MIN = 1_500;

interface Reading {
  readonly server: number;
  readonly local: number;
}

/**
 * The product's time, which is simulated and faster in the demonstration: read from the server's
 * clock frames and
 * carried on at the speed they show. `local` is a monotonic clock in ms.
 */
export class ServerClock {
  readonly #local: () => number;
  #origin: Reading;
  #anchor: Reading | null = null;
  #speed = 1;

  constructor(local: () => number, start: number) {
    this.#local = local;
    this.#origin = { server: start, local: local() };
  }

  /** Milliseconds since the epoch. */
  now = (): number => {
    const since = this.#local() - this.#origin.local;
    return this.#origin.server + since * this.#speed;
  };

  /** A clock frame that has just come. */
  note(server: number): void {
    const reading = { server, local: this.#local() };
    if (this.#anchor === null) this.#anchor = reading;
    const span = reading.local - this.#anchor.local;
    if (span >= SPAN_MS_MIN) {
      const speed = (server - this.#anchor.server) / span;
      this.#speed = Math.abs(speed - 1) < REAL_TIME_BAND || speed <= 0 ? 1 : speed;
      this.#anchor = reading;
    }
    this.#origin = reading;
  }
}
