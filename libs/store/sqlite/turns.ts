import type { Work } from './conditions.ts';

/** One question's work and where its answer goes. */
export interface Turn<T> {
  readonly work: Work<T>;
  readonly done: (answer: T) => void;
  readonly failed: (error: unknown) => void;
}

/** Works on several questions by turns, so that a long one never holds up a short one. */
export class Turns<T> {
  readonly #sliceMs: number;
  readonly #togetherMax: number;
  readonly #waitingMax: number;
  readonly #running: Turn<T>[] = [];
  readonly #waiting: Turn<T>[] = [];
  #scheduled = false;

  constructor(limits: { sliceMs: number; togetherMax: number; waitingMax: number }) {
    this.#sliceMs = limits.sliceMs;
    this.#togetherMax = limits.togetherMax;
    this.#waitingMax = limits.waitingMax;
  }

  add(turn: Turn<T>): void {
    if (this.#running.length < this.#togetherMax) this.#running.push(turn);
    else if (this.#waiting.length < this.#waitingMax) this.#waiting.push(turn);
    else turn.failed(new Error('too many searches wait; try again'));
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#running.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#step();
      this.#schedule();
    });
  }

  #step(): void {
    const turn = this.#running.shift();
    if (turn === undefined) return;
    const end = performance.now() + this.#sliceMs;
    try {
      do {
        const { done, value } = turn.work.next();
        if (done === true) {
          turn.done(value);
          this.#advance();
          return;
        }
      } while (performance.now() < end);
      this.#running.push(turn);
    } catch (error) {
      turn.failed(error);
      this.#advance();
    }
  }

  #advance(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) this.#running.push(next);
  }
}
