import { SLOTS_MAX, WORD_SLOT } from './layout.ts';

const WORDS_MAX = SLOTS_MAX - WORD_SLOT;
/** One message in so many is counted. */
const SAMPLE_EVERY = 16;
/** A word in this share of the counted messages is common. */
const COMMON_SHARE = 0.25;
const SAMPLE_MIN = 64;
/** Different words counted in one chunk. */
const COUNTED_MAX = 16_384;

/**
 * Words that stand in very many messages of a day. Each has a column of its own from the chunk
 * after the one that showed it to be common: that costs a tenth of what the token index takes.
 */
export class CommonWords {
  readonly #slots = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  #messages = 0;
  #sampled = 0;

  /** A word that has its column already. */
  load(word: string, slot: number): void {
    this.#slots.set(word, slot);
  }

  /** Column number of a word; undefined when it is not common. */
  slotOf(word: string): number | undefined {
    return this.#slots.get(word);
  }

  /** Looks at the words of a message, for what becomes common with the next chunk. */
  watch(words: readonly string[]): void {
    if (this.#slots.size >= WORDS_MAX || this.#messages++ % SAMPLE_EVERY !== 0) return;
    this.#sampled++;
    for (const word of new Set(words)) {
      const count = this.#counts.get(word) ?? 0;
      if (count > 0 || this.#counts.size < COUNTED_MAX) this.#counts.set(word, count + 1);
    }
  }

  /** Between two chunks: gives the words that became common, and begins to count anew. */
  settle(): { readonly word: string; readonly slot: number }[] {
    const least = Math.max(this.#sampled, SAMPLE_MIN) * COMMON_SHARE;
    const fresh = [...this.#counts]
      .filter(([word, count]) => count >= least && !this.#slots.has(word))
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, WORDS_MAX - this.#slots.size)
      .map(([word], index) => ({ word, slot: WORD_SLOT + this.#slots.size + index }));
    for (const { word, slot } of fresh) this.#slots.set(word, slot);
    this.#counts.clear();
    this.#sampled = 0;
    return fresh;
  }
}
