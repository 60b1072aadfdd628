import type { Batch, Event } from '#libs/model';

import { parkedId, type Parked, type ParkedEntry, type ParkedEvent } from '../parked.ts';
import { BulkWriter, type Aside, type BulkCounts, type BulkEntry } from './bulk-writer.ts';
import type { Connection } from './connection.ts';
import { documentOf } from './event-document.ts';
import type { EventDays } from './event-days.ts';
import { dayOfTime, dayText } from './layout.ts';
import { LineBuffer } from './line-buffer.ts';

/** How long a bulk request may take before it is sent again. */
const BULK_MS_MAX = 30_000;
/** What an answer must say of each document, in their order, and no more. */
const FILTER =
  'errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason';
/** How often blocked indices are tried again, ms. */
const BLOCKED_CHECK_MS = 5_000;
/** Events of one such round. */
const BLOCKED_PAGE = 500;
/**
 * Events parked for blocked indices; beyond that the writer waits instead, and so does its queue.
 */
const BLOCKED_MAX = 100_000;

export interface WritingOptions {
  /** Where events go that cannot be stored. */
  readonly parked: Parked;
  /** How often blocked indices are tried again, ms. */
  readonly blockedCheckMs?: number;
  /** How long a bulk request may take before it is sent again, ms. */
  readonly bulkMs?: number;
}

/** The events' way into their day indices. */
export class ElasticWriting {
  readonly #connection: Connection;
  readonly #days: EventDays;
  readonly #parked: Parked;
  readonly #writer: BulkWriter;
  readonly #lines = new LineBuffer();
  readonly #timer: NodeJS.Timeout;
  /** Parked events whose index was blocked; undefined until it was asked for. */
  #blocked: number | undefined;
  /** Of them, those parked since the round of tries began, which may not have listed them. */
  #blockedSince = 0;
  #parkedHere = 0;
  #trying: Promise<void> | undefined;
  #position = 0;

