import { Worker } from 'node:worker_threads';

import { ThreadLink } from '#libs/coordination';
import { threadEntry } from '#libs/telemetry';

/** A thread that has not stopped by then is ended, ms. */
const STOP_MS_MAX = 4_000;

type Calls = Readonly<Record<string, (asked: never) => unknown>> & {
  readonly stop: (nothing: null) => Promise<void>;
};

/** A thread of this folder that is asked by name; `onDeath` hears when it ends unasked. */
export class ThreadHost<Theirs extends Calls> {
  readonly #worker: Worker;
  readonly #link: ThreadLink<Theirs>;
  readonly #ended: Promise<void>;
  #stopping = false;

  constructor(
    name: 'drain-thread' | 'work-thread',
    start: object,
    mine: Readonly<Record<string, (asked: never) => unknown>>,
    onDeath: (error: Error) => void,
  ) {
    const { url, options } = threadEntry(import.meta.url, name);
    this.#worker = new Worker(url, { ...options, workerData: start, name });
    this.#link = new ThreadLink<Theirs>(this.#worker, mine);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    let cause: Error | undefined;
    this.#worker.on('error', (error: Error) => {
      cause = error;
    });
    this.#worker.on('exit', () => {
      const error = cause ?? new Error(`the ${name} ended`);
      this.#link.end(error);
      resolve();
      if (!this.#stopping) onDeath(error);
    });
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  ask<K extends keyof Theirs & string>(
    name: K,
    asked: Parameters<Theirs[K]>[0],
  ): Promise<Awaited<ReturnType<Theirs[K]>>> {
    return this.#link.ask(name, asked);
  }

  /** Resolves when it has ended; what it took is durable unless a server was away. */
  async stop(): Promise<void> {
    this.#stopping = true;
    // With a server away it cannot finish: what it had is given to others, or done again.
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STOP_MS_MAX);
    await Promise.race([this.#link.ask('stop', null), late]);
    clearTimeout(timer);
    await this.#worker.terminate();
    await this.#ended;
  }
}
