import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';

import { Broadcast } from '../ports.ts';
import type { RedisLink } from './redis-link.ts';

/** One who only listens would never find out that the connection is dead, ms. */
const PING_MS = 5_000;

interface Told {
  readonly from: string;
  readonly message: unknown;
}

/** Tells this process at once and the others by Redis; what is told during an outage is lost. */
export class RedisBroadcast extends Broadcast {
  readonly #link: RedisLink;
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #self = randomUUID();
  readonly #listeners = new Map<string, Set<(message: unknown) => void>>();
  #lost = 0;

  constructor(link: RedisLink) {
    super();
    this.#link = link;
    this.#publisher = link.connect('hasty');
    this.#subscriber = link.connect('patient');
    const start = link.key('topic', '').length;
    const pinging = setInterval(() => {
      this.#subscriber.ping().catch(() => undefined);
    }, PING_MS);
    pinging.unref();
    this.#subscriber.once('end', () => clearInterval(pinging));
    let connections = 0;
    this.#subscriber.on('ready', () => {
      connections += 1;
      if (connections > 1) this.#hear(Broadcast.GAP, null);
    });
    this.#subscriber.on('message', (channel: string, text: string) => {
      const { from, message } = JSON.parse(text) as Told;
      if (from !== this.#self) this.#hear(channel.slice(start), message);
    });
  }

  /** Messages that could not be sent to the other processes. */
  get lost(): number {
    return this.#lost;
  }

  tell(topic: string, message: unknown): void {
    this.#hear(topic, message);
    const told: Told = { from: this.#self, message };
    this.#publisher
      .publish(this.#link.key('topic', topic), JSON.stringify(told))
      .catch(() => (this.#lost += 1));
  }

  listen(topic: string, hear: (message: unknown) => void): () => void {
    const set = this.#listeners.get(topic) ?? new Set();
    if (set.size === 0) {
      // A closed link is the only way to fail: then there is nobody to hear any more.
      this.#subscriber.subscribe(this.#link.key('topic', topic)).catch(() => undefined);
    }
    set.add(hear);
    this.#listeners.set(topic, set);
    return () => {
      set.delete(hear);
      if (set.size > 0) return;
      this.#subscriber.unsubscribe(this.#link.key('topic', topic)).catch(() => undefined);
    };
  }

  #hear(topic: string, message: unknown): void {
    for (const hear of this.#listeners.get(topic) ?? []) hear(message);
  }
}