  constructor(connection: Connection, days: EventDays, options: WritingOptions) {
    this.#connection = connection;
    this.#days = days;
    this.#parked = options.parked;
    this.#writer = new BulkWriter({
      send: (lines) =>
        this.#connection.ask({
          method: 'POST',
          path: '/_bulk',
          query: { filter_path: FILTER },
          lines,
          timeoutMs: options.bulkMs ?? BULK_MS_MAX,
        }),
      ensureIndex: (index) => this.#days.ensure(index),
      indexMissing: (index) => this.#days.forget(index),
    });
    const everyMs = options.blockedCheckMs ?? BLOCKED_CHECK_MS;
    this.#timer = setInterval(() => void this.retryBlocked(), everyMs);
    this.#timer.unref();
  }

  get position(): number {
    return this.#position;
  }

  counts(): BulkCounts & { readonly parked: number } {
    return { ...this.#writer.counts(), parked: this.#parkedHere };
  }

  async append({ events, to }: Batch): Promise<void> {
    await this.#days.known();
    const { entries, asides } = this.#sort(events);
    await Promise.all([
      this.#writer.put(entries, (found) => this.#setAside(found)),
      asides.length === 0 ? undefined : this.#park(asides),
    ]);
    this.#position = Math.max(this.#position, to);
  }

  /**
   * Sends parked events again, whatever they were parked for. Those stored now are no longer
   * parked; the others stay, with what the store says today.
   */
  async retry(ids: readonly string[]): Promise<{ readonly stored: number; readonly kept: number }> {
    const found = await this.#parked.get(ids);
    const kept = await this.#sendAgain(found);
    const stored = found.filter((one) => !kept.has(parkedId(one)));
    if (stored.length > 0) await this.#parked.drop(stored.map(parkedId));
    return { stored: stored.length, kept: kept.size };
  }

  /** Tries the indices that were blocked; what they take is no longer parked. */
  retryBlocked(): Promise<void> {
    this.#trying ??= this.#tryBlocked()
      // The cluster does not answer: the next round asks again, and the parked stay parked.
      .catch(() => undefined)
      .finally(() => (this.#trying = undefined));
    return this.#trying;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#writer.close();
    await this.#trying;
  }

  #sort(events: readonly Event[]): { entries: BulkEntry[]; asides: ParkedEntry[] } {
    const taken: { readonly event: Event; readonly index: string; readonly end: number }[] = [];
    const asides: ParkedEntry[] = [];
    let last = { day: Number.NaN, index: '' };
    for (const event of events) {
      const day = dayOfTime(event.time);
      const reason = this.#days.refusal(day);
      if (reason !== undefined) {
        asides.push({ event, reason, detail: '', day: dayText(day) });
        continue;
      }
      if (day !== last.day) last = { day, index: this.#days.names.index(day) };
      const { index } = last;
      const action = `{"create":{"_index":"${index}","_id":${JSON.stringify(event.id)}}}`;
      const end = this.#lines.add(`${action}\n${documentOf(event)}\n`);
      taken.push({ index, event, end });
    }
    const bytes = this.#lines.take();
    const entries = taken.map(({ index, event, end }, at) => {
      return { index, event, bytes, start: taken[at - 1]?.end ?? 0, end };
    });
    return { entries, asides };
  }

  async #tryBlocked(): Promise<void> {
    if (this.#blocked === 0) return;
    this.#blockedSince = 0;
    const shut = new Set<string>();
    let left = 0;
    let cursor: string | undefined;
    do {
      const page = await this.#parked.list({
        reason: 'blocked',
        limit: BLOCKED_PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      const days = Map.groupBy(page.rows, ({ day }) => day);
      for (const [day, rows] of days) left += await this.#tryDay(day, rows, shut);
      cursor = page.next;
    } while (cursor !== undefined);
    this.#blocked = left + this.#blockedSince;
  }

  /** How many of them are parked still. */
  async #tryDay(
    day: string,
    rows: readonly { readonly id: string }[],
    shut: Set<string>,
  ): Promise<number> {
    const ids = rows.map(({ id }) => id);
    if (shut.has(day)) return ids.length;
    // One first: an index that is blocked still is asked about one event, not about all.
    const first = await this.retry(ids.slice(0, 1));
    if (first.kept > 0) {
      shut.add(day);
      return ids.length;
    }
    return ids.length === 1 ? 0 : (await this.retry(ids.slice(1))).kept;
  }

  /** The ids of those that were set aside again. */
  async #sendAgain(found: readonly ParkedEvent[]): Promise<ReadonlySet<string>> {
    const { entries, asides } = this.#sort(found.map(({ event }) => event));
    const kept = new Set(asides.map(parkedId));
    if (asides.length > 0) await this.#parked.park(asides);
    await this.#writer.put(entries, async (set) => {
      await this.#parked.park(set.map(entryOf));
      for (const aside of set) kept.add(parkedId(entryOf(aside)));
    });
    return kept;
  }

  async #setAside(asides: readonly Aside[]): Promise<void> {
    const blocked = asides.filter(({ reason }) => reason === 'blocked').length;
    if (blocked > 0 && (this.#blocked ?? 0) + blocked > BLOCKED_MAX) {
      throw new Error(`${asides[0]?.detail}; ${BLOCKED_MAX} events are parked for such indices`);
    }
    await this.#park(asides.map(entryOf));
    // Known only once the parked were listed: not to be taken for none.
    if (blocked > 0) this.#blocked = (this.#blocked ?? 0) + blocked;
    this.#blockedSince += blocked;
  }

  async #park(entries: readonly ParkedEntry[]): Promise<void> {
    await this.#parked.park(entries);
    this.#parkedHere += entries.length;
  }
}

function entryOf({ entry, reason, detail }: Aside): ParkedEntry {
  return { event: entry.event, reason, detail, day: dayText(dayOfTime(entry.event.time)) };
}
