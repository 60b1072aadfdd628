import { Broadcast, Lease, type Held } from './ports.ts';

/** One process is the whole cluster: the first taker holds a name until it lets go. */
export class ProcessLease extends Lease {
  readonly #held = new Set<string>();
  #fence = 0;

  take(name: string): Promise<Held | undefined> {
    if (this.#held.has(name)) return Promise.resolve(undefined);
    this.#held.add(name);
    this.#fence += 1;
    const release = (): Promise<void> => {
      this.#held.delete(name);
      return Promise.resolve();
    };
    return Promise.resolve({ fence: this.#fence, release });
  }
}

/** Tells the listeners of this process, in the order they came. */
export class ProcessBroadcast extends Broadcast {
  readonly #listeners = new Map<string, Set<(message: unknown) => void>>();

  tell(topic: string, message: unknown): void {
    for (const hear of this.#listeners.get(topic) ?? []) hear(message);
  }

  listen(topic: string, hear: (message: unknown) => void): () => void {
    const set = this.#listeners.get(topic) ?? new Set();
    set.add(hear);
    this.#listeners.set(topic, set);
    return () => set.delete(hear);
  }
}
