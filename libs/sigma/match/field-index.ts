import { TextIndex, type TextEntry } from './text-index.ts';
import type { Witness } from './witness.ts';

/** A witness of one field and the rule that it calls. */
export interface FieldEntry {
  readonly witness: Exclude<Witness, { kind: 'present' }>;
  readonly rule: number;
}

const UNUSUAL = /[\u0080-\uffff]/;

/** All witnesses of one field (or of any text), by what they ask. */
export class FieldIndex {
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
    this.#loose = [...loose];
  }

  /** Adds the rules that the text calls to `out`; one may be there several times. */
  collect(folded: string, out: number[]): void {
    this.#texts.collect(folded, out);
    if (this.#loose.length > 0 && UNUSUAL.test(folded)) {
      for (const rule of this.#loose) out.push(rule);
    }
  }
}
