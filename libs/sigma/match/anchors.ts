import type { Calls } from './calls.ts';
import type { Payloads } from './payloads.ts';

/** A text that others begin or end with; `whole`: that they are. */
export interface AnchorEntry {
  readonly text: string;
  readonly whole: boolean;
  readonly payload: number;
}

/**
 * Texts are keyed by so many of their first (last) characters: the largest of these that they have.
 */
const KEY_SIZES: readonly number[] = [1, 4, 8, 16];
const PRIME = 0x01000193;
const SLOTS_MIN = 16;

interface KeyTable {
  readonly size: number;
  readonly mask: number;
  /** Hash of a key → index of its first entry, or 0. */
  readonly heads: Int32Array;
}

/** Finds which of many texts another one begins with (ends with, when `backward`). */
export class AnchorTable {
  readonly #backward: boolean;
  readonly #of: Payloads;
  readonly #tables: readonly KeyTable[];
  readonly #texts: string[] = [''];
  readonly #payloads: number[] = [0];
  readonly #whole: boolean[] = [false];
  readonly #next: number[] = [0];
  readonly #empty: readonly number[];

  constructor(entries: readonly AnchorEntry[], payloads: Payloads, backward: boolean) {
    this.#of = payloads;
    this.#backward = backward;
    this.#empty = entries.filter(({ text }) => text === '').map(({ payload }) => payload);
    const bySize = new Map<number, AnchorEntry[]>();
    for (const entry of entries) {
      const size = KEY_SIZES.findLast((one) => one <= entry.text.length);
      if (size === undefined) continue;
      const list = bySize.get(size);
      if (list === undefined) bySize.set(size, [entry]);
      else list.push(entry);
    }
    this.#tables = KEY_SIZES.flatMap((size) => {
      const list = bySize.get(size);
      return list === undefined ? [] : [this.#table(size, list)];
    });
  }

  /** Calls what stands behind all texts that fit. */
  collect(text: string, calls: Calls): void {
    const { length } = text;
    if (length === 0) {
      for (const payload of this.#empty) this.#of.call(payload, calls);
      return;
    }
    let hash = 0;
    let done = 0;
    for (const table of this.#tables) {
      if (table.size > length) return;
      hash = this.#hash(text, hash, done, table.size);
      done = table.size;
      const head = table.heads[(hash ^ (hash >>> 15)) & table.mask] as number;
      if (head !== 0) this.#compare(text, head, calls);
    }
  }

  #compare(text: string, head: number, calls: Calls): void {
    for (let entry = head; entry !== 0; entry = this.#next[entry] as number) {
      const wanted = this.#texts[entry] as string;
      if (this.#whole[entry] === true && wanted.length !== text.length) continue;
      if (this.#backward ? text.endsWith(wanted) : text.startsWith(wanted)) {
        this.#of.call(this.#payloads[entry] as number, calls);
      }
    }
  }

  #table(size: number, entries: readonly AnchorEntry[]): KeyTable {
    let slots = SLOTS_MIN;
    while (slots < entries.length * 2) slots *= 2;
    const heads = new Int32Array(slots);
    for (const { text, whole, payload } of entries) {
      const hash = this.#hash(text, 0, 0, size);
      const slot = (hash ^ (hash >>> 15)) & (slots - 1);
      this.#next.push(heads[slot] as number);
      heads[slot] = this.#texts.length;
      this.#texts.push(text);
      this.#payloads.push(payload);
      this.#whole.push(whole);
    }
    return { size, mask: slots - 1, heads };
  }

  /**
   * Goes on hashing from the character `from` to the character `to`, counted from the anchored end.
   */
  #hash(text: string, hash: number, from: number, to: number): number {
    const last = text.length - 1;
    let h = hash;
    for (let i = from; i < to; i++) {
      h = Math.imul(h ^ text.charCodeAt(this.#backward ? last - i : i), PRIME);
    }
    return h;
  }
}
