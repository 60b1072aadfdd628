/** Kinds of events remembered; a stranger one is worked out again. */
const ROUTES_MAX = 4_096;

type Branch<T> = Map<string, Branch<T> | T>;

/**
 * Remembers something for a row of texts, always equally many. Looking up builds no key: events of
 * one kind come by the thousand.
 */
export class Routes<T extends object> {
  #root: Branch<T> = new Map();
  #count = 0;

  find(texts: readonly string[]): T | undefined {
    let branch: Branch<T> | T | undefined = this.#root;
    for (let i = 0; i < texts.length; i++) {
      branch = (branch as Branch<T>).get(texts[i] as string);
      if (branch === undefined) return undefined;
    }
    return branch as T;
  }

  keep(texts: readonly string[], route: T): void {
    if (this.#count >= ROUTES_MAX) {
      this.#root = new Map();
      this.#count = 0;
    }
    let branch = this.#root;
    for (const text of texts.slice(0, -1)) {
      let next = branch.get(text) as Branch<T> | undefined;
      if (next === undefined) {
        next = new Map();
        branch.set(text, next);
      }
      branch = next;
    }
    branch.set(texts.at(-1) ?? '', route);
    this.#count++;
  }
}
