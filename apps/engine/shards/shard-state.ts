import { createCorrelator, type CorrelateLimits, type Correlator } from '#libs/correlate';
import {
  eventOf,
  PermanentError,
  type AlertChange,
  type Match,
  type RuleSetView,
} from '#libs/model';

import { ENTRY_FORMAT, type ShardEntry } from './shard-entry.ts';

/** Parts of the rule set by name, as `createRoutes` gives them. */
export type Parts = ReadonlyMap<string, RuleSetView>;

const LENGTH_BYTES = 4;

/**
 * Correlation of one shard: a correlator for each part of the rule set that has matches here. What
 * it does is a function of the entries and their order alone, so that whoever takes the shard over
 * and reads the same entries raises the same alerts.
 */
export class ShardState {
  readonly #limits: CorrelateLimits;
  readonly #correlators = new Map<string, Correlator>();
  #parts: Parts;
  #reached = -Infinity;

  constructor(parts: Parts, limits: CorrelateLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  /** Throws when only a newer version understands the entry. */
  async take(entry: ShardEntry): Promise<readonly AlertChange[]> {
    if (entry.v > ENTRY_FORMAT) {
      throw new Error(`an entry has format ${entry.v}; this version knows up to ${ENTRY_FORMAT}`);
    }
    if ('reached' in entry) return this.#advance(entry.reached);
    const events = entry.events.map(eventOf);
    const byPart = Map.groupBy(entry.matches, ([part]) => part);
    const changes: AlertChange[] = [];
    for (const [part, found] of byPart) {
      const correlator = await this.#correlator(part);
      const matches = found.flatMap(([, rule, at]): Match[] => {
        const event = events[at];
        return event === undefined ? [] : [{ rule, event }];
      });
      if (correlator !== undefined) changes.push(...(await correlator.accept(matches)));
    }
    return changes;
  }

  /** Other rules are in force; parts that are as they were keep what they hold. */
  reload(parts: Parts): void {
    this.#parts = parts;
    for (const [part, correlator] of this.#correlators) {
      const view = parts.get(part);
      if (view === undefined) this.#correlators.delete(part);
      else correlator.reload(view);
    }
  }

  snapshot(): Uint8Array {
    const states = [...this.#correlators].map(([part, correlator]) => {
      const bytes = correlator.snapshot();
      return { part, bytes };
    });
    const parts = states.map(({ part, bytes }) => [part, bytes.length]);
    const reached = Number.isFinite(this.#reached) ? this.#reached : null;
    const head = Buffer.from(JSON.stringify({ v: ENTRY_FORMAT, reached, parts }));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(head.length);
    return Buffer.concat([length, head, ...states.map(({ bytes }) => bytes)]);
  }

  /** Replaces everything held. Throws when the bytes are no snapshot of this version or before. */
  restore(bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = LENGTH_BYTES + buffer.readUInt32LE(0);
    const head = JSON.parse(buffer.toString('utf8', LENGTH_BYTES, end)) as {
      readonly v: number;
      readonly reached: number | null;
      readonly parts: readonly (readonly [string, number])[];
    };
    if (head.v > ENTRY_FORMAT) throw new PermanentError(`the snapshot has format ${head.v}`);
    this.#correlators.clear();
    this.#reached = head.reached ?? -Infinity;
    let at = end;
    for (const [part, length] of head.parts) {
      const view = this.#parts.get(part);
      if (view !== undefined) {
        const correlator = createCorrelator(view, this.#limits);
        correlator.restore(buffer.subarray(at, at + length));
        this.#correlators.set(part, correlator);
      }
      at += length;
    }
  }

  async #advance(reached: number): Promise<readonly AlertChange[]> {
    this.#reached = Math.max(this.#reached, reached);
    const changes: AlertChange[] = [];
    for (const correlator of this.#correlators.values()) {
      changes.push(...(await correlator.advance(reached)));
    }
    return changes;
  }

  /** One that begins now stands where the others stand in time. */
  async #correlator(part: string): Promise<Correlator | undefined> {
    const known = this.#correlators.get(part);
    const view = this.#parts.get(part);
    if (known !== undefined || view === undefined) return known;
    const made = createCorrelator(view, this.#limits);
    if (Number.isFinite(this.#reached)) await made.advance(this.#reached);
    this.#correlators.set(part, made);
    return made;
  }
}
