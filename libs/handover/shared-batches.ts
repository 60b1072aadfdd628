import type { Batch } from '#libs/model';

import type { BatchSource, Stretch } from './embedded.ts';

/** Batches kept for a reader that is a little behind; one further behind has them decoded again. */
export const SHARED_BATCHES_MAX = 16;

interface Shared<B> {
  readonly batch: Promise<B | undefined>;
  askedFor: number;
}

/**
 * Decodes each batch once for readers that are level: a batch asked for by two of them is the same
 * object. It is let go once every reader has asked for it.
 */
export class SharedBatches<B extends Stretch = Batch> implements BatchSource<B> {
  readonly #decode: (from: number) => Promise<B | undefined>;
  readonly #readers: number;
  readonly #recent = new Map<number, Shared<B>>();

  /**
   * `decode` gives the batch that starts at a position, waiting for it; `undefined` once closed.
   */
  constructor(decode: (from: number) => Promise<B | undefined>, readers = 2) {
    this.#decode = decode;
    this.#readers = readers;
  }

  batchAt(from: number): Promise<B | undefined> {
    const known = this.#recent.get(from);
    if (known !== undefined) {
      known.askedFor += 1;
      if (known.askedFor >= this.#readers) this.#recent.delete(from);
      return known.batch;
    }
    const batch = this.#decode(from);
    this.#recent.set(from, { batch, askedFor: 1 });
    // A failed decode must not stay: the next ask tries again.
    batch.catch(() => this.#recent.delete(from));
    const oldest = this.#recent.keys().next().value;
    if (this.#recent.size > SHARED_BATCHES_MAX && oldest !== undefined) this.#recent.delete(oldest);
    return batch;
  }
}
