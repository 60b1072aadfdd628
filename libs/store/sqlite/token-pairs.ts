const FIRST_ROOM = 4_096;
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const HASH_BITS = 32;
/** Below this, sorting by digits costs more than it saves. */
const FEW = 512;
const VALUES = 2 ** 20;

/** Pairs of a token's hash and where it leads: the number of a block, or a column's code. */
export class TokenPairs {
  hashes = new Uint32Array(FIRST_ROOM);
  values = new Uint32Array(FIRST_ROOM);
  length = 0;
  /** Where a pass of sorting puts what it ordered. */
  #otherHashes = new Uint32Array(0);
  #otherValues = new Uint32Array(0);
  readonly #starts = new Uint32Array(DIGITS + 1);

  push(hash: number, value: number): void {
    if (this.length === this.hashes.length) this.#grow();
    this.hashes[this.length] = hash;
    this.values[this.length++] = value;
  }

  clear(): void {
    this.length = 0;
    if (this.hashes.length <= FIRST_ROOM * 64) return;
    this.hashes = new Uint32Array(FIRST_ROOM);
    this.values = new Uint32Array(FIRST_ROOM);
  }

  /** Orders by hash, then by value, and leaves each pair once. Values lie below 2 ** 20. */
  settle(): void {
    if (this.length < FEW) this.#sortFew();
    else this.#sortByDigits();
    const { hashes, values } = this;
    let kept = 0;
    for (let at = 0; at < this.length; at++) {
      const same = kept > 0 && hashes[at] === hashes[kept - 1] && values[at] === values[kept - 1];
      if (same) continue;
      hashes[kept] = hashes[at] ?? 0;
      values[kept++] = values[at] ?? 0;
    }
    this.length = kept;
  }

  #sortFew(): void {
    const keys = new Float64Array(this.length);
    for (let at = 0; at < keys.length; at++) {
      keys[at] = (this.hashes[at] ?? 0) * VALUES + (this.values[at] ?? 0);
    }
    keys.sort();
    keys.forEach((key, at) => {
      this.hashes[at] = Math.floor(key / VALUES);
      this.values[at] = key % VALUES;
    });
  }

  #sortByDigits(): void {
    // Values come in order of time mostly, and the passes keep the order of what is equal.
    if (!this.#valuesAscend()) {
      this.#pass(this.values, 0);
      this.#pass(this.values, DIGIT_BITS);
    }
    for (let shift = 0; shift < HASH_BITS; shift += DIGIT_BITS) this.#pass(this.hashes, shift);
  }

  #valuesAscend(): boolean {
    const { values, length } = this;
    for (let at = 1; at < length; at++) {
      if ((values[at] ?? 0) < (values[at - 1] ?? 0)) return false;
    }
    return true;
  }

  #pass(keys: Uint32Array, shift: number): void {
    const { hashes, values, length } = this;
    const starts = this.#starts.fill(0);
    for (let at = 0; at < length; at++) {
      const digit = ((keys[at] ?? 0) >>> shift) & (DIGITS - 1);
      starts[digit + 1] = (starts[digit + 1] ?? 0) + 1;
    }
    for (let digit = 0; digit < DIGITS; digit++) {
      starts[digit + 1] = (starts[digit + 1] ?? 0) + (starts[digit] ?? 0);
    }
    if (this.#otherHashes.length !== hashes.length) {
      this.#otherHashes = new Uint32Array(hashes.length);
      this.#otherValues = new Uint32Array(hashes.length);
    }
    const sortedHashes = this.#otherHashes;
    const sortedValues = this.#otherValues;
    for (let at = 0; at < length; at++) {
      const digit = ((keys[at] ?? 0) >>> shift) & (DIGITS - 1);
      const place = starts[digit] ?? 0;
      starts[digit] = place + 1;
      sortedHashes[place] = hashes[at] ?? 0;
      sortedValues[place] = values[at] ?? 0;
    }
    this.#otherHashes = hashes;
    this.#otherValues = values;
    this.hashes = sortedHashes;
    this.values = sortedValues;
  }

  #grow(): void {
    const hashes = new Uint32Array(this.hashes.length * 2);
    const values = new Uint32Array(this.hashes.length * 2);
    hashes.set(this.hashes);
    values.set(this.values);
    this.hashes = hashes;
    this.values = values;
  }
}
