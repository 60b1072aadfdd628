import type { Calls } from './calls.ts';

/** Texts remembered for all fields together. */
const TEXTS_MAX = 50_000;
/** Longer texts are seldom the same. */
const CHARS_MAX = 256;
/** After so many texts of a field it is decided whether remembering pays. */
const TRIAL_TEXTS = 512;
const TRIAL_HITS_MIN = 200;
/** A memo that gave itself up tries again after so many texts. */
const REST_TEXTS = 100_000;
const NONE: readonly number[] = [];

/** What all memos together may hold; when it is full they all begin anew. */
export class MemoBudget {
  #left = TEXTS_MAX;
  generation = 0;

  take(): void {
    this.#left--;
    if (this.#left <= 0) this.forget();
  }

  /** Nothing remembered so far holds any longer. */
  forget(): void {
    this.#left = TEXTS_MAX;
    this.generation++;
  }
}

/** Remembers which rules a text calls, for fields whose values repeat; rests where they do not. */
export class Memo {
  readonly #budget: MemoBudget;
  readonly #known = new Map<string, readonly number[]>();
  #generation = 0;
  #asked = 0;
  #hits = 0;
  #resting = 0;

  constructor(budget: MemoBudget) {
    this.#budget = budget;
  }

  /** The rules called for a text seen before. */
  find(text: string): readonly number[] | undefined {
    if (this.#resting > 0) {
      this.#resting--;
      return undefined;
    }
    if (this.#generation !== this.#budget.generation) {
      this.#known.clear();
      this.#generation = this.#budget.generation;
    }
    const found = text.length > CHARS_MAX ? undefined : this.#known.get(text);
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

  /** Keeps the rules called from `from` on for a text. */
  keep(text: string, calls: Calls, from: number): void {
    if (this.#resting > 0 || text.length > CHARS_MAX) return;
    this.#budget.take();
    this.#known.set(text, calls.count === from ? NONE : calls.since(from));
  }
}
