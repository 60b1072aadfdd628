const FIRST_SLOTS = 1 << 12;
const FILL_MAX = 0.7;

/** A set of 64-bit keys in eight bytes each; it doubles its room as it fills. */
export class IdSet {
  #slots = new Uint32Array(FIRST_SLOTS * 2);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False when it was there before. */
  add(high: number, low: number): boolean {
    const at = this.#find(high, low);
    if (this.#slots[at] !== 0) return false;
    this.#slots[at] = high === 0 ? 1 : high;
    this.#slots[at + 1] = low;
    if (++this.#size > (this.#slots.length / 2) * FILL_MAX) this.#grow();
    return true;
  }

  /** All keys, in no order. A high half of zero stands as one, as `add` takes it. */
  keys(): BigUint64Array<ArrayBuffer> {
    const keys = new BigUint64Array(this.#size);
    const halves = new Uint32Array(keys.buffer);
    let at = 0;
    for (let slot = 0; slot < this.#slots.length; slot += 2) {
      const high = this.#slots[slot] ?? 0;
      if (high === 0) continue;
      halves[at++] = this.#slots[slot + 1] ?? 0;
      halves[at++] = high;
    }
    return keys;
  }

  /**
   * Index of the key, or of the empty place where it belongs. Zero marks an empty place, so a key's
   * zero is a one.
   */
  #find(high: number, low: number): number {
    const wanted = high === 0 ? 1 : high;
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    let at = (wanted ^ low) & mask;
    for (;;) {
      const stands = slots[at * 2];
      if (stands === 0 || (stands === wanted && slots[at * 2 + 1] === low)) return at * 2;
      at = (at + 1) & mask;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const high = old[at] ?? 0;
      if (high === 0) continue;
      const place = this.#find(high, old[at + 1] ?? 0);
      this.#slots[place] = high;
      this.#slots[place + 1] = old[at + 1] ?? 0;
    }
  }
}
