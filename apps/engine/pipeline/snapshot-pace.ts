/** Snapshots take at most one part of this many of the time. */
const SHARE = 20;
/** Longest time between two snapshots while something changes, ms. */
export const SNAPSHOT_MS_MAX = 30_000;
/** Spooled bytes after which a snapshot is due however dear it is: so much is replayed at most. */
export const REPLAY_BYTES_MAX = 268_435_456;

/**
 * When detection's state is worth a snapshot again. A small state is saved at every checkpoint; one
 * that takes long is saved more rarely, within a bound on what a start would replay.
 */
export class SnapshotPace {
  #position: number;
  #at = -Infinity;
  #costMs = 0;

  /** `position`: where the last durable snapshot stands in the spool. */
  constructor(position: number) {
    this.#position = position;
  }

  /** `nowMs` is real time that only grows; `position` is what detection has reached. */
  isDue(nowMs: number, position: number): boolean {
    if (position === this.#position) return false;
    if (position - this.#position >= REPLAY_BYTES_MAX) return true;
    return nowMs - this.#at >= Math.min(this.#costMs * SHARE, SNAPSHOT_MS_MAX);
  }

  /** A snapshot of the state at `position` is durable and took so long to make. */
  took(costMs: number, nowMs: number, position: number): void {
    this.#costMs = costMs;
    this.#at = nowMs;
    this.#position = position;
  }
}
