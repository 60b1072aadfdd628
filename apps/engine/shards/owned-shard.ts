import type { ChangeLog, Held } from '#libs/coordination';
import type { AlertChange } from '#libs/model';
import type { StateStore } from '#libs/store';

import {
  ALERT_LOG,
  ENTRY_FORMAT,
  shardLog,
  type AlertEntry,
  type ShardEntry,
} from './shard-entry.ts';
import type { Parts, ShardState } from './shard-state.ts';

/** Entries read at once. */
const ENTRIES_EACH = 200;
/** A look at the log waits this long for the next entry. */
const WAIT_MS = 2_000;
/** A snapshot is taken at most this often, ms of real time. */
const SNAPSHOT_MS = 5_000;
const RETRY_MS = 500;

export interface ShardParts {
  readonly shard: number;
  readonly log: ChangeLog;
  readonly state: ShardState;
  /** Refuses snapshots of a former owner. */
  readonly states: StateStore;
  readonly held: Held;
}

/**
 * One shard in the hands of its owner: reads its matches from the last snapshot on, tells alert
 * changes in order, and trims what a snapshot covers.
 */
export class OwnedShard {
  readonly shard: number;
  readonly #parts: ShardParts;
  /** Taken into the state; the position follows once what came of it is told. */
  #read = 0;
  #position = 0;
  /** By id of the alert: each change holds it whole, only the last of a reading is told. */
  readonly #untold = new Map<string, AlertChange>();
  #saved = 0;
  #savedAt = -Infinity;
  #stopped = false;
  #lost = false;
  #running: Promise<void> = Promise.resolve();
  #trouble: string | undefined;

  constructor(parts: ShardParts) {
    this.#parts = parts;
    this.shard = parts.shard;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Entries taken since the shard was opened are behind this number. */
  get position(): number {
    return this.#position;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** The lease is another's: nothing more is told or saved. */
  lose(): void {
    this.#lost = true;
    this.#stopped = true;
  }

  reload(parts: Parts): void {
    this.#parts.state.reload(parts);
  }

  /** Everything received up to `received` lies before this entry of the log. */
  async reach(received: number): Promise<void> {
    if (this.#stopped) return;
    const entry: ShardEntry = { v: ENTRY_FORMAT, reached: received };
    await this.#parts.log.append(shardLog(this.shard), [entry]);
  }

  /** Saves and gives the shard back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    if (this.#lost) return;
    await this.#save().catch((error: unknown) => this.#note(error));
    await this.#parts.held.release();
  }

  async #run(): Promise<void> {
    while (!this.#stopped && !(await this.#try(() => this.#load()))) await pause();
    while (!this.#stopped) {
      const done = await this.#try(async () => {
        await this.#readOn();
        if (performance.now() - this.#savedAt > SNAPSHOT_MS) await this.#save();
      });
      if (!done) await pause();
    }
  }

  async #load(): Promise<void> {
    const { states, state, log } = this.#parts;
    const name = shardLog(this.shard);
    const [saved, span] = await Promise.all([states.load(name), log.span(name)]);
    if (saved !== undefined) state.restore(saved.snapshot);
    this.#position = saved?.position ?? 0;
    // A log that was lost begins anew below the snapshot.
    if (span.newest < this.#position) this.#position = 0;
    this.#saved = this.#position;
    this.#read = this.#position;
  }

  async #readOn(): Promise<void> {
    const { log, state, held } = this.#parts;
    const name = shardLog(this.shard);
    const entries = await log.read(name, this.#read, ENTRIES_EACH, WAIT_MS);
    for (const { number, body } of entries) {
      if (this.#stopped) break;
      for (const change of await state.take(body as ShardEntry)) {
        this.#untold.delete(change.alert.id);
        this.#untold.set(change.alert.id, change);
      }
      this.#read = number;
    }
    if (this.#untold.size > 0) {
      const entry: AlertEntry = {
        v: ENTRY_FORMAT,
        from: name,
        fence: held.fence,
        changes: [...this.#untold.values()],
        recoveries: [],
      };
      // Told before the position moves: whoever goes on from a snapshot tells the same again.
      await log.append(ALERT_LOG, [entry]);
      this.#untold.clear();
    }
    this.#position = this.#read;
  }

  async #save(): Promise<void> {
    this.#savedAt = performance.now();
    if (this.#position === this.#saved) return;
    const { states, state, log } = this.#parts;
    const name = shardLog(this.shard);
    await states.save(name, this.#position, state.snapshot());
    this.#saved = this.#position;
    await log.trim(name, this.#position);
  }

  async #try(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      this.#trouble = undefined;
      return true;
    } catch (error) {
      this.#note(error);
      return false;
    }
  }

  #note(error: unknown): void {
    this.#trouble = error instanceof Error ? error.message : String(error);
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, RETRY_MS));
}
