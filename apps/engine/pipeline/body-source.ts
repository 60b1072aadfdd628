import type { SenderTally } from '#libs/availability';
import type { BatchSource } from '#libs/handover';
import type { Batch, Clock, Event, Oddity } from '#libs/model';
import type { SpoolBody, SpoolReader } from '#libs/spool';

import type { BodyDecoder, DecodedBody } from '../../collector/pipeline/decode-body.ts';
import { talliesOf } from './tallies.ts';

/** Spooled bytes that are decoded into one batch; about a thousand events of ordinary size. */
export const BATCH_BYTES = 524_288;

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
    for (;;) {
      if ((await this.#reader.wait(from)) === 'ended') return undefined;
      const { bodies, next } = await this.#reader.take(from, BATCH_BYTES);
      const to = Math.min(next, this.#endOf(from));
      const within = bodies.filter(({ position }) => position < to);
      if (to > from) return this.#decodeAll(within, from, to);
    }
  }

  async #decodeAll(bodies: readonly SpoolBody[], from: number, to: number): Promise<Batch> {
    const decoder = this.#decoder();
    const events: Event[] = [];
    let received = 0;
    for (const body of bodies) {
      const decoded = decoder.decode(body, body.next);
      for (const event of decoded.batch.events) events.push(event);
      received = Math.max(received, body.header.received);
      const aside = decoded.setAside ?? decoded.partly ?? rejectedOf(decoded);
      if (aside !== undefined) await this.#setAside(body, aside);
      if (body.position < this.#counted) continue;
      this.#counted = body.next;
      this.counts.bodies += 1;
      this.counts.events += decoded.batch.events.length;
      for (const { oddities, masked } of decoded.sources.values()) {
        this.counts.masked += masked;
        for (const [oddity, times] of oddities) {
          this.counts.oddities.set(oddity, (this.counts.oddities.get(oddity) ?? 0) + times);
        }
      }
      this.#hear(talliesOf(body.header, decoded));
    }
    return { from, to, received, events };
  }

  async #setAside(body: SpoolBody, reason: Oddity): Promise<void> {
    const { position, next, bytes } = body;
    const put = { position, to: next, reason, bytes, at: this.#clock.now() };
    const done = await this.#reader.quarantine.put(put);
    if (done === 'kept') this.counts.setAside += 1;
  }
}

/** Lines over the limit were refused by name: the bytes they came in are kept aside. */
function rejectedOf({ rejected }: DecodedBody): Oddity | undefined {
  return rejected > 0 ? 'line_too_long' : undefined;
}
