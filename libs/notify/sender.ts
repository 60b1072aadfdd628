import { type Clock, PermanentError, SEVERITIES } from '#libs/model';

import { type Channel, TryLater } from './channel.ts';
import type { Delivery, Outbox } from './outbox.ts';

/** First wait after a failure, longest wait, and when a notice is given up; ms. */
export const RETRY_FIRST_MS = 5000;
const RETRY_MAX_MS = 900_000;
export const GIVE_UP_MS = 86_400_000;
/**
 * More notices than this that are due at once go out as one message, so that a storm does not bury
 * people.
 */
const APART_MAX = 5;
/** Notices that one message tells of. */
const TOGETHER_MAX = 200;

export interface SendFigures {
  readonly sent: number;
  readonly retries: number;
  readonly failed: number;
  /** Outcomes that could not be written down; the notices themselves are not lost. */
  readonly unnoted: number;
}

function bySeverity(a: Delivery, b: Delivery): number {
  const severity = SEVERITIES.indexOf(a.notice.severity) - SEVERITIES.indexOf(b.notice.severity);
  return severity || a.created - b.created;
}

/** Brings what waits in the outbox through its channels, one message per channel at a time. */
export class Sender {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #channels: readonly Channel[];
  readonly #noted: (incident: string, facts: Readonly<Record<string, string>>) => Promise<void>;
  readonly #sending = new Map<string, Promise<void>>();
  readonly #counts = { sent: 0, retries: 0, failed: 0, unnoted: 0 };
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(
    outbox: Outbox,
    clock: Clock,
    channels: readonly Channel[],
    noted: (incident: string, facts: Readonly<Record<string, string>>) => Promise<void>,
  ) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#channels = channels;
    this.#noted = noted;
  }

  /** Gives every idle channel what is due, and comes back when the soonest retry is. */
  pump(): void {
    if (this.#stopped) return;
    this.#cancel?.();
    this.#cancel = undefined;
    const now = this.#clock.now();
    const waiting = Map.groupBy(this.#outbox.waiting.values(), ({ channel }) => channel);
    let soonest = Infinity;
    for (const channel of this.#channels) {
      const all = this.#sending.has(channel.name) ? [] : (waiting.get(channel.name) ?? []);
      const due = all.filter(({ next }) => next <= now).toSorted(bySeverity);
      const [first] = due;
      if (first !== undefined) {
        this.#begin(channel, due.length > APART_MAX ? due.slice(0, TOGETHER_MAX) : [first]);
      }
      for (const { next } of first === undefined ? all : []) soonest = Math.min(soonest, next);
    }
    if (soonest === Infinity) return;
    this.#cancel = this.#clock.after(Math.max(1, soonest - now), () => this.pump());
  }

  #begin(channel: Channel, deliveries: readonly Delivery[]): void {
    const run = this.#send(channel, deliveries).finally(() => {
      this.#sending.delete(channel.name);
      this.pump();
    });
    this.#sending.set(channel.name, run);
  }

  async #send(channel: Channel, chosen: readonly Delivery[]): Promise<void> {
    let deliveries: readonly Delivery[];
    try {
      deliveries = await this.#outbox.claim(chosen);
    } catch (error) {
      // Not known to be ours alone: it is not sent, and tried again.
      await this.#failed(chosen, error);
      return;
    }
    const [first, ...also] = deliveries.map(({ notice }) => notice);
    if (first === undefined) return;
    try {
      await channel.send(first, also);
    } catch (error) {
      await this.#failed(deliveries, error);
      return;
    }
    this.#counts.sent += deliveries.length;
    try {
      await this.#outbox.sent(deliveries);
    } catch (error) {
      // Sent, but not written down: it may go out once more, never be forgotten.
      await this.#failed(deliveries, error);
      return;
    }
    await this.#note(deliveries, { result: 'sent' });
  }

  /** The delivery log is what counts; a timeline without the entry is counted and gone on from. */
  async #note(
    deliveries: readonly Delivery[],
    outcome: Readonly<Record<string, string>>,
  ): Promise<void> {
    try {
      for (const { notice, channel } of deliveries) {
        await this.#noted(notice.incident, { channel, kind: notice.kind, ...outcome });
      }
      await this.#outbox.refill();
    } catch {
      this.#counts.unnoted += 1;
    }
  }

  async #failed(deliveries: readonly Delivery[], error: unknown): Promise<void> {
    const now = this.#clock.now();
    const reason = error instanceof Error ? error.message : String(error);
    const asked = error instanceof TryLater ? error.waitMs : 0;
    const tries = Math.max(...deliveries.map((delivery) => delivery.tries));
    const longest = Math.min(RETRY_FIRST_MS * 2 ** tries, RETRY_MAX_MS);
    // Half of it by chance, so that many senders do not come back at the same moment.
    const next = now + Math.max(asked, longest * (0.5 + Math.random() / 2));
    const hopeless = ({ created }: Delivery): boolean =>
      error instanceof PermanentError || next - created > GIVE_UP_MS;
    const given = deliveries.filter(hopeless);
    this.#counts.failed += given.length;
    this.#counts.retries += deliveries.length - given.length;
    try {
      await this.#outbox.failed(deliveries, reason, (one) => (hopeless(one) ? undefined : next));
    } catch {
      // They wait in memory all the same, and as they were in the documents.
      this.#counts.unnoted += 1;
    }
    await this.#note(given, { result: 'failed', reason });
  }

  async idle(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending.values());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.idle();
    await Promise.all(this.#channels.map((channel) => channel.close()));
  }

  figures(): SendFigures {
    return { ...this.#counts };
  }
}
