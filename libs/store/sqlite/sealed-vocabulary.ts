import { closeSync, openSync, readSync } from 'node:fs';

import { replaceFile } from './durable-file.ts';

/** What stands at the head of a sealed day's vocabulary. */
export interface SealedFacts {
  readonly events: number;
  readonly tokens: number;
}

const MAGIC = 0x314b5454;
const HEAD_BYTES = 32;
/** One block of the filter is read to look one token up. */
const BLOCK_BYTES = 64;
const BLOCK_BITS = BLOCK_BYTES * 8;
const BITS_PER_TOKEN = 12;
const PROBES = 6;

/**
 * A blocked Bloom filter of the tokens of a day: about one wrong yes in two hundred, never a wrong
 * no.
 */
export class TokenFilter {
  readonly #bytes: Uint8Array;
  readonly #blocks: number;
  #tokens = 0;

  constructor(tokensExpected: number) {
    this.#blocks = Math.max(1, Math.ceil((tokensExpected * BITS_PER_TOKEN) / BLOCK_BITS));
    this.#bytes = new Uint8Array(this.#blocks * BLOCK_BYTES);
  }

  add(token: string): void {
    const { block, bits } = placeOf(token, this.#blocks);
    const start = block * BLOCK_BYTES;
    for (const bit of bits) {
      const at = start + (bit >> 3);
      this.#bytes[at] = (this.#bytes[at] ?? 0) | (1 << (bit & 7));
    }
    this.#tokens++;
  }

  /** Puts the filter in place as a whole. */
  save(file: string, events: number): void {
    const content = Buffer.alloc(HEAD_BYTES + this.#bytes.length);
    content.writeUInt32LE(MAGIC, 0);
    content.writeUInt32LE(this.#blocks, 4);
    content.writeDoubleLE(events, 8);
    content.writeDoubleLE(this.#tokens, 16);
    content.set(this.#bytes, HEAD_BYTES);
    replaceFile(file, content);
  }
}

function placeOf(token: string, blocks: number): { block: number; bits: number[] } {
  let one = 0x811c9dc5;
  let two = 0x9e3779b9;
  for (let at = 0; at < token.length; at++) {
    const unit = token.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    two = Math.imul(two ^ unit, 0x85ebca6b) ^ (two >>> 15);
  }
  one = Math.imul(one ^ (one >>> 15), 0x2c1b3c6d);
  const block = ((one ^ (one >>> 12)) >>> 0) % blocks;
  const step = (two >>> 9) | 1;
  const bits = Array.from(
    { length: PROBES },
    (_, probe) => ((two >>> 0) + probe * step) % BLOCK_BITS,
  );
  return { block, bits };
}

interface Head extends SealedFacts {
  readonly blocks: number;
}

/**
 * Calls `use` with an open vocabulary; undefined when there is none, or none that this version
 * reads.
 */
function withVocabulary<T>(file: string, use: (handle: number, head: Head) => T): T | undefined {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const whole = readSync(handle, head, 0, HEAD_BYTES, 0) === HEAD_BYTES;
    if (!whole || head.readUInt32LE(0) !== MAGIC) return undefined;
    return use(handle, {
      blocks: head.readUInt32LE(4),
      events: head.readDoubleLE(8),
      tokens: head.readDoubleLE(16),
    });
  } finally {
    closeSync(handle);
  }
}

export function readSealed(file: string): SealedFacts | undefined {
  return withVocabulary(file, (_, { events, tokens }) => ({ events, tokens }));
}

/** False when the sealed day certainly lacks one of the tokens; true when it is not sealed. */
export function mayHold(file: string, tokens: readonly string[]): boolean {
  const block = Buffer.alloc(BLOCK_BYTES);
  const all = withVocabulary(file, (handle, head) =>
    tokens.every((token) => {
      const place = placeOf(token, head.blocks);
      const at = HEAD_BYTES + place.block * BLOCK_BYTES;
      if (readSync(handle, block, 0, BLOCK_BYTES, at) !== BLOCK_BYTES) return true;
      return place.bits.every((bit) => (((block[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1);
    }),
  );
  return all ?? true;
}
