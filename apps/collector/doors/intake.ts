import type { IncomingMessage, ServerResponse } from 'node:http';

import {
  inflatedBytesMax,
  Inflater,
  letGo,
  MemoryBudget,
  Repeats,
  type BodySink,
  type DoorCounters,
  type InputLimits,
} from '#libs/input';
import type { BodyHeader, Clock } from '#libs/model';

import { Hold } from './hold.ts';
import { BodyReading } from './read-body.ts';

/** What a door says of a body beside its bytes; the time of receipt is added here. */
export type BodyFacts = Omit<BodyHeader, 'received' | 'input'> & {
  readonly input: 'http' | 'bulk';
};

/** A body is wrong in itself: the same one will always be rejected. */
export type Rejection =
  | 'too_large'
  | 'too_slow'
  | 'inflates_too_far'
  | 'broken_encoding'
  | 'too_many_records'
  | 'too_deep';

export type IntakeOutcome<Counted> =
  | { readonly kind: 'accepted'; readonly counted: Counted; readonly records: number }
  | { readonly kind: 'overload'; readonly why: string }
  | { readonly kind: 'rejected'; readonly reason: Rejection }
  /** The connection is broken: there is nobody to answer. */
  | { readonly kind: 'gone' };

/** Counts the records of a body after inflation. */
export type CountRecords<Counted> = (
  bytes: Buffer,
) => { readonly records: number; readonly counted: Counted } | { readonly reason: Rejection };

export interface IntakeNeeds {
  readonly sink: BodySink;
  readonly clock: Clock;
  readonly limits: InputLimits;
  readonly counters: DoorCounters;
  readonly repeats: Repeats;
}

/** How long a refusal is shown after it. */
const SHOWN_MS = 10_000;

/** The way of an HTTP body from the socket into the spool, the same for every HTTP door. */
export class Intake {
  readonly #needs: IntakeNeeds;
  readonly #budget: MemoryBudget;
  readonly #inflater = new Inflater();
  readonly #stopping = new AbortController();
  #refused = { at: -Infinity, why: 'ok' };

  constructor(needs: IntakeNeeds) {
    this.#needs = needs;
    const { in_flight_bytes_max: inFlight, body_bytes_max: body } = needs.limits;
    // One body must always fit, or it would be held for ever.
    this.#budget = new MemoryBudget(Math.max(inFlight, body));
  }

  /** Bytes of bodies in memory. */
  get inFlight(): number {
    return this.#budget.used;
  }

