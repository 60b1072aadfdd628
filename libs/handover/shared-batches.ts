import type { Batch } from '#libs/model';

import type { BatchSource } from './embedded.ts';

/** Batches kept for a reader that is a little behind; one further behind has them decoded again. */
export const SHARED_BATCHES_MAX = 16;

/**
 * Decodes each batch once for readers that are level: a batch asked for by two of them is the same
 * object.
 */
export class SharedBatches implements BatchSource {
  readonly #decode: (from: number) => Promise<Batch | undefined>;
  readonly #recent = new Map<number, Promise<Batch | undefined>>();

  /**
   * `decode` gives the batch that starts at a position, waiting for it; `undefined` once closed.
   */
  constructor(decode: (from: number) => Promise<Batch | undefined>) {
    this.#decode = decode;
  }

  batchAt(from: number): Promise<Batch | undefined> {
    const known = this.#recent.get(from);
    if (known !== undefined) return known;
    const fresh = this.#decode(from);
    this.#recent.set(from, fresh);
    // A failed decode must not stay: the next ask tries again.
    fresh.catch(() => this.#recent.delete(from));
    const oldest = this.#recent.keys().next().value;
    if (this.#recent.size > SHARED_BATCHES_MAX && oldest !== undefined) this.#recent.delete(oldest);
    return fresh;
  }
}
