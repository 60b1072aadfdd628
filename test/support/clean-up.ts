import { afterAll } from 'vitest';

/** Undoes one thing that a test started. */
export type Undo = () => Promise<void> | void;

/**
 * Takes what must be undone, whatever becomes of the test. Inside a test pass vitest's
 * `onTestFinished`; for a whole file or `describe`, `suiteCleanUp()`.
 */
export type CleanUp = (undo: Undo) => void;

/**
 * A list of undos run in reverse order; every one is tried, the first failure is thrown at the end.
 */
export class UndoList {
  readonly #undos: Undo[] = [];

  readonly add: CleanUp = (undo) => {
    this.#undos.push(undo);
  };

  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let undo = this.#undos.pop(); undo !== undefined; undo = this.#undos.pop()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * Undoes after all tests of the suite it is called in; call it while tests are collected, not in a
 * hook.
 */
export function suiteCleanUp(): CleanUp {
  const list = new UndoList();
  afterAll(() => list.run());
  return list.add;
}
