import { createHash } from 'node:crypto';

import type { StoredDocument } from './format.ts';

const BYTES = 32;

/** A digest of a set of texts, whatever their order: the exclusive or of their SHA-256. */
export class SetDigest {
  readonly #sum = Buffer.alloc(BYTES);

  add(text: string): void {
    const hash = createHash('sha256').update(text).digest();
    for (let at = 0; at < BYTES; at += 1) this.#sum[at] = (this.#sum[at] ?? 0) ^ (hash[at] ?? 0);
  }

  get hex(): string {
    return this.#sum.toString('hex');
  }
}

/** Everything of a document that a restore must bring back. */
export function documentText({ kind, id, place, order, keys, body }: StoredDocument): string {
  return JSON.stringify([kind, id, place.province, place.commune ?? null, order, keys, body]);
}
