import { PermanentError, type Batch, type Clock } from '#libs/model';

import { Handover, type ReaderName, type ReaderState } from './handover.ts';
import { StopSign } from './stop-sign.ts';

/** What a batch says of its place in the spool. */
export type Stretch = Pick<Batch, 'from' | 'to' | 'received'>;

/** Batches in the order of the spool; decoded ones, or what their readers decode. */
export interface BatchSource<B extends Stretch = Batch> {
  /**
   * The batch that starts at position `from`; waits until there is one; `undefined` once closed.
   */
  batchAt(from: number): Promise<B | undefined>;
}

/** First pause after a failure; doubles up to `RETRY_MS_MAX`. */
const RETRY_MS_MIN = 200;
const RETRY_MS_MAX = 10_000;

interface Seat {
  readonly reader: ReaderName;
  position: number;
  received: number;
  parked: number;
  trouble?: { reason: string; since: number; tries: number };
}

/**
 * The handover inside one process: each reader walks the spool by its own position. Readers that
 * are level share
 * decoded batches through the source; one that lags makes the source decode again.
 */
export class EmbeddedHandover<B extends Stretch = Batch> extends Handover<B> {
  readonly #source: BatchSource<B>;
  readonly #clock: Clock;
  readonly #starts: Readonly<Record<ReaderName, number>>;
  readonly #onParked: (reader: ReaderName, batch: B, reason: string) => void;
  readonly #seats = new Map<ReaderName, Seat>();

  /**
   * `starts` is the position each reader has durably taken; `onParked` hears of batches that can
   * never be taken.
   */
  constructor(
    source: BatchSource<B>,
    clock: Clock,
    starts: Readonly<Record<ReaderName, number>>,
    onParked: (reader: ReaderName, batch: B, reason: string) => void,
  ) {
    super();
    this.#source = source;
    this.#clock = clock;
    this.#starts = starts;
    this.#onParked = onParked;
  }

  read(reader: ReaderName, take: (batch: B) => Promise<void>): { stop(): Promise<void> } {
    const seat: Seat = { reader, position: this.#starts[reader], received: 0, parked: 0 };
    this.#seats.set(reader, seat);
    const stop = new StopSign();
    const loop = this.#walk(seat, take, stop);
    return {
      stop: async () => {
        stop.raise();
        await loop;
      },
    };
  }

  states(): readonly ReaderState[] {
    return [...this.#seats.values()].map(({ reader, position, received, parked, trouble }) => ({
      reader,
      position,
      received,
      parked,
      ...(trouble === undefined ? {} : { trouble: { ...trouble } }),
    }));
  }

  async #walk(seat: Seat, take: (batch: B) => Promise<void>, stop: StopSign): Promise<void> {
    while (!stop.raised) {
      const batch = await stop.orElse(this.#source.batchAt(seat.position));
      if (batch === undefined || stop.raised) return;
      const taken = await this.#offer(seat, batch, take, stop);
      if (!taken) return;
      seat.position = batch.to;
      seat.received = batch.received;
    }
  }

  async #offer(
    seat: Seat,
    batch: B,
    take: (batch: B) => Promise<void>,
    stop: StopSign,
  ): Promise<boolean> {
    for (let tries = 1; !stop.raised; tries += 1) {
      try {
        await take(batch);
        delete seat.trouble;
        return true;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (error instanceof PermanentError) {
          seat.parked += 1;
          this.#onParked(seat.reader, batch, reason);
          return true;
        }
        const since = seat.trouble?.since ?? this.#clock.now();
        seat.trouble = { reason, since, tries };
        await stop.orElse(this.#pause(tries));
      }
    }
    return false;
  }

  #pause(tries: number): Promise<void> {
    const ms = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (tries - 1));
    // Real time, not the product's clock: a simulated hour must not turn a retry into a busy loop.
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}
