import type { Event } from '#libs/model';

import type { ParkReason } from '../parked.ts';
import { backoffMs } from './backoff.ts';
import { outcomeOf, wholeOutcome, type BulkItem } from './bulk-outcome.ts';
import { errorOf, type Reply } from './connection.ts';
import { joined, type Slice } from './line-buffer.ts';

/** Bulk requests under way at once; more only fill the node's queue. */
const BULKS_MAX = 4;
/** A request is sent once it would hold so many bytes or documents, or after the wait. */
const BULK_BYTES = 3_000_000;
const BULK_DOCUMENTS = 5_000;
const BULK_WAIT_MS = 10;
/** Bytes held for documents that are not stored yet; who brings more waits. */
const HELD_BYTES_MAX = 64_000_000;

/** A document on its way to its index; the slice is its lines of a bulk request. */
export interface BulkEntry extends Slice {
  readonly index: string;
  readonly event: Event;
}

/** One that will not be stored now, and why. */
export interface Aside {
  readonly entry: BulkEntry;
  readonly reason: Extract<ParkReason, 'refused' | 'blocked'>;
  readonly detail: string;
}

/** What the writer needs of the world; whatever rejects is tried again. */
export interface BulkNeeds {
  send(lines: Buffer): Promise<Reply<{ readonly items?: readonly BulkItem[] }>>;
  /** Resolves once the index is there. */
  ensureIndex(index: string): Promise<void>;
  /** The index was expected and is not there. */
  indexMissing(index: string): void;
}

export interface BulkCounts {
  readonly stored: number;
  readonly repeats: number;
  /** Documents sent again, and those of them that the node refused for its queue (429). */
  readonly retried: number;
  readonly rejected: number;
  readonly requests: number;
  /** ms that answered requests took, all together. */
  readonly requestMs: number;
  /** Bytes of documents not yet stored. */
  readonly heldBytes: number;
  /** Set while nothing gets through: why, and how often in a row. */
  readonly trouble?: { readonly reason: string; readonly tries: number };
}

/** Keeps aside what cannot be stored; resolves once that is durable. */
export type SetAside = (asides: readonly Aside[]) => Promise<void>;

interface Ticket {
  readonly setAside: SetAside;
  left: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface Waiting {
  readonly entry: BulkEntry;
  readonly ticket: Ticket;
  /** Whether an earlier try may have stored it without an answer. */
  maybe: boolean;
}

/**
 * Sends documents in bulk requests until each is stored or set aside, however long that takes:
 * every one has an id, so that sending it again changes nothing.
 */
export class BulkWriter {
  readonly #needs: BulkNeeds;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #heldBytes = 0;
  #underWay = 0;
  #failures = 0;
  #pausedUntil = 0;
  #trouble = '';
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #roomWaiters: (() => void)[] = [];
  readonly #sums = { stored: 0, repeats: 0, retried: 0, rejected: 0, requests: 0, requestMs: 0 };

  constructor(needs: BulkNeeds) {
    this.#needs = needs;
  }

