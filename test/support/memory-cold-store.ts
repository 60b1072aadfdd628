import type { ColdPart, ColdStore } from '#libs/correlate';

/** Segments in memory: for tests, and where nothing has to survive. */
export class MemoryColdStore implements ColdStore {
  readonly #segments = new Map<string, ReadonlyMap<string, Uint8Array>>();
  reads = 0;
  failing = false;

  write(segment: string, parts: readonly ColdPart[]): Promise<void> {
    if (this.failing) return Promise.reject(new Error('no room'));
    this.#segments.set(segment, new Map(parts.map(({ key, bytes }) => [key, bytes])));
    return Promise.resolve();
  }

  read(segment: string, key: string): Promise<Uint8Array | undefined> {
    this.reads += 1;
    return Promise.resolve(this.#segments.get(segment)?.get(key));
  }

  keep(segments: ReadonlySet<string>): Promise<void> {
    for (const name of this.#segments.keys()) if (!segments.has(name)) this.#segments.delete(name);
    return Promise.resolve();
  }

  get size(): number {
    return this.#segments.size;
  }
}
