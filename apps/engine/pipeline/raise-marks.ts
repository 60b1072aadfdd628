import type { StateStore } from '#libs/store';

const NAME = 'detect-raises';

/**
 * Where batches ended whose alerts were told since the last snapshot of detection. A replay cuts
 * its batches at the
 * same places: an alert that stood only between two batches comes up again and is taken back by
 * what follows, as it
 * would have been without the stop.
 */
export class RaiseMarks {
  readonly #states: StateStore;
  #positions: readonly number[];

  private constructor(states: StateStore, positions: readonly number[]) {
    this.#states = states;
    this.#positions = positions;
  }

  /** The marks that lie behind `detected`, the position of the snapshot. */
  static async load(states: StateStore, detected: number): Promise<RaiseMarks> {
    const saved = await states.load(NAME);
    const text = saved === undefined ? '[]' : new TextDecoder().decode(saved.snapshot);
    const positions = JSON.parse(text) as number[];
    return new RaiseMarks(
      states,
      positions.filter((position) => position > detected),
    );
  }

  /**
   * Resolves once a replay would know that alerts were told at this position; call it before they
   * are.
   */
  async note(position: number): Promise<void> {
    if (this.#positions.includes(position)) return;
    const noted = [...this.#positions, position].toSorted((a, b) => a - b);
    await this.#states.save(NAME, position, new TextEncoder().encode(JSON.stringify(noted)));
    this.#positions = noted;
  }

  /** A snapshot at `detected` is durable: what lies before it is never replayed. */
  forget(detected: number): void {
    this.#positions = this.#positions.filter((position) => position > detected);
  }

  /** Where a batch that starts at `from` has to end at the latest. */
  after(from: number): number {
    return this.#positions.find((position) => position > from) ?? Infinity;
  }
}
