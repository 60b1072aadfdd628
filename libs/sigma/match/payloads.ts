import type { Calls } from './calls.ts';

/** The rules behind each payload of an index. */
export class Payloads {
  /** Where the rules of a payload start; the last entry is the end. */
  readonly #starts: Int32Array;
  readonly #rules: Int32Array;

  constructor(lists: readonly (readonly number[])[]) {
    this.#starts = new Int32Array(lists.length + 1);
    let count = 0;
    for (const list of lists) count += list.length;
    this.#rules = new Int32Array(count);
    let at = 0;
    for (const [i, list] of lists.entries()) {
      this.#starts[i] = at;
      for (const rule of list) this.#rules[at++] = rule;
    }
    this.#starts[lists.length] = at;
  }

  call(payload: number, calls: Calls): void {
    const end = this.#starts[payload + 1] as number;
    for (let i = this.#starts[payload] as number; i < end; i++) calls.add(this.#rules[i] as number);
  }
}
