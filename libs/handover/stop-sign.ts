/**
 * Ends waits. A race against one promise that lives for months would keep a reaction of every wait
 * for as long.
 */
export class StopSign {
  #raised = false;
  readonly #waits = new Set<() => void>();

  get raised(): boolean {
    return this.#raised;
  }

  raise(): void {
    this.#raised = true;
    for (const end of this.#waits) end();
  }

  /** What the promise gives, or `undefined` once the sign is raised. */
  async orElse<T>(promise: Promise<T>): Promise<T | undefined> {
    const { promise: raised, resolve } = Promise.withResolvers<undefined>();
    const end = (): void => resolve(undefined);
    this.#waits.add(end);
    if (this.#raised) end();
    try {
      return await Promise.race([promise, raised]);
    } finally {
      this.#waits.delete(end);
    }
  }
}
