const ROOM_FIRST = 256;

/** Numbers of the rules that a text calls, in a buffer that is used again for every event. */
export class Calls {
  #rules = new Int32Array(ROOM_FIRST);
  count = 0;

  add(rule: number): void {
    if (this.count === this.#rules.length) this.#grow();
    this.#rules[this.count++] = rule;
  }

  at(index: number): number {
    return this.#rules[index] as number;
  }

  /** A copy of what was added from `from` on, each rule once. */
  since(from: number): number[] {
    return [...new Set(this.#rules.subarray(from, this.count))];
  }

  #grow(): void {
    const rules = new Int32Array(this.#rules.length * 2);
    rules.set(this.#rules);
    this.#rules = rules;
  }
}
