import type { Clock } from '#libs/model';

import type { SpoolFolder } from './folder.ts';
import type { SpoolLimits } from './limits.ts';
import type { Quarantine } from './quarantine.ts';
import type { SpoolBody } from './record.ts';
import {
  bytesBetween,
  listSegments,
  openSegment,
  SEGMENT_START,
  startsRecord,
  walkSegment,
  type OpenSegment,
  type Walk,
} from './segment.ts';

/** Bodies in order, and the position to ask for next; it moves on over damage too. */
export interface Taken {
  readonly bodies: readonly SpoolBody[];
  readonly next: number;
}

export interface ReadOptions {
  /** Ends the reading, also while it waits. */
  readonly signal?: AbortSignal;
  /** Ends the reading at this position instead of waiting for more. */
  readonly to?: number;
}

/** Copied from one damaged stretch into the quarantine. */
const DAMAGE_BYTES_MAX = 16_777_216;
const READ_BYTES = 4_194_304;

/**
 * Reads bodies at or after any position up to the durable end it is told. Damaged stretches are set
 * aside in the quarantine and passed over. Any number of readings at once; works in another thread
 * than the writer's.
 */
export class SpoolReader {
  readonly quarantine: Quarantine;
  readonly #folder: SpoolFolder;
  readonly #clock: Clock;
  readonly #walk: Walk;
  #end: number;
  #closed = false;
  #waiting = new Set<() => void>();

  constructor(
    folder: SpoolFolder,
    quarantine: Quarantine,
    clock: Clock,
    limits: SpoolLimits,
    end: number,
  ) {
    this.#folder = folder;
    this.quarantine = quarantine;
    this.#clock = clock;
    this.#walk = { seed: folder.seed, bytesMax: limits.record_bytes_max };
    this.#end = end;
  }

  /** Random, made once with the folder; part of the ids of events whose sender gave none. */
  get id(): string {
    return this.#folder.id;
  }

  /** Position up to which everything is durable. */
  get end(): number {
    return this.#end;
  }

