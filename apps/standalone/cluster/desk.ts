import type { AlertChange, Recovery } from '#libs/model';
import type { Cluster } from '#libs/platform';

import { ALERT_LOG, ENTRY_FORMAT, type AlertEntry } from '../../engine/shards/shard-entry.ts';

const STATE = 'desk';
const LEASE = 'desk';
const ENTRIES_EACH = 200;
const WAIT_MS = 1_000;
/** Between two looks whether the lease is free, or after a failure, ms of real time. */
const RETRY_MS = 500;
/** How far the desk came is saved at most this often. */
const SAVE_MS = 2_000;
const STOP_MS_MAX = 3_000;

/** What the desk hands on: changes of one entry, marked by log and number. */
export interface DeskEntry {
  readonly life: string;
  readonly number: number;
  readonly changes: readonly AlertChange[];
  readonly recoveries: readonly Recovery[];
}

/**
 * The one place of the cluster where alert changes become incidents: under a lease it reads their
 * log from where its predecessor was. What it hands on may come twice and is absolute.
 */
export class Desk {
  readonly #cluster: Cluster;
  readonly #takeOver: () => Promise<void>;
  readonly #take: (entry: DeskEntry) => Promise<void>;
  readonly #fences = new Map<string, number>();
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #position = 0;
  #owns = false;
  #trouble: string | undefined;

  /** `takeOver` reads anew what a predecessor may have changed, before the first `take`. */
  constructor(
    cluster: Cluster,
    takeOver: () => Promise<void>,
    take: (entry: DeskEntry) => Promise<void>,
  ) {
    this.#cluster = cluster;
    this.#takeOver = takeOver;
    this.#take = take;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when it has ended, or cannot because a server is away. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STOP_MS_MAX);
    await Promise.race([this.#running, late]);
    clearTimeout(timer);
  }

  state(): { readonly owns: boolean; readonly position: number; readonly trouble?: string } {
    const trouble = this.#trouble;
    const base = { owns: this.#owns, position: this.#position };
    return trouble === undefined ? base : { ...base, trouble };
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#hold();
        this.#trouble = undefined;
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
      }
      if (!this.#stopped) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** Works for as long as the lease is held. */
  async #hold(): Promise<void> {
    let lost = false;
    const held = await this.#cluster.lease.take(LEASE, () => {
      lost = true;
    });
    if (held === undefined) return;
    this.#owns = true;
    const states = this.#cluster.statesUnder(held.fence);
    const isMine = (): boolean => !lost && !this.#stopped;
    try {
      await this.#takeOver();
      const { work } = this.#cluster;
      const [saved, { life, newest }] = await Promise.all([
        states.load(STATE),
        work.span(ALERT_LOG),
      ]);
      const position = saved?.position ?? 0;
      this.#position = newest < position ? 0 : position;
      let savedAt = performance.now();
      let savedTo = this.#position;
      const save = async (): Promise<void> => {
        if (this.#position === savedTo || lost) return;
        await states.save(STATE, this.#position, new Uint8Array());
        savedTo = this.#position;
        await work.trim(ALERT_LOG, savedTo);
      };
      while (isMine()) {
        await this.#readOn(life, isMine);
        if (performance.now() - savedAt < SAVE_MS) continue;
        savedAt = performance.now();
        await save();
      }
      await save();
    } finally {
      this.#owns = false;
      await held.release();
    }
  }

  async #readOn(life: string, isMine: () => boolean): Promise<void> {
    const { work } = this.#cluster;
    const entries = await work.read(ALERT_LOG, this.#position, ENTRIES_EACH, WAIT_MS);
    const changes: AlertChange[] = [];
    const recoveries: Recovery[] = [];
    for (const { body } of entries) {
      const { v, from, fence, ...told } = body as AlertEntry;
      if (v > ENTRY_FORMAT) throw new Error(`alert changes of format ${v} need a newer version`);
      const seen = this.#fences.get(from) ?? 0;
      this.#fences.set(from, Math.max(seen, fence));
      // Told by a former owner after its successor had begun: the successor tells it again.
      if (fence < seen) continue;
      changes.push(...told.changes);
      recoveries.push(...told.recoveries);
    }
    const number = entries.at(-1)?.number;
    if (number === undefined || !isMine()) return;
    if (changes.length + recoveries.length > 0) {
      await this.#take({ life, number, changes: lastOfEach(changes), recoveries });
    }
    this.#position = number;
    this.#trouble = undefined;
  }
}

/** A change holds its alert whole: only the last of each counts. */
function lastOfEach(changes: readonly AlertChange[]): readonly AlertChange[] {
  const last = new Map<string, AlertChange>();
  for (const change of changes) {
    last.delete(change.alert.id);
    last.set(change.alert.id, change);
  }
  return [...last.values()];
}
