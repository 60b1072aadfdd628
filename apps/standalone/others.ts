import { randomUUID } from 'node:crypto';

import { Broadcast } from '#libs/coordination';

interface Told {
  readonly from: string;
  readonly what: unknown;
}

/** The other processes of the product: what is told here is heard there and never here. */
export class Others {
  readonly #broadcast: Broadcast;
  readonly #self = randomUUID();

  constructor(broadcast: Broadcast) {
    this.#broadcast = broadcast;
  }

  /** Best effort. */
  tell(topic: string, what: unknown): void {
    this.#broadcast.tell(topic, { from: this.#self, what } satisfies Told);
  }

  /** Calls when this process may have missed what others told. */
  onGap(take: () => void): void {
    this.#broadcast.listen(Broadcast.GAP, take);
  }

  hear(topic: string, take: (what: unknown) => void): void {
    this.#broadcast.listen(topic, (message) => {
      const { from, what } = message as Told;
      if (from !== this.#self) take(what);
    });
  }
}
