import type { Batch } from '#libs/model';

import { unpackBatch } from './payload.ts';

/** Batches kept for the other reader of this process; one further behind unpacks its own. */
const KEPT_MAX = 16;

/** Unpacks a batch once for both readers where they are level in one process. */
export class Unpacked {
  readonly #kept = new Map<string, Promise<Batch>>();

  /** Rejects as `unpackBatch` does. */
  take(id: string, payload: Uint8Array): Promise<Batch> {
    const kept = this.#kept.get(id);
    if (kept !== undefined) {
      this.#kept.delete(id);
      return kept;
    }
    const batch = unpackBatch(payload);
    this.#kept.set(id, batch);
    batch.catch(() => this.#kept.delete(id));
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return batch;
  }
}
