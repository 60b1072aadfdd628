import { EmbeddedHandover, SharedBatches, type ReaderState } from '#libs/handover';
import type { Detector } from '#libs/detect';
import type { AlertChange, Clock, Recovery } from '#libs/model';
import type { EventWriter, StateStore } from '#libs/store';

import type { BodySource } from './body-source.ts';
import { Passage } from './passage.ts';
import type { RaiseMarks } from './raise-marks.ts';
import { SnapshotPace } from './snapshot-pace.ts';

/**
 * Alert changes of one batch; `position` is the spool position after it, or a number of whatever
 * `origin` names.
 */
export interface Raised {
  readonly position: number;
  readonly origin?: string;
  readonly changes: readonly AlertChange[];
  readonly recoveries: readonly Recovery[];
}

export interface PipelineParts {
  readonly source: Pick<BodySource, 'spooledAt' | 'decode' | 'setAside'>;
  readonly writer: EventWriter;
  readonly detect: Omit<Detector, 'take' | 'reload' | 'restore' | 'counts'>;
  readonly states: StateStore;
  readonly marks: Pick<RaiseMarks, 'note' | 'forget'>;
  readonly clock: Clock;
}

/** Where the pipeline tells what it did. */
export interface PipelineEars {
  /** Resolves once the alerts are stored: only then does detection count as done up to there. */
  raise(raised: Raised): Promise<void>;
  /** Everything before the position may leave the spool. */
  free(position: number): void;
  park(what: { reader: string; from: number; to: number; reason: string }): void;
}

/** Name of the snapshot of detection in the state store. */
export const DETECT_STATE = 'detect';

/**
 * Pause between two checkpoints (index durable, detection's snapshot saved, spool freed), ms of
 * real time.
 */
const CHECKPOINT_MS = 2_000;

/**
 * As far behind in the spool, in bytes, either reader may be for the other to decode for both. A
 * reader that is further behind decodes for itself.
 */
const LEVEL_BYTES = 8_388_608;