  /** Why replies are held now, or were refused a moment ago; else `ok`. */
  get state(): string {
    const { sink, clock } = this.#needs;
    if (sink.state !== 'ok') return sink.state;
    if (this.#budget.exhausted) return 'memory_limit';
    const recent = clock.now() - this.#refused.at < SHOWN_MS;
    return recent ? this.#refused.why : 'ok';
  }

  /** True while a body would be held. */
  get refusing(): boolean {
    return this.#needs.sink.state !== 'ok';
  }

  /** Ends every held reply as overload does; from now on nothing is held. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Reads, counts and spools one body; resolves once it is durable or will not be. */
  async accept<Counted>(
    request: IncomingMessage,
    response: ServerResponse,
    facts: BodyFacts,
    count: CountRecords<Counted>,
  ): Promise<IntakeOutcome<Counted>> {
    const { clock, counters, limits } = this.#needs;
    const hold = this.hold(facts.input);
    const reading = new BodyReading(request, { budget: this.#budget, clock, limits }, hold);
    const onClose = () => hold.end();
    response.once('close', onClose);
    try {
      const outcome = await this.#accept(reading, response, facts, count, hold);
      if (outcome.kind === 'rejected')
        counters.count(facts.input, 'rejected_bodies', 1, outcome.reason);
      if (outcome.kind === 'overload') {
        counters.count(facts.input, 'rejected_bodies', 1, outcome.why);
        this.#refused = { at: clock.now(), why: outcome.why };
      }
      if (outcome.kind === 'gone') counters.count(facts.input, 'rejected_bodies', 1, 'client_gone');
      return outcome;
    } finally {
      response.off('close', onClose);
      hold.end();
      reading.release();
      // A reply that does not get out makes us remember the body, which has to be read for that.
      if (response.closed) reading.forget();
      else response.once('close', () => reading.forget());
    }
  }

  /** The time one reply may be held. */
  hold(door: 'http' | 'bulk'): Hold {
    const { clock, limits, counters } = this.#needs;
    const onHeld = () => counters.count(door, 'held_replies');
    return new Hold(clock, limits.hold_ms, this.#stopping.signal, onHeld);
  }

  /** Waits until the spool takes bodies: `ok`, or why it does not when the time is over. */
  async waitForRoom(hold: Hold): Promise<string> {
    const { sink } = this.#needs;
    while (sink.state !== 'ok') {
      const why = sink.state;
      hold.begin();
      if (why === 'closed' || (await sink.whenRoom(hold.signal)) === 'aborted') return why;
    }
    return 'ok';
  }

  async #accept<Counted>(
    reading: BodyReading,
    response: ServerResponse,
    facts: BodyFacts,
    count: CountRecords<Counted>,
    hold: Hold,
  ): Promise<IntakeOutcome<Counted>> {
    const room = await this.waitForRoom(hold);
    if (response.closed) return { kind: 'gone' };
    if (room !== 'ok') return { kind: 'overload', why: room };
    const read = await reading.read();
    if (read.kind === 'gone') return { kind: 'gone' };
    if (read.kind === 'overload') return { kind: 'overload', why: 'memory_limit' };
    if (read.kind !== 'read') return { kind: 'rejected', reason: read.kind };
    const { limits, clock } = this.#needs;
    const bytesMax = inflatedBytesMax(read.bytes.length, limits.body_bytes_max);
    const inflated = await this.#inflater.inflate(read.bytes, facts.encoding, bytesMax);
    if ('reason' in inflated) return { kind: 'rejected', reason: inflated.reason };
    const counted = count(inflated.bytes);
    if (inflated.bytes !== read.bytes) letGo(inflated.bytes);
    if ('reason' in counted) return { kind: 'rejected', reason: counted.reason };
    if (read.bytes.length === 0) return { kind: 'accepted', ...counted };
    const header: BodyHeader = { ...facts, received: clock.now() };
    const stored = await this.#store(header, read.bytes, response, hold);
    if (stored !== 'durable') return { kind: 'overload', why: stored };
    this.#countAccepted(facts.input, counted.records, read.bytes.length);
    return { kind: 'accepted', ...counted };
  }

  #countAccepted(door: 'http' | 'bulk', records: number, bytes: number): void {
    const { counters } = this.#needs;
    counters.count(door, 'accepted_bodies');
    counters.count(door, 'accepted_events', records);
    counters.count(door, 'accepted_bytes', bytes);
  }

  /**
   * `durable`, or why not. Into the spool, unless it is the repeat of one that is there; remembers
   * it when the reply does not get out.
   */
  async #store(
    header: BodyHeader,
    bytes: Buffer,
    response: ServerResponse,
    hold: Hold,
  ): Promise<string> {
    const { repeats, counters, clock } = this.#needs;
    const settled = Promise.withResolvers<boolean>();
    response.once('close', () => {
      if (response.writableFinished) return;
      repeats.remember(Repeats.fingerprint(header, [bytes]), clock.now(), settled.promise);
    });
    // The close came before we listened: the client is gone, its body is still good and it will
    // send it again.
    if (response.closed) {
      repeats.remember(Repeats.fingerprint(header, [bytes]), clock.now(), settled.promise);
    }
    if (repeats.size > 0 && !response.closed) {
      const first = repeats.take(Repeats.fingerprint(header, [bytes]));
      if (first !== undefined && (await first)) {
        counters.count(header.input === 'bulk' ? 'bulk' : 'http', 'repeats');
        settled.resolve(true);
        return 'durable';
      }
    }
    const stored = await this.#append(header, bytes, hold);
    settled.resolve(stored === 'durable');
    return stored;
  }

  async #append(header: BodyHeader, bytes: Buffer, hold: Hold): Promise<string> {
    const { sink } = this.#needs;
    for (;;) {
      const answer = await sink.append(header, bytes);
      if ('position' in answer) return 'durable';
      hold.begin();
      const passing = answer.refused !== 'closed' && answer.refused !== 'too_large';
      if (!passing || (await sink.whenRoom(hold.signal)) === 'aborted') return answer.refused;
    }
  }
}
