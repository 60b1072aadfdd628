import { AnchorTable, type AnchorEntry } from './anchors.ts';
import { GramTable, type GramEntry } from './grams.ts';

export type TextKind = 'exact' | 'prefix' | 'suffix' | 'contains';

/** A text in lower case, how it is sought, and the number found with it. */
export interface TextEntry {
  readonly kind: TextKind;
  readonly text: string;
  readonly number: number;
}

/** Finds the numbers of all entries that a text in lower case fits; exactly these. */
export class TextIndex {
  readonly #numbers: (readonly number[])[] = [];
  readonly #heads: AnchorTable | undefined;
  readonly #tails: AnchorTable | undefined;
  readonly #grams: GramTable | undefined;
  readonly #found: number[] = [];

  constructor(entries: readonly TextEntry[]) {
    const payloads = new Map<string, number>();
    const numbers: number[][] = [];
    const heads: AnchorEntry[] = [];
    const tails: AnchorEntry[] = [];
    const grams: GramEntry[] = [];
    for (const { kind, text, number } of entries) {
      const key = kind + text;
      const known = payloads.get(key);
      if (known !== undefined) {
        numbers[known]?.push(number);
        continue;
      }
      const payload = numbers.length;
      payloads.set(key, payload);
      numbers.push([number]);
      if (kind === 'contains') grams.push({ text, payload });
      else if (kind === 'prefix') heads.push({ text, whole: false, payload });
      else tails.push({ text, whole: kind === 'exact', payload });
    }
    this.#numbers = numbers;
    if (heads.length > 0) this.#heads = new AnchorTable(heads, false);
    if (tails.length > 0) this.#tails = new AnchorTable(tails, true);
    if (grams.length > 0) this.#grams = new GramTable(grams);
  }

  /** Adds the numbers to `out`; one may be there several times. */
  collect(folded: string, out: number[]): void {
    const found = this.#search(folded);
    for (const payload of found) {
      for (const number of this.#numbers[payload] as readonly number[]) out.push(number);
    }
  }

  /** True when the text fits any entry. */
  fits(folded: string): boolean {
    return this.#search(folded).length > 0;
  }

  #search(folded: string): readonly number[] {
    const found = this.#found;
    found.length = 0;
    this.#heads?.collect(folded, found);
    this.#tails?.collect(folded, found);
    this.#grams?.collect(folded, found);
    return found;
  }
}
