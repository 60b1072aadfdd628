import type { Scalar } from '#libs/model';

import { hashValue, hashWords, type HashTaker } from './token-hash.ts';
import { TokenPairs } from './token-pairs.ts';

const SLOTS = 65_536;
/** Fuller, the set is emptied: a token that comes again then stands twice, which does no harm. */
const TOKENS_MAX = 45_000;
const ROUNDS_MAX = 0xffff;

/** Gathers the tokens of events, each once for its block. */
export class BlockTokens implements HashTaker {
  readonly pairs = new TokenPairs();
  readonly #hashes = new Uint32Array(SLOTS);
  /** A place is taken when its round is the one at hand, so that emptying costs nothing. */
  readonly #rounds = new Uint16Array(SLOTS);
  #round = 1;
  #size = 0;
  #block = 0;

  /** What follows is of another block. */
  begin(block: number): void {
    this.#block = block;
    this.#empty();
  }

  addValue(seed: number, value: Exclude<Scalar, null>): void {
    this.add(hashValue(seed, value));
  }

  addWords(text: string): void {
    hashWords(text, this);
  }

  add(hash: number): void {
    const hashes = this.#hashes;
    const rounds = this.#rounds;
    let at = hash & (SLOTS - 1);
    while (rounds[at] === this.#round) {
      if (hashes[at] === hash) return;
      at = (at + 1) & (SLOTS - 1);
    }
    hashes[at] = hash;
    rounds[at] = this.#round;
    this.pairs.push(hash, this.#block);
    if (++this.#size > TOKENS_MAX) this.#empty();
  }

  #empty(): void {
    this.#size = 0;
    if (this.#round++ < ROUNDS_MAX) return;
    this.#rounds.fill(0);
    this.#round = 1;
  }
}
