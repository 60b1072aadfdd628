import type { ThreadLink } from '#libs/coordination';
import { Parked, type ParkedEntry, type ParkedEvent } from '#libs/store';

import type { WorkHostCalls } from './cluster-calls.ts';

/** Parked events that lie with the documents of the main thread. */
export class LinkedParked extends Parked {
  readonly #host: ThreadLink<WorkHostCalls>;

  constructor(host: ThreadLink<WorkHostCalls>) {
    super();
    this.#host = host;
  }

  park(entries: readonly ParkedEntry[]): Promise<void> {
    return this.#host.ask('park', entries);
  }

  list(request: Parameters<Parked['list']>[0]): ReturnType<Parked['list']> {
    return this.#host.ask('parked', request);
  }

  get(ids: readonly string[]): Promise<readonly ParkedEvent[]> {
    return this.#host.ask('parkedEvents', ids);
  }

  drop(ids: readonly string[]): Promise<number> {
    return this.#host.ask('dropParked', ids);
  }
}
