import type { SenderTally } from '#libs/availability';
import type { BatchSource } from '#libs/handover';
import type { Batch, Clock, Event, Oddity } from '#libs/model';
import type { SpoolBody, SpoolReader } from '#libs/spool';

import type { BodyDecoder, BodyOutcome } from '../../collector/pipeline/decode-body.ts';
import { talliesOf } from './tallies.ts';

/** Spooled bytes that are decoded into one batch; about a thousand events of ordinary size. */
export const BATCH_BYTES = 524_288;

/** Bodies of the spool that make a batch, as they were accepted. */
export interface SpooledBatch extends Omit<Batch, 'events'> {
  readonly bodies: readonly SpoolBody[];
}

/** A body that could not be read, wholly or in part, and why. */
export interface Aside {
  readonly body: SpoolBody;
  readonly reason: Oddity;
}

/** What was counted since the last asking. */
export interface DecodeCounts {
  bodies: number;
  events: number;
  masked: number;
  setAside: number;
  readonly oddities: Map<Oddity, number>;
}

/** Bodies of the spool as batches of events: what is between the spool and the handover. */
export class BodySource implements BatchSource {
  readonly #reader: SpoolReader;
  readonly #decoder: () => BodyDecoder;
  readonly #clock: Clock;
  readonly #hear: (tallies: readonly SenderTally[]) => void;
  readonly #endOf: (from: number) => number;
  readonly counts: DecodeCounts = {
    bodies: 0,
    events: 0,
    masked: 0,
    setAside: 0,
    oddities: new Map(),
  };
  /**
   * Up to here bodies were counted; what a lagging reader makes us decode again is not counted
   * twice.
   */
  #counted = 0;

  /**
   * `decoder` gives the one under the settings in force; `hear` gets what each body said about its
   * senders; `endOf`
   * says where the batch that starts somewhere has to end at the latest, at the end of a body.
   */
  constructor(
    reader: SpoolReader,
    decoder: () => BodyDecoder,
    clock: Clock,
    hear: (tallies: readonly SenderTally[]) => void,
    endOf: (from: number) => number = () => Infinity,
  ) {
    this.#reader = reader;
    this.#decoder = decoder;
    this.#clock = clock;
    this.#hear = hear;
    this.#endOf = endOf;
  }

  async batchAt(from: number): Promise<Batch | undefined> {
    const spooled = await this.spooledAt(from);
    if (spooled === undefined) return undefined;
    const events: Event[] = [];
    const aside = this.decode(spooled, (event) => events.push(event));
    await this.setAside(aside);
    const { to, received } = spooled;
    return { from, to, received, events };
  }

  /** The batch that starts at `from`, waiting for it; `undefined` once closed. */
  async spooledAt(from: number): Promise<SpooledBatch | undefined> {
    for (;;) {
      if ((await this.#reader.wait(from)) === 'ended') return undefined;
      const { bodies, next } = await this.#reader.take(from, BATCH_BYTES);
      const to = Math.min(next, this.#endOf(from));
      if (to <= from) continue;
      const within = bodies.filter(({ position }) => position < to);
      const received = within.reduce((most, { header }) => Math.max(most, header.received), 0);
      return { from, to, received, bodies: within };
    }
  }

  /**
   * Gives every event of the batch to `visit`, whose errors come through. Returns what could not be
   * read and is to be `setAside` before the batch counts as taken.
   */
  decode({ bodies }: SpooledBatch, visit: (event: Event) => void): readonly Aside[] {
    const decoder = this.#decoder();
    const aside: Aside[] = [];
    for (const body of bodies) {
      const outcome = decoder.each(body, visit);
      const reason = outcome.setAside ?? outcome.partly ?? rejectedOf(outcome);
      if (reason !== undefined) aside.push({ body, reason });
      if (body.position >= this.#counted) this.#count(body, outcome);
    }
    return aside;
  }

  /** Resolves when the bodies are kept as they are. */
  async setAside(aside: readonly Aside[]): Promise<void> {
    for (const { body, reason } of aside) {
      const { position, next, bytes } = body;
      const put = { position, to: next, reason, bytes, at: this.#clock.now() };
      const done = await this.#reader.quarantine.put(put);
      if (done === 'kept') this.counts.setAside += 1;
    }
  }

  #count(body: SpoolBody, outcome: BodyOutcome): void {
    this.#counted = body.next;
    this.counts.bodies += 1;
    this.counts.events += outcome.events;
    for (const { oddities, masked } of outcome.sources.values()) {
      this.counts.masked += masked;
      for (const [oddity, times] of oddities) {
        this.counts.oddities.set(oddity, (this.counts.oddities.get(oddity) ?? 0) + times);
      }
    }
    this.#hear(talliesOf(body.header, outcome));
  }
}

/** Lines over the limit were refused by name: the bytes they came in are kept aside. */
function rejectedOf({ rejected }: BodyOutcome): Oddity | undefined {
  return rejected > 0 ? 'line_too_long' : undefined;
}
