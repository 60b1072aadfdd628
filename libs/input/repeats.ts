import { createHash } from 'node:crypto';

import type { BodyHeader, Clock } from '#libs/model';

interface Remembered {
  readonly expires: number;
  /** True once the body is in the spool; false when it was refused and must be taken anew. */
  readonly durable: Promise<boolean>;
}

/**
 * Whole bodies that were not fully answered: the same client will send them again (semantics.md,
 * Set).
 */
export class Repeats {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #entriesMax: number;
  readonly #entries = new Map<string, Remembered[]>();
  #size = 0;

  constructor(clock: Clock, windowMs: number, entriesMax: number) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#size;
  }

  /** Names a body by its client, its facts and its bytes; not by when it came. */
  static fingerprint(header: BodyHeader, chunks: readonly Uint8Array[]): string {
    const { input, format, encoding, key, peer, batch, index } = header;
    const hash = createHash('sha256');
    hash.update(JSON.stringify([input, format, encoding, key, peer, batch, index]));
    for (const chunk of chunks) hash.update(chunk);
    return hash.digest('base64url');
  }

  /** `received` is when it came first. The oldest is forgotten at the limit. */
  remember(fingerprint: string, received: number, durable: Promise<boolean>): void {
    const expires = received + this.#windowMs;
    const same = this.#entries.get(fingerprint) ?? [];
    same.push({ expires, durable });
    this.#entries.set(fingerprint, same);
    this.#size += 1;
    for (const [name, [oldest]] of this.#entries) {
      const over = this.#size > this.#entriesMax;
      if (!over && (oldest === undefined || oldest.expires > this.#clock.now())) break;
      this.#forget(name);
    }
  }

  /**
   * When the body is a repeat: whether the first one is durable. Each remembered body explains one
   * repeat.
   */
  take(fingerprint: string): Promise<boolean> | undefined {
    for (;;) {
      const found = this.#forget(fingerprint);
      if (found === undefined || found.expires > this.#clock.now()) return found?.durable;
    }
  }

  #forget(fingerprint: string): Remembered | undefined {
    const same = this.#entries.get(fingerprint);
    const first = same?.shift();
    if (first !== undefined) this.#size -= 1;
    if (same?.length === 0) this.#entries.delete(fingerprint);
    return first;
  }
}
