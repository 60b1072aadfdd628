import { statfs } from 'node:fs/promises';

import type { Clock } from '#libs/model';

const ASK_MS = 1000;

/**
 * Bytes that an ordinary process may still write on the disk of a folder; `undefined` when it
 * cannot be told.
 */
export type FreeBytes = (folder: string) => Promise<number | undefined>;

export const freeBytes: FreeBytes = async (folder) => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
};

/** Knows whether the disk has room above the reserve; asks it at most once a second. */
export class DiskRoom {
  readonly #folder: string;
  readonly #reserve: number;
  readonly #clock: Clock;
  readonly #free: FreeBytes;
  #askedAt = -Infinity;
  #last: number | undefined;

  constructor(folder: string, reserve: number, clock: Clock, free: FreeBytes = freeBytes) {
    this.#folder = folder;
    this.#reserve = reserve;
    this.#clock = clock;
    this.#free = free;
  }

  /** As last asked. */
  get free(): number | undefined {
    return this.#last;
  }

  /** True when `bytes` more would leave the reserve untouched, or when nobody can tell. */
  async has(bytes: number): Promise<boolean> {
    const now = this.#clock.now();
    if (now - this.#askedAt >= ASK_MS || now < this.#askedAt) {
      this.#askedAt = now;
      this.#last = await this.#free(this.#folder);
    }
    return this.#last === undefined || this.#last - bytes >= this.#reserve;
  }

  /** That many bytes were written since it was asked. */
  took(bytes: number): void {
    if (this.#last !== undefined) this.#last -= bytes;
  }

  /** The next question goes to the disk: it refused a write. */
  forget(): void {
    this.#askedAt = -Infinity;
  }
}
