/**
 * Keeps what was used last, up to a total size; what goes first is what was not asked for longest.
 */
export class Recent<K, V> {
  readonly #entries = new Map<K, { readonly value: V; readonly size: number }>();
  readonly #sizeMax: number;
  readonly #onDrop: (value: V) => void;
  #size = 0;

  constructor(sizeMax: number, onDrop: (value: V) => void = () => {}) {
    this.#sizeMax = sizeMax;
    this.#onDrop = onDrop;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: K, value: V, size: number): void {
    this.delete(key);
    this.#entries.set(key, { value, size });
    this.#size += size;
    for (const [oldest] of this.#entries) {
      if (this.#size <= this.#sizeMax || oldest === key) break;
      this.delete(oldest);
    }
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#size -= entry.size;
    this.#onDrop(entry.value);
  }

  clear(): void {
    for (const key of this.#entries.keys()) this.delete(key);
  }
}
