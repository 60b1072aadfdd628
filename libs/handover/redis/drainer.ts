import type { Redis } from 'ioredis';

import type { RedisLink } from '#libs/coordination/redis';
import type { Batch, Clock } from '#libs/model';

import type { BatchSource } from '../embedded.ts';
import type { ReaderName } from '../handover.ts';
import { StopSign } from '../stop-sign.ts';
import type { BatchBox, BoxedBatch } from './batch-box.ts';
import { oldestOf } from './bull-handover.ts';
import { MemoryGate } from './memory-gate.ts';
import { packBatch } from './payload.ts';

/** Events that travel in one payload at most. */
export const EVENTS_EACH = 500;
/** Batches of the spool on their way into Redis at once. */
const IN_FLIGHT_MAX = 3;
const RETRY_MS = 500;
const READERS: readonly ReaderName[] = ['index', 'detect'];

// KEYS drained; ARGV spool, position. A repeat that comes late must not move it back.
const ADVANCE = `
local before = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if tonumber(ARGV[2]) > before then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return 1`;

export interface DrainerParts {
  readonly link: RedisLink;
  readonly redis: Redis;
  readonly box: BatchBox;
  readonly source: BatchSource;
  readonly clock: Clock;
  /** Random id of the spool, by which Redis knows how far it holds it. */
  readonly spool: string;
}

export interface DrainerState {
  /** Everything before it is held by Redis. */
  readonly position: number;
  /** Receipt time of the newest batch that Redis holds, ms since the epoch. */
  readonly received: number;
  readonly batches: number;
  readonly events: number;
  /** Why nothing moves, since when (ms). */
  readonly trouble?: { readonly reason: string; readonly since: number };
  readonly memory: { readonly used: number; readonly most: number };
}

/** Carries decoded batches from one spool into Redis, in order of the spool, each at least once. */
export class Drainer {
  readonly #parts: DrainerParts;
  readonly #gate: MemoryGate;
  readonly #stop = new StopSign();
  readonly #onHeld: (position: number) => void;
  #walking: Promise<void> = Promise.resolve();
  #state: Omit<DrainerState, 'memory' | 'trouble'> = {
    position: 0,
    received: 0,
    batches: 0,
    events: 0,
  };
  #trouble: { reason: string; since: number } | undefined;

  /** `onHeld` hears of positions before which Redis holds everything. */
  constructor(parts: DrainerParts, onHeld: (position: number) => void) {
    this.#parts = parts;
    this.#gate = new MemoryGate(parts.redis);
    this.#onHeld = onHeld;
  }

  start(): void {
    this.#walking = this.#walk();
  }

  /** Resolves when nothing is on its way any more. */
  async stop(): Promise<void> {
    this.#stop.raise();
    await this.#walking;
  }

  state(): DrainerState {
    const trouble = this.#trouble ?? this.#outage();
    const { memory } = this.#gate;
    return { ...this.#state, memory, ...(trouble === undefined ? {} : { trouble }) };
  }

  #outage(): { reason: string; since: number } | undefined {
    const reason = this.#parts.link.trouble;
    return reason === undefined ? undefined : { reason, since: this.#parts.clock.now() };
  }

  async #walk(): Promise<void> {
    const drained = await this.#sure(() => this.#drained());
    if (drained === undefined) return;
    let position: number = drained;
    this.#state = { ...this.#state, position };
    let putting: Promise<boolean>[] = [];
    while (!this.#stop.raised) {
      const batch: Batch | undefined = await this.#stop.orElse(
        this.#parts.source.batchAt(position),
      );
      if (batch === undefined) break;
      position = batch.to;
      const before = putting.at(-1);
      putting.push(this.#carry(batch, before ?? Promise.resolve(true)));
      if (putting.length >= IN_FLIGHT_MAX) {
        await putting[0];
        putting = putting.slice(1);
      }
    }
    await Promise.all(putting);
  }

  /** One step: payloads, jobs, then the position; repeated until all are in. */
  async #carry(batch: Batch, before: Promise<boolean>): Promise<boolean> {
    const boxed = await this.#box(batch);
    const { box } = this.#parts;
    const put = await this.#sure(async () => {
      const refusal = await this.#gate.refusal();
      if (refusal !== undefined) throw new Error(refusal);
      if (boxed.length > 0) await box.put(boxed, READERS);
      return !(await box.anySwept(boxed)) || undefined;
    });
    if (put !== true || !(await before)) return false;
    const held = await this.#sure(async () => {
      await this.#advance(batch.to);
      return true;
    });
    if (held !== true) return false;
    const { batches, events, received } = this.#state;
    this.#state = {
      position: batch.to,
      received: Math.max(received, batch.received),
      batches: batches + boxed.length,
      events: events + batch.events.length,
    };
    this.#onHeld(batch.to);
    return true;
  }

  async #box(batch: Batch): Promise<readonly BoxedBatch[]> {
    const { spool } = this.#parts;
    const boxed: BoxedBatch[] = [];
    for (let at = 0; at < batch.events.length; at += EVENTS_EACH) {
      const part = { ...batch, events: batch.events.slice(at, at + EVENTS_EACH) };
      const id = `${spool}-${batch.from}-${batch.to}-${at}`;
      boxed.push({ id, received: oldestOf(part), payload: await packBatch(part) });
    }
    return boxed;
  }

  /** Tries until the work gives a result; undefined when stopped first. */
  async #sure<T>(work: () => Promise<T | undefined>): Promise<T | undefined> {
    while (!this.#stop.raised) {
      try {
        const result = await this.#stop.orElse(work());
        if (result === undefined) continue;
        this.#trouble = undefined;
        return result;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#trouble = { reason, since: this.#trouble?.since ?? this.#parts.clock.now() };
        await this.#stop.orElse(new Promise((resolve) => setTimeout(resolve, RETRY_MS)));
      }
    }
    return undefined;
  }

  async #drained(): Promise<number> {
    const { link, redis, spool } = this.#parts;
    return Number((await redis.hget(link.key('drained'), spool)) ?? 0);
  }

  async #advance(position: number): Promise<void> {
    const { link, redis, spool } = this.#parts;
    await redis.eval(ADVANCE, 1, link.key('drained'), spool, position);
  }
}
