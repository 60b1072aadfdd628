import { AnchorTable, type AnchorEntry } from './anchors.ts';
import { Calls } from './calls.ts';
import { GramTable, NOT_SEEN, type GramEntry } from './grams.ts';
import { Payloads } from './payloads.ts';

export type TextKind = 'exact' | 'prefix' | 'suffix' | 'contains';

/** A text in lower case, how it is sought, and the number found with it. */
export interface TextEntry {
  readonly kind: TextKind;
  readonly text: string;
  readonly number: number;
}

/** Finds the numbers of all entries that a text in lower case fits; exactly these. */
export class TextIndex {
  /** A text shorter than this fits none. */
  readonly lengthMin: number;
  readonly #heads: AnchorTable | undefined;
  readonly #tails: AnchorTable | undefined;
  readonly #grams: GramTable | undefined;

  constructor(entries: readonly TextEntry[]) {
    const known = {
      exact: new Map<string, number>(),
      prefix: new Map<string, number>(),
      suffix: new Map<string, number>(),
      contains: new Map<string, number>(),
    };
    const numbers: number[][] = [];
    const heads: AnchorEntry[] = [];
    const tails: AnchorEntry[] = [];
    const grams: GramEntry[] = [];
    let lengthMin = Infinity;
    for (const { kind, text, number } of entries) {
      const same = known[kind].get(text);
      if (same !== undefined) {
        numbers[same]?.push(number);
        continue;
      }
      const payload = numbers.length;
      known[kind].set(text, payload);
      numbers.push([number]);
      lengthMin = Math.min(lengthMin, text.length);
      if (kind === 'contains') grams.push({ text, payload });
      else if (kind === 'prefix') heads.push({ text, whole: false, payload });
      else tails.push({ text, whole: kind === 'exact', payload });
    }
    const payloads = new Payloads(numbers);
    this.lengthMin = lengthMin;
    if (heads.length > 0) this.#heads = new AnchorTable(heads, payloads, false);
    if (tails.length > 0) this.#tails = new AnchorTable(tails, payloads, true);
    if (grams.length > 0) this.#grams = new GramTable(grams, payloads);
  }

  /**
   * Adds the numbers to `calls`; one may be there several times. Gives all bits of the text's
   * characters together, or `NOT_SEEN` when there was no need to look at each.
   */
  collect(folded: string, calls: Calls): number {
    this.#heads?.collect(folded, calls);
    this.#tails?.collect(folded, calls);
    return this.#grams === undefined ? NOT_SEEN : this.#grams.collect(folded, calls);
  }

  /** True when the text fits any entry. */
  fits(folded: string): boolean {
    FITTING.count = 0;
    this.collect(folded, FITTING);
    return FITTING.count > 0;
  }
}

const FITTING = new Calls();
