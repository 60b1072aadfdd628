import type { IncomingMessage } from 'node:http';

import { letGo, type InputLimits, type MemoryBudget, type Share } from '#libs/input';
import type { Clock } from '#libs/model';

import type { Hold } from './hold.ts';

export type ReadOutcome =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'too_large' | 'too_slow' | 'overload' | 'gone' };

export interface ReadNeeds {
  readonly budget: MemoryBudget;
  readonly clock: Clock;
  readonly limits: InputLimits;
}

const CHECK_MS = 1000;

/**
 * Reads one body within the memory that all bodies share. Call `release` in any case once nothing
 * works on the body, and `forget` once its bytes are not asked for any more either.
 */
export class BodyReading {
  readonly #request: IncomingMessage;
  readonly #needs: ReadNeeds;
  readonly #hold: Hold;
  readonly #share: Share = { taken: 0 };
  #chunks: Buffer[] = [];
  readonly #outcome = Promise.withResolvers<ReadOutcome>();
  #length = 0;
  #waiting = false;
  #startedAt = 0;
  #lastAt = 0;
  #cancel: (() => void) | undefined;

  constructor(request: IncomingMessage, needs: ReadNeeds, hold: Hold) {
    this.#request = request;
    this.#needs = needs;
    this.#hold = hold;
  }

  async read(): Promise<ReadOutcome> {
    const request = this.#request;
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > this.#needs.limits.body_bytes_max) return { kind: 'too_large' };
    if (request.destroyed) return { kind: 'gone' };
    this.#startedAt = this.#needs.clock.now();
    this.#lastAt = this.#startedAt;
    this.#watch();
    const onData = (chunk: Buffer) => this.#take(chunk);
    const onEnd = () => this.#finish({ kind: 'read', bytes: this.#whole() });
    const onGone = () => this.#finish({ kind: 'gone' });
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
    const outcome = await this.#outcome.promise;
    this.#cancel?.();
    request.off('data', onData).off('end', onEnd).off('close', onGone);
    if (outcome.kind !== 'read') this.forget();
    return outcome;
  }

  /** Others may take in as much. */
  release(): void {
    this.#needs.budget.release(this.#share);
  }

  /** Empties the bytes that were read. */
  forget(): void {
    for (const chunk of this.#chunks) letGo(chunk);
    this.#chunks = [];
  }

  #take(chunk: Buffer): void {
    const { limits, budget, clock } = this.#needs;
    this.#lastAt = clock.now();
    this.#length += chunk.length;
    if (this.#length > limits.body_bytes_max) {
      this.#finish({ kind: 'too_large' });
      return;
    }
    this.#chunks.push(chunk);
    if (!budget.tryTake(this.#share, chunk.length)) void this.#wait(chunk.length);
  }

  /** The memory of all bodies is at its limit: the sender waits in its own socket. */
  async #wait(bytes: number): Promise<void> {
    this.#waiting = true;
    this.#request.pause();
    this.#hold.begin();
    const answer = await this.#needs.budget.take(this.#share, bytes, this.#hold.signal);
    if (answer === 'aborted') {
      this.#finish({ kind: 'overload' });
      return;
    }
    this.#waiting = false;
    this.#lastAt = this.#needs.clock.now();
    this.#request.resume();
  }

  #watch(): void {
    const { clock, limits } = this.#needs;
    this.#cancel = clock.after(CHECK_MS, () => {
      const now = clock.now();
      const elapsed = now - this.#startedAt;
      const idle = now - this.#lastAt > limits.body_idle_ms;
      const rate = (this.#length * 1000) / elapsed;
      const crawls = elapsed > limits.body_grace_ms && rate < limits.body_bytes_per_s_min;
      if (!this.#waiting && (idle || crawls)) this.#finish({ kind: 'too_slow' });
      else this.#watch();
    });
  }

  #whole(): Buffer {
    const [only] = this.#chunks;
    if (this.#chunks.length === 1 && only !== undefined) return only;
    const whole = Buffer.concat(this.#chunks, this.#length);
    this.forget();
    this.#chunks.push(whole);
    return whole;
  }

  #finish(outcome: ReadOutcome): void {
    this.#outcome.resolve(outcome);
  }
}
