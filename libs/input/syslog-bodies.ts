import type { Clock } from '#libs/model';

import type { DoorCounters } from './counters.ts';
import { FrameBatch } from './frames.ts';
import type { BodySink } from './sink.ts';

/** A batch goes to the spool after this time … */
const FLUSH_MS = 20;
/** … or at this size. */
const FLUSH_BYTES = 262_144;

interface Open {
  readonly batch: FrameBatch;
  readonly received: number;
}

/** What a writer of syslog bodies needs. */
export interface SyslogBodiesNeeds {
  readonly door: 'syslog_udp' | 'syslog_tcp' | 'syslog_tls';
  readonly sink: BodySink;
  readonly clock: Clock;
  readonly counters: DoorCounters;
  readonly inFlightBytesMax: number;
}

/**
 * Gathers the messages of each sender into bodies and puts them into the spool. Syslog has no reply
 * that could be held: what the spool refuses is offered again until there is room, and `pressed`
 * says when nothing more may be taken.
 */
export class SyslogBodies {
  readonly #needs: SyslogBodiesNeeds;
  readonly #open = new Map<string, Open>();
  readonly #stop = new AbortController();
  readonly #writing = new Set<Promise<void>>();
  readonly #onPressure: (pressed: boolean) => void;
  #inFlight = 0;
  #pressed = false;
  #timer: (() => void) | undefined;

  /**
   * `onPressure` hears when the bytes in memory reach their limit and when they are half below it
   * again.
   */
  constructor(needs: SyslogBodiesNeeds, onPressure: (pressed: boolean) => void) {
    this.#needs = needs;
    this.#onPressure = onPressure;
  }

  /** Bytes in memory that are not durable yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get pressed(): boolean {
    return this.#pressed;
  }

  /** Copies one message of a sender. */
  add(peer: string, message: Uint8Array): void {
    const { clock } = this.#needs;
    let open = this.#open.get(peer);
    if (open === undefined) {
      open = { batch: new FrameBatch(), received: clock.now() };
      this.#open.set(peer, open);
      this.#timer ??= clock.after(FLUSH_MS, () => this.flush());
    }
    const before = open.batch.length;
    open.batch.add(message);
    this.#grow(open.batch.length - before);
    if (open.batch.length >= FLUSH_BYTES) {
      this.#open.delete(peer);
      void this.#writeBatch(peer, open);
    }
  }

  /** A body of frames that was gathered elsewhere; resolves when it is durable or dropped. */
  addBody(peer: string, bytes: Uint8Array, messages: number): Promise<void> {
    this.#grow(bytes.length);
    return this.#write(peer, bytes, messages, this.#needs.clock.now());
  }

  /** Sends everything that is gathered on its way. */
  flush(): void {
    this.#timer?.();
    this.#timer = undefined;
    const open = [...this.#open];
    this.#open.clear();
    for (const [peer, each] of open) void this.#writeBatch(peer, each);
  }

  /** Flushes and waits for what the spool takes; what it still refuses is counted as dropped. */
  async stop(): Promise<void> {
    this.flush();
    this.#stop.abort();
    await Promise.all(this.#writing);
  }

  async #writeBatch(peer: string, { batch, received }: Open): Promise<void> {
    await this.#write(peer, batch.bytes(), batch.messages, received);
    batch.forget();
  }

  #write(peer: string, bytes: Uint8Array, messages: number, received: number): Promise<void> {
    const written = this.#append(peer, bytes, messages, received).finally(() => {
      this.#writing.delete(written);
      this.#grow(-bytes.length);
    });
    this.#writing.add(written);
    return written;
  }

  async #append(
    peer: string,
    bytes: Uint8Array,
    messages: number,
    received: number,
  ): Promise<void> {
    const { door, sink, counters } = this.#needs;
    const header = { input: door, format: 'frames', encoding: 'identity', received, peer } as const;
    for (;;) {
      const answer = await sink.append(header, bytes);
      if ('position' in answer) {
        counters.count(door, 'accepted_bodies');
        counters.count(door, 'accepted_events', messages);
        counters.count(door, 'accepted_bytes', bytes.length);
        return;
      }
      const passing = answer.refused !== 'too_large' && answer.refused !== 'closed';
      if (!passing || (await sink.whenRoom(this.#stop.signal)) === 'aborted') {
        counters.count(door, 'dropped_messages', messages, answer.refused);
        return;
      }
    }
  }

  #grow(by: number): void {
    this.#inFlight += by;
    const max = this.#needs.inFlightBytesMax;
    const pressed = this.#pressed ? this.#inFlight > max / 2 : this.#inFlight >= max;
    if (pressed === this.#pressed) return;
    this.#pressed = pressed;
    this.#onPressure(pressed);
  }
}