  /** Tells that everything up to `end` is durable. */
  extend(end: number): void {
    if (end <= this.#end) return;
    this.#end = end;
    this.#wake();
  }

  /** Ends every reading and waiting. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /**
   * Resolves `more` when something durable lies at or after `from`, `ended` when closed or aborted
   * first.
   */
  async wait(from: number, signal?: AbortSignal): Promise<'more' | 'ended'> {
    for (;;) {
      if (this.#closed || signal?.aborted === true) return 'ended';
      if (this.#end > from) return 'more';
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      const wake = () => resolve();
      signal?.addEventListener('abort', wake, { once: true });
      await promise;
      signal?.removeEventListener('abort', wake);
      this.#waiting.delete(resolve);
    }
  }

  /** Follows the tail until closed, aborted or at `to`. */
  async *read(
    from: number,
    { signal, to = Infinity }: ReadOptions = {},
  ): AsyncGenerator<SpoolBody> {
    let position = from;
    while (position < to && (to <= this.#end || (await this.wait(position, signal)) === 'more')) {
      const taken = await this.take(position, READ_BYTES);
      for (const body of taken.bodies) {
        if (body.position >= to || signal?.aborted === true) return;
        yield body;
      }
      if (taken.next === position && to <= this.#end) return;
      position = taken.next;
    }
  }

  /**
   * Bodies at or after `from`, about `bytesMax` of them (at least one, when there is one); does not
   * wait.
   */
  async take(from: number, bytesMax: number): Promise<Taken> {
    const end = this.#end;
    const bodies: SpoolBody[] = [];
    let position = from;
    let left = bytesMax;
    const bases = await listSegments(this.#folder.path);
    let index = bases.findLastIndex((base) => base <= from);
    if (index === -1) {
      index = 0;
      position = await this.#passRemoved(from, bases[0], end);
    }
    for (; index < bases.length && left > 0 && position < end; index += 1) {
      const base = bases[index];
      const segment = base === undefined ? undefined : await openSegment(this.#folder.path, base);
      if (segment === undefined) continue;
      try {
        await this.#checkStart(segment);
        const limit = await this.#limitOf(segment, bases[index + 1], end);
        for await (const found of this.#bodies(segment, position, limit.end)) {
          position = found.next;
          if (found.body === undefined) continue;
          bodies.push(found.body);
          left -= found.body.bytes.length;
          if (left <= 0) break;
        }
        if (left > 0) position = await this.#passMissing(position, limit);
      } finally {
        await segment.file.close();
      }
    }
    return { bodies, next: Math.max(position, left > 0 ? end : 0, from) };
  }

  /**
   * Freed segments lie before every reader; a reader that stood in one that is gone has lost
   * something.
   */
  async #passRemoved(from: number, first: number | undefined, end: number): Promise<number> {
    if (from === 0 || first === undefined || from >= end) return from;
    const segment = await openSegment(this.#folder.path, first);
    await segment?.file.close();
    const expected = Math.min(segment?.previousEnd ?? from, end);
    return this.#passMissing(from, { end: from, expected });
  }

  async #checkStart(segment: OpenSegment): Promise<void> {
    // A file without even its first bytes was being made when the process ended: it held nothing.
    if (segment.previousEnd !== undefined || segment.size < SEGMENT_START) return;
    const { base } = segment;
    const bytes = await bytesBetween(segment, base, base + SEGMENT_START, SEGMENT_START);
    const at = this.#clock.now();
    await this.quarantine.put({ position: base, reason: 'segment_start', bytes, at });
  }

  /** Where the records of a segment end, and where they should. */
  async #limitOf(
    segment: OpenSegment,
    nextBase: number | undefined,
    durable: number,
  ): Promise<{ readonly end: number; readonly expected: number }> {
    const fileEnd = segment.base + segment.size;
    if (nextBase === undefined) return { end: Math.min(fileEnd, durable), expected: durable };
    const next = await openSegment(this.#folder.path, nextBase);
    await next?.file.close();
    // What a failed write left behind the previous end was refused to its sender: it is no part of
    // the spool.
    const expected = next?.previousEnd ?? fileEnd;
    return { end: Math.min(fileEnd, expected, durable), expected: Math.min(expected, durable) };
  }

  async *#bodies(
    segment: OpenSegment,
    from: number,
    end: number,
  ): AsyncGenerator<{ readonly next: number; readonly body?: SpoolBody }> {
    const start = Math.max(from, segment.base + SEGMENT_START);
    const begin = start === from ? await this.#boundary(segment, from, end) : start;
    for await (const found of walkSegment(segment, begin, end, this.#walk)) {
      if ('body' in found) {
        yield { next: found.body.next, body: found.body };
        continue;
      }
      const { from: position, to, reason } = found.damage;
      const bytes = await bytesBetween(segment, position, to, DAMAGE_BYTES_MAX);
      await this.quarantine.put({ position, to, reason, bytes, at: this.#clock.now() });
      yield { next: to };
    }
  }

  /** The first start of a record at or after `from`, which may lie inside one. */
  async #boundary(segment: OpenSegment, from: number, end: number): Promise<number> {
    if (from >= end || (await startsRecord(segment, from))) return from;
    for await (const found of walkSegment(segment, segment.base, end, this.#walk)) {
      const next = 'body' in found ? found.body.next : found.damage.to;
      if (next <= from) continue;
      return 'body' in found && found.body.position < from ? next : from;
    }
    return from;
  }

  async #passMissing(
    position: number,
    limit: { readonly end: number; readonly expected: number },
  ): Promise<number> {
    const from = Math.max(position, limit.end);
    if (limit.expected <= from) return position;
    const at = this.#clock.now();
    const bytes = new Uint8Array();
    await this.quarantine.put({ position: from, to: limit.expected, reason: 'missing', bytes, at });
    return limit.expected;
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
