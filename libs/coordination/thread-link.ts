import type { MessagePort, Worker } from 'node:worker_threads';

interface Ask {
  readonly ask: string;
  readonly id: number;
  readonly with: unknown;
}

type Answer =
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly error: string };

type Wire = Ask | Answer;

type Open = PromiseWithResolvers<unknown>;

type Calls = Readonly<Record<string, (asked: never) => unknown>>;

/**
 * Two threads that ask each other by name. `Theirs` is what the other side answers. What is asked
 * and answered is copied;
 * an answer that throws rejects the asking side with the same message. When the other side dies
 * every open question rejects.
 */
export class ThreadLink<Theirs extends Calls> {
  readonly #port: MessagePort | Worker;
  readonly #mine: Calls;
  readonly #open = new Map<number, Open>();
  #next = 0;
  #dead: Error | undefined;

  constructor(port: MessagePort | Worker, mine: Calls) {
    this.#port = port;
    this.#mine = mine;
    port.on('message', (message: Wire) => void this.#hear(message));
  }

  ask<K extends keyof Theirs & string>(
    name: K,
    asked: Parameters<Theirs[K]>[0],
  ): Promise<Awaited<ReturnType<Theirs[K]>>> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    const id = this.#next;
    this.#next += 1;
    const open = Promise.withResolvers<unknown>();
    this.#open.set(id, open);
    this.#port.postMessage({ ask: name, id, with: asked } satisfies Ask);
    return open.promise as Promise<Awaited<ReturnType<Theirs[K]>>>;
  }

  /** Rejects every open and every later question; called when the other thread has ended. */
  end(reason: Error): void {
    this.#dead = reason;
    for (const open of this.#open.values()) open.reject(reason);
    this.#open.clear();
  }

  async #hear(message: Wire): Promise<void> {
    if ('ask' in message) {
      this.#port.postMessage(await this.#answer(message));
      return;
    }
    const waiting = this.#open.get(message.answer);
    this.#open.delete(message.answer);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.value);
  }

  async #answer({ ask, id, with: asked }: Ask): Promise<Answer> {
    try {
      const call = this.#mine[ask];
      if (call === undefined) throw new TypeError(`the other thread asked for ${ask}`);
      return { answer: id, value: await call(asked as never) };
    } catch (error) {
      return { answer: id, error: error instanceof Error ? error.message : String(error) };
    }
  }
}
