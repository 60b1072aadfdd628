import { Worker } from 'node:worker_threads';

import { threadEntry } from '#libs/telemetry';

type Reply<A> =
  | { readonly id: number; readonly answer: A }
  | { readonly id: number; readonly error: Error };

interface Call<A> {
  resolve(answer: A): void;
  reject(error: Error): void;
}

/**
 * Questions to a thread of our own and its answers; when the thread dies, all that wait are told.
 */
export class ThreadCalls<Q, A> {
  readonly #thread: Worker;
  readonly #calls = new Map<number, Call<A>>();
  readonly #ended = Promise.withResolvers<void>();
  #next = 0;
  #dead: Error | undefined;

  /** `entry` is the file beside `from` (an `import.meta.url`) without its extension. */
  constructor(from: string, entry: string, workerData: unknown) {
    const { url, options } = threadEntry(from, entry);
    this.#thread = new Worker(url, { ...options, workerData });
    this.#thread.on('message', (reply: Reply<A>) => this.#take(reply));
    this.#thread.on('error', (error) => this.#end(error));
    this.#thread.on('exit', () => this.#end(new Error('the thread has ended')));
  }

  /** Rejects with the thread's error, or when it is closed or died. */
  ask(question: Q, transfer: readonly ArrayBuffer[] = []): Promise<A> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#thread.postMessage({ id, question }, [...transfer]);
    });
  }

  /** Resolves when the thread has ended. */
  async close(): Promise<void> {
    if (this.#dead === undefined) this.#thread.postMessage({ close: true }, []);
    await this.#ended.promise;
  }

  #take(reply: Reply<A>): void {
    const call = this.#calls.get(reply.id);
    this.#calls.delete(reply.id);
    if ('error' in reply) call?.reject(reply.error);
    else call?.resolve(reply.answer);
  }

  #end(error: unknown): void {
    this.#dead ??= error instanceof Error ? error : new Error(String(error));
    for (const call of this.#calls.values()) call.reject(this.#dead);
    this.#calls.clear();
    this.#ended.resolve();
  }
}
