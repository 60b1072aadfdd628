import { setTimeout as pause } from 'node:timers/promises';

import type { Product } from '../support/product.ts';
import { until } from '../support/until.ts';
import { sendLines } from './desk.ts';

const ATTACKER = '203.0.113.77';
const PER_BODY = 40;
/** Guesses lie this far apart, so that all of them are one episode. */
const APART_MS = 5;
/** A door that holds or refuses what it cannot keep is asked again for as long. */
const PATIENT = { timeoutMs: 300_000 } as const;

/** What sshd says of one more guess; every guess is for another account. */
export function guess(n: number): string {
  return `Failed password for invalid user guess-${n} from ${ATTACKER} port ${1024 + (n % 60_000)} ssh2`;
}

/** A line of syslog as a sender with a clock of its own makes it. */
export function stampedLine(message: string, at: number): string {
  return `<38>1 ${new Date(at).toISOString()} web-1 sshd 4242 - - ${message}`;
}

/** Sends numbered guesses on a few connections and keeps each body until it is acknowledged. */
export class Guesser {
  readonly acknowledged: number[] = [];
  readonly #product: Product;
  readonly #pauseMs: number;
  readonly #start = Date.now() - 600_000;
  readonly #loops: Promise<void>[];
  #next = 0;
  #stopped = false;
  #resting: PromiseWithResolvers<void> | undefined;
  #underWay = 0;

  /** `pauseMs`: each connection waits this long after a body. */
  constructor(product: Product, pauseMs = 0) {
    this.#pauseMs = pauseMs;
    this.#product = product;
    this.#loops = [1, 2, 3].map(() => this.#run());
  }

  /** Sends nothing more until `goOn`; resolves once all that was sent is acknowledged. */
  async rest(): Promise<void> {
    this.#resting ??= Promise.withResolvers<void>();
    await until('all is acknowledged', () => this.#underWay === 0 || undefined, PATIENT);
  }

  goOn(): void {
    this.#resting?.resolve();
    this.#resting = undefined;
  }

  async finish(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  async reached(acknowledged: number): Promise<void> {
    await until(
      `${acknowledged} guesses are acknowledged`,
      () => (this.acknowledged.length >= acknowledged ? true : undefined),
      PATIENT,
    );
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#resting?.promise;
      this.#underWay += 1;
      const numbers = Array.from({ length: PER_BODY }, () => this.#next++);
      const lines = numbers.map((n) => stampedLine(guess(n), this.#start + n * APART_MS));
      await until('the body is acknowledged', () => sendLines(this.#product, lines), PATIENT);
      this.acknowledged.push(...numbers);
      this.#underWay -= 1;
      await pause(this.#pauseMs);
    }
  }
}