  /** Resolves once every entry is stored or durably set aside; rejects when closed before. */
  async put(entries: readonly BulkEntry[], setAside: SetAside): Promise<void> {
    if (entries.length === 0) return;
    while (this.#heldBytes > HELD_BYTES_MAX && !this.#closed) {
      await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
    }
    if (this.#closed) throw new Error('the event store is closed');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const ticket: Ticket = { setAside, left: entries.length, resolve, reject };
    for (const entry of entries) {
      this.#heldBytes += sizeOf(entry);
      this.#queuedBytes += sizeOf(entry);
      this.#queue.push({ entry, ticket, maybe: false });
    }
    this.#pump();
    return promise;
  }

  counts(): BulkCounts {
    const trouble =
      this.#failures > 0 ? { reason: this.#trouble, tries: this.#failures } : undefined;
    return {
      ...this.#sums,
      heldBytes: this.#heldBytes,
      ...(trouble === undefined ? {} : { trouble }),
    };
  }

  /** What is not stored by now is left to whoever brought it. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    const error = new Error('the event store is closed');
    for (const { ticket } of this.#queue) ticket.reject(error);
    this.#queue = [];
    for (const go of this.#roomWaiters.splice(0)) go();
  }

  #pump(): void {
    if (this.#closed) return;
    const pause = this.#pausedUntil - performance.now();
    if (pause > 0) {
      this.#wakeIn(pause);
      return;
    }
    while (this.#underWay < BULKS_MAX && this.#isFull()) void this.#sendNext();
    // Full ones go at once; a part waits a little for company.
    if (this.#queue.length > 0 && this.#underWay < BULKS_MAX) this.#wakeIn(BULK_WAIT_MS, true);
  }

  #isFull(): boolean {
    return this.#queuedBytes >= BULK_BYTES || this.#queue.length >= BULK_DOCUMENTS;
  }

  #wakeIn(ms: number, send = false): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const isPaused = this.#pausedUntil > performance.now();
      if (send && !isPaused && this.#queue.length > 0 && this.#underWay < BULKS_MAX) {
        void this.#sendNext();
      }
      this.#pump();
    }, ms);
  }

  #takeNext(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && count < BULK_DOCUMENTS) {
      const length = sizeOf(this.#queue[count]?.entry);
      if (count > 0 && bytes + length > BULK_BYTES) break;
      bytes += length;
      count += 1;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  async #sendNext(): Promise<void> {
    const waiting = this.#takeNext();
    this.#underWay += 1;
    try {
      await this.#send(waiting);
    } finally {
      this.#underWay -= 1;
      this.#pump();
    }
  }

  async #send(waiting: readonly Waiting[]): Promise<void> {
    try {
      const indices = new Set(waiting.map(({ entry }) => entry.index));
      await Promise.all([...indices].map((index) => this.#needs.ensureIndex(index)));
    } catch (error) {
      this.#again(waiting, textOf(error));
      return;
    }
    const start = performance.now();
    let reply: Awaited<ReturnType<BulkNeeds['send']>>;
    try {
      reply = await this.#needs.send(joined(waiting.map(({ entry }) => entry)));
    } catch (error) {
      for (const one of waiting) one.maybe = true;
      this.#again(waiting, textOf(error));
      return;
    }
    this.#sums.requests += 1;
    this.#sums.requestMs += performance.now() - start;
    if (reply.status === 200 && reply.body.items?.length === waiting.length) {
      await this.#settle(waiting, reply.body.items);
    } else await this.#wholeFailed(waiting, reply);
  }

  async #wholeFailed(waiting: readonly Waiting[], reply: Reply<unknown>): Promise<void> {
    const { type, reason } = errorOf(reply.body);
    const detail = `${reply.status} ${type}: ${reason}`;
    if (wholeOutcome(reply.status, reply.body) === 'again') {
      for (const one of waiting) one.maybe = reply.status >= 500 || reply.status === 200;
      if (reply.status === 429) this.#sums.rejected += waiting.length;
      this.#again(waiting, detail);
    } else if (waiting.length > 1) {
      const middle = Math.ceil(waiting.length / 2);
      await this.#send(waiting.slice(0, middle));
      await this.#send(waiting.slice(middle));
    } else
      await this.#aside(
        waiting,
        waiting.map(() => ({ reason: 'refused', detail })),
      );
  }

  async #settle(waiting: readonly Waiting[], items: readonly BulkItem[]): Promise<void> {
    const again: Waiting[] = [];
    const aside: Waiting[] = [];
    const reasons: Pick<Aside, 'reason' | 'detail'>[] = [];
    let detail = '';
    for (const [at, one] of waiting.entries()) {
      const outcome = outcomeOf(items[at]);
      if (outcome.kind === 'stored') this.#stored(one, 'stored');
      else if (outcome.kind === 'repeat') this.#stored(one, one.maybe ? 'stored' : 'repeats');
      else if (outcome.kind === 'refused' || outcome.kind === 'blocked') {
        aside.push(one);
        reasons.push({ reason: outcome.kind, detail: outcome.detail });
      } else {
        if (outcome.kind === 'index_missing') this.#needs.indexMissing(one.entry.index);
        else if (outcome.rejected) this.#sums.rejected += 1;
        detail = outcome.detail;
        again.push(one);
      }
    }
    if (again.length < waiting.length) this.#failures = 0;
    if (again.length > 0) this.#again(again, detail);
    if (aside.length > 0) await this.#aside(aside, reasons);
  }

  async #aside(
    waiting: readonly Waiting[],
    reasons: readonly Pick<Aside, 'reason' | 'detail'>[],
  ): Promise<void> {
    for (const [ticket, places] of Map.groupBy(waiting.keys(), (at) => waiting[at]?.ticket)) {
      const ones = places.flatMap((at) => waiting[at] ?? []);
      const asides = places.flatMap((at) => {
        const [one, why] = [waiting[at], reasons[at]];
        return one === undefined || why === undefined ? [] : [{ entry: one.entry, ...why }];
      });
      try {
        await ticket?.setAside(asides);
        for (const one of ones) this.#release(one);
      } catch (error) {
        this.#again(ones, textOf(error));
      }
    }
  }

  #stored(one: Waiting, count: 'stored' | 'repeats'): void {
    this.#sums[count] += 1;
    this.#release(one);
  }

  #release({ entry, ticket }: Waiting): void {
    this.#heldBytes -= sizeOf(entry);
    ticket.left -= 1;
    if (ticket.left === 0) ticket.resolve();
    if (this.#heldBytes <= HELD_BYTES_MAX) this.#roomWaiters.shift()?.();
  }

  #again(waiting: readonly Waiting[], detail: string): void {
    if (this.#closed) {
      for (const { ticket } of waiting) ticket.reject(new Error('the event store is closed'));
      return;
    }
    this.#sums.retried += waiting.length;
    this.#failures += 1;
    this.#trouble = detail;
    this.#queue.unshift(...waiting);
    for (const { entry } of waiting) this.#queuedBytes += sizeOf(entry);
    this.#pausedUntil = performance.now() + backoffMs(this.#failures);
  }
}

function sizeOf(slice: Slice | undefined): number {
  return slice === undefined ? 0 : slice.end - slice.start;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
