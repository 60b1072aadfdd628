/** Texts remembered for one field. */
const MEMO_TEXTS_MAX = 2_048;
/** Longer texts are seldom the same. */
const MEMO_CHARS_MAX = 256;
/** After so many texts it is decided whether remembering pays. */
const TRIAL_TEXTS = 512;
const TRIAL_HITS_MIN = 200;
/** A memo that gave itself up tries again after so many texts. */
const REST_TEXTS = 100_000;
const NONE: readonly number[] = [];

/** Remembers which rules a text calls, for fields whose values repeat; rests where they do not. */
export class Memo {
  readonly #known = new Map<string, readonly number[]>();
  #asked = 0;
  #hits = 0;
  #resting = 0;

  /** The rules called for a text seen before. */
  find(text: string): readonly number[] | undefined {
    if (this.#resting > 0) {
      this.#resting--;
      return undefined;
    }
    const found = text.length > MEMO_CHARS_MAX ? undefined : this.#known.get(text);
    this.#asked++;
    if (found !== undefined) this.#hits++;
    if (this.#asked === TRIAL_TEXTS) {
      if (this.#hits < TRIAL_HITS_MIN) {
        this.#known.clear();
        this.#resting = REST_TEXTS;
      }
      this.#asked = 0;
      this.#hits = 0;
    }
    return found;
  }

  /** Keeps the rules from `from` on for a text. */
  keep(text: string, rules: readonly number[], from: number): void {
    if (this.#resting > 0 || text.length > MEMO_CHARS_MAX) return;
    if (this.#known.size >= MEMO_TEXTS_MAX) this.#known.clear();
    this.#known.set(text, rules.length === from ? NONE : [...new Set(rules.slice(from))]);
  }
}
