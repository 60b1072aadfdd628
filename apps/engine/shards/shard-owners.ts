import type { ChangeLog, Held, Lease } from '#libs/coordination';
import type { CorrelateLimits } from '#libs/correlate';
import type { StateStore } from '#libs/store';

import { OwnedShard } from './owned-shard.ts';
import { SHARDS } from './shard-entry.ts';
import { ShardState, type Parts } from './shard-state.ts';

/** How often free shards are looked for and the time is told to one's own, ms of real time. */
const ROUND_MS = 1_000;

export interface OwnersParts {
  readonly log: ChangeLog;
  readonly lease: Lease;
  /** Snapshots under the fencing number of a lease. */
  readonly statesUnder: (fence: number) => StateStore;
  readonly limits: CorrelateLimits;
  /** How many engines there are, this one included. */
  readonly engines: () => Promise<number>;
  /** Receipt time up to which every live collector's events went through detection. */
  readonly reached: () => Promise<number | undefined>;
}

/** The shards that this engine owns: its share of all, more when an engine dies. */
export class ShardOwners {
  readonly #parts: OwnersParts;
  readonly #owned = new Map<number, OwnedShard>();
  #rules: Parts;
  #told = -Infinity;
  #stopped = false;
  #rounds: Promise<void> = Promise.resolve();
  #trouble: string | undefined;

  constructor(parts: OwnersParts, rules: Parts) {
    this.#parts = parts;
    this.#rules = rules;
  }

  start(): void {
    this.#rounds = this.#goRound();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#rounds;
    await Promise.all([...this.#owned.values()].map((shard) => shard.stop()));
    this.#owned.clear();
  }

  reload(rules: Parts): void {
    this.#rules = rules;
    for (const shard of this.#owned.values()) shard.reload(rules);
  }

  /** Which shards are here, and why one of them does not get on. */
  state(): { readonly shards: readonly number[]; readonly trouble?: string } {
    const failing = [...this.#owned.values()].find(({ trouble }) => trouble !== undefined);
    const trouble = failing?.trouble ?? this.#trouble;
    const shards = [...this.#owned.keys()].toSorted((a, b) => a - b);
    return { shards, ...(trouble === undefined ? {} : { trouble }) };
  }

  async #goRound(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#balance();
        await this.#tellTime();
        this.#trouble = undefined;
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
      }
      await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
    }
  }

  async #balance(): Promise<void> {
    const share = Math.ceil(SHARDS / Math.max(1, await this.#parts.engines()));
    for (const [shard, owned] of this.#owned) {
      if (this.#owned.size <= share) break;
      this.#owned.delete(shard);
      await owned.stop();
    }
    for (let shard = 0; shard < SHARDS && this.#owned.size < share; shard += 1) {
      if (!this.#owned.has(shard)) await this.#take(shard);
    }
  }

  async #take(shard: number): Promise<void> {
    const { lease, log, limits, statesUnder } = this.#parts;
    let lost = false;
    const held: Held | undefined = await lease.take(`shard-${shard}`, () => {
      lost = true;
      this.#owned.get(shard)?.lose();
      this.#owned.delete(shard);
    });
    if (held === undefined || lost) return;
    const state = new ShardState(this.#rules, limits);
    const states = statesUnder(held.fence);
    const owned = new OwnedShard({ shard, log, state, states, held });
    this.#owned.set(shard, owned);
    owned.start();
  }

  async #tellTime(): Promise<void> {
    const reached = await this.#parts.reached();
    if (reached === undefined || reached <= this.#told) return;
    await Promise.all([...this.#owned.values()].map((shard) => shard.reach(reached)));
    this.#told = reached;
  }
}