/** Bodies of the spool, through index and detection, each reader at its own pace. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #ears: PipelineEars;
  readonly #handover: EmbeddedHandover<Passage>;
  readonly #readings: { stop(): Promise<void> }[] = [];
  readonly #outbox: Raised[] = [];
  /** How far the index is, whether it fails, and what resolves when either changes. */
  #indexed: number;
  #indexFails = false;
  #indexTurn = Promise.withResolvers<void>();
  #stopping = false;
  #detected: number;
  #taken: number;
  #saved: number;
  readonly #pace: SnapshotPace;
  #detecting: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #checkpointing: Promise<void> = Promise.resolve();
  #trouble: string | undefined;

  /** `detected` is the position of the snapshot that `detect` was restored from. */
  constructor(parts: PipelineParts, ears: PipelineEars, detected: number) {
    this.#parts = parts;
    this.#ears = ears;
    this.#detected = detected;
    this.#taken = detected;
    this.#saved = detected;
    this.#pace = new SnapshotPace(detected);
    this.#indexed = Math.max(0, parts.writer.position());
    this.#handover = new EmbeddedHandover(
      new SharedBatches((from) => this.#passageAt(from)),
      parts.clock,
      { index: this.#indexed, detect: detected },
      (reader, { from, to }, reason) => ears.park({ reader, from, to, reason }),
    );
  }

  start(): void {
    this.#readings.push(
      this.#handover.read('index', (passage) => this.#index(passage)),
      this.#handover.read('detect', (passage) => this.#detect(passage)),
    );
    this.#timer = setInterval(() => {
      this.#checkpointing = this.#checkpointing.then(() => this.#checkpoint());
    }, CHECKPOINT_MS);
  }

  /** Ends both readers and makes durable what they did. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping = true;
    this.#turn();
    await Promise.all(this.#readings.map((reading) => reading.stop()));
    await this.#checkpointing;
    await this.#checkpoint('last');
    this.#parts.writer.close();
  }

  /** Tells detection that everything received up to `received` has come, when it has. */
  async advance(end: number, received: number): Promise<void> {
    if (this.#detected < end) return;
    await this.#alone(async () => {
      await this.#tellOutbox();
      this.#put(await this.#parts.detect.advance(received), this.#detected);
      await this.#tellOutbox();
    });
  }

  /** Does something to detection while no batch is being taken. */
  between(work: () => void): Promise<void> {
    return this.#alone(() => {
      work();
      return Promise.resolve();
    });
  }

  states(): readonly ReaderState[] {
    return this.#handover.states();
  }

  /** Why the last checkpoint failed; `undefined` when it did not. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  async #passageAt(from: number): Promise<Passage | undefined> {
    const spooled = await this.#parts.source.spooledAt(from);
    return spooled === undefined ? undefined : new Passage(this.#parts, spooled);
  }

  async #index(passage: Passage): Promise<void> {
    const { from, to } = passage;
    try {
      await passage.index(this.#detected <= from && from - this.#detected <= LEVEL_BYTES);
      this.#indexed = to;
      this.#indexFails = false;
    } catch (error) {
      this.#indexFails = true;
      throw error;
    } finally {
      this.#turn();
    }
    // The writer is synchronous: detection and messages get their turn between two batches.
    await new Promise(setImmediate);
  }

  #turn(): void {
    this.#indexTurn.resolve();
    this.#indexTurn = Promise.withResolvers();
  }

  /** True when the index is about to come here, and will decode for both. */
  #isIndexComing({ from, isLooked }: Passage): boolean {
    if (isLooked || this.#indexFails || this.#stopping) return false;
    return this.#indexed <= from && from - this.#indexed <= LEVEL_BYTES;
  }

  async #detect(passage: Passage): Promise<void> {
    while (this.#isIndexComing(passage)) await this.#indexTurn.promise;
    const { to, received } = passage;
    await this.#alone(async () => {
      await this.#tellOutbox();
      // A batch that comes again because its alerts could not be stored is not taken twice.
      if (this.#taken !== to) {
        const looked = await passage.look();
        this.#put(await this.#parts.detect.settle(looked, received), to);
      }
      this.#taken = to;
      await this.#tellOutbox();
      this.#detected = to;
    });
    await new Promise(setImmediate);
  }

  #put(raised: Omit<Raised, 'position' | 'origin'>, position: number): void {
    if (raised.changes.length + raised.recoveries.length === 0) return;
    const { changes, recoveries } = raised;
    this.#outbox.push({ changes, recoveries, position });
  }

  /** Alerts wait here in order until they are stored; detection does not go on before. */
  async #tellOutbox(): Promise<void> {
    for (let next = this.#outbox[0]; next !== undefined; next = this.#outbox[0]) {
      if (next.changes.length > 0) await this.#parts.marks.note(next.position);
      await this.#ears.raise(next);
      this.#outbox.shift();
    }
  }

  /** Detection is one state: batches, the passing of time and snapshots take turns. */
  #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#detecting.then(work);
    this.#detecting = done.catch(() => undefined);
    return done;
  }

  async #checkpoint(which: 'last' | 'one of many' = 'one of many'): Promise<void> {
    try {
      const indexed = this.#parts.writer.checkpoint();
      const due = which === 'last' || this.#pace.isDue(performance.now(), this.#detected);
      if (due) await this.#alone(() => this.#save());
      this.#ears.free(Math.min(Math.max(0, indexed), this.#saved));
      this.#trouble = undefined;
    } catch (error) {
      // Nothing is freed until one succeeds; the health page shows the reason.
      this.#trouble = error instanceof Error ? error.message : String(error);
    }
  }

  async #save(): Promise<void> {
    if (this.#detected === this.#saved || this.#outbox.length > 0) return;
    const position = this.#detected;
    const started = performance.now();
    const snapshot = this.#parts.detect.snapshot();
    const cost = performance.now() - started;
    await this.#parts.states.save(DETECT_STATE, position, snapshot);
    this.#saved = position;
    this.#pace.took(cost, performance.now(), position);
    this.#parts.marks.forget(position);
  }
}
