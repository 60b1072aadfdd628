import type { Calls } from './calls.ts';
import { NOT_SEEN } from './grams.ts';
import { TextIndex, type TextEntry } from './text-index.ts';
import type { Witness } from './witness.ts';

/** A witness of one field and the rule that it calls. */
export interface FieldEntry {
  readonly witness: Exclude<Witness, { kind: 'present' }>;
  readonly rule: number;
}

const UNUSUAL = /[\u0080-\uffff]/;
const UNUSUAL_FROM = 0x80;

/** All witnesses of one field (or of any text), by what they ask. */
export class FieldIndex {
  /** A text of usual letters that is shorter calls nothing. */
  readonly lengthMin: number;
  readonly #texts: TextIndex;
  /** Rules whose witness holds only for usual letters. */
  readonly #loose: readonly number[];

  constructor(entries: readonly FieldEntry[]) {
    const loose = new Set<number>();
    const texts: TextEntry[] = [];
    for (const { witness, rule } of entries) {
      if (witness.loose) loose.add(rule);
      texts.push({ kind: witness.kind, text: witness.text, number: rule });
    }
    this.#texts = new TextIndex(texts);
    this.lengthMin = this.#texts.lengthMin;
    this.#loose = [...loose];
  }

  /** Adds the rules that the text calls to `calls`; one may be there several times. */
  collect(folded: string, calls: Calls): void {
    const seen = this.#texts.collect(folded, calls);
    if (this.#loose.length === 0) return;
    if (seen === NOT_SEEN ? UNUSUAL.test(folded) : seen >= UNUSUAL_FROM) {
      for (const rule of this.#loose) calls.add(rule);
    }
  }
}
