import type { Detector } from '#libs/detect';
import type { Event } from '#libs/model';
import type { EventWriter } from '#libs/store';

import type { Aside, BodySource, SpooledBatch } from './body-source.ts';

/**
 * Events that are decoded, then written, then matched before the next ones are decoded: few enough
 * to die young, many enough that each stage finds its code and tables at hand.
 */
const STEP_EVENTS = 128;

type Looked = ReturnType<Detector['begin']>;

export interface PassageParts {
  readonly source: Pick<BodySource, 'decode' | 'setAside'>;
  readonly writer: Pick<EventWriter, 'appendEach'>;
  readonly detect: Pick<Detector, 'begin' | 'look' | 'isCurrent'>;
}

/**
 * A batch of the spool on its way through index and detection. Its events are decoded once for both
 * where the index comes first; what detection needs of them waits for it, the events do not.
 */
export class Passage {
  readonly from: number;
  readonly to: number;
  readonly received: number;
  readonly #parts: PassageParts;
  readonly #batch: SpooledBatch;
  #isIndexed = false;
  #looked: Looked | undefined;
  #aside: readonly Aside[] = [];

  constructor(parts: PassageParts, batch: SpooledBatch) {
    this.#parts = parts;
    this.#batch = batch;
    this.from = batch.from;
    this.to = batch.to;
    this.received = batch.received;
  }

  /** Whether detection needs no events any more. */
  get isLooked(): boolean {
    return this.#looked !== undefined;
  }

  /**
   * Resolves when the index has the events. `forBoth`: detection looks at them too. Throws when the
   * index can not be written now.
   */
  async index(forBoth: boolean): Promise<void> {
    if (!this.#isIndexed) {
      const { writer, detect } = this.#parts;
      let looked = forBoth && !this.isLooked ? detect.begin() : undefined;
      writer.appendEach(this.to, (take) =>
        this.#inSteps((events) => {
          for (const event of events) take(event);
          if (looked !== undefined && !this.#look(events, looked)) looked = undefined;
        }),
      );
      this.#isIndexed = true;
      this.#looked ??= looked;
    }
    await this.#setAside();
  }

  /** What the rules in force say of the events; they are decoded for it when nobody did before. */
  async look(): Promise<Looked> {
    const { detect } = this.#parts;
    if (this.#looked === undefined || !detect.isCurrent(this.#looked)) {
      const looked = detect.begin();
      this.#inSteps((events) => {
        for (const event of events) detect.look(event, looked);
      });
      this.#looked = looked;
    }
    await this.#setAside();
    return this.#looked;
  }

  /** False when it fails: detection meets the error itself and it does not hold up the index. */
  #look(events: readonly Event[], into: Looked): boolean {
    try {
      for (const event of events) this.#parts.detect.look(event, into);
      return true;
    } catch {
      return false;
    }
  }

  #inSteps(take: (events: readonly Event[]) => void): void {
    const step: Event[] = [];
    this.#aside = this.#parts.source.decode(this.#batch, (event) => {
      step.push(event);
      if (step.length < STEP_EVENTS) return;
      take(step);
      step.length = 0;
    });
    take(step);
  }

  async #setAside(): Promise<void> {
    await this.#parts.source.setAside(this.#aside);
    this.#aside = [];
  }
}
