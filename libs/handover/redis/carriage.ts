import type { Redis } from 'ioredis';

import type { RedisLink } from '#libs/coordination/redis';
import type { Clock } from '#libs/model';

import type { BatchSource } from '../embedded.ts';
import { BatchBox } from './batch-box.ts';
import { BullHandover, type StallTimes } from './bull-handover.ts';
import { Drainer } from './drainer.ts';
import { ParkedBox } from './parked.ts';
import { openQueues } from './queues.ts';
import { Trials } from './trials.ts';

/** Everything that carries batches over one Redis; ends with the link. */
export class Carriage {
  readonly box: BatchBox;
  readonly parked: ParkedBox;
  readonly #link: RedisLink;
  readonly #clock: Clock;
  readonly #redis: Redis;
  readonly #suspects: BatchBox;
  readonly #trials: Trials;

  constructor(link: RedisLink, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
    this.#redis = link.connect('patient');
    const batches = openQueues(link, this.#redis, 'batches');
    const suspects = openQueues(link, this.#redis, 'suspects');
    const anywhere = [batches, suspects];
    this.box = new BatchBox(link, this.#redis, batches, anywhere);
    this.#suspects = new BatchBox(link, this.#redis, suspects, anywhere);
    this.#trials = new Trials(link, this.#redis);
    this.parked = new ParkedBox(link, this.#redis, this.box);
  }

  /** Reads batches; `concurrency` of one reader are under way at once in this process. */
  handover(concurrency: number, stall?: StallTimes): BullHandover {
    return new BullHandover(
      {
        link: this.#link,
        box: this.box,
        suspects: this.#suspects,
        trials: this.#trials,
        parked: this.parked,
        clock: this.#clock,
      },
      concurrency,
      stall,
    );
  }

  /** Carries the batches of the spool named `spool` into Redis. */
  drainer(source: BatchSource, spool: string, onHeld: (position: number) => void): Drainer {
    const { box } = this;
    const parts = { link: this.#link, redis: this.#redis, box, source, clock: this.#clock, spool };
    return new Drainer(parts, onHeld);
  }
}
