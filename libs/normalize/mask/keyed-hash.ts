import { hash } from 'node:crypto';

/** Bytes of a block of SHA-256, to which HMAC fills its key. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const TEXT_BYTES_FIRST = 256;

/**
 * HMAC-SHA-256 (RFC 2104) under one key, several times as quick for short texts as an object made
 * for each: the key is prepared once and the buffers stay. One text at a time.
 */
export class KeyedHash {
  /** Inner key, then the text. */
  #inner = Buffer.alloc(BLOCK_BYTES + TEXT_BYTES_FIRST);
  /** Outer key, then the inner digest. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);

  constructor(key: Uint8Array) {
    const short = key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key;
    for (let i = 0; i < BLOCK_BYTES; i++) {
      const byte = short[i] ?? 0;
      this.#inner[i] = byte ^ 0x36;
      this.#outer[i] = byte ^ 0x5c;
    }
  }

  /** The digest of a text as base64url. */
  of(text: string): string {
    // UTF-8 takes at most three bytes for a unit of a string.
    const most = BLOCK_BYTES + text.length * 3;
    if (most > this.#inner.length) {
      const grown = Buffer.alloc(most);
      this.#inner.copy(grown, 0, 0, BLOCK_BYTES);
      this.#inner = grown;
    }
    const end = BLOCK_BYTES + this.#inner.write(text, BLOCK_BYTES);
    hash('sha256', this.#inner.subarray(0, end), 'buffer').copy(this.#outer, BLOCK_BYTES);
    return hash('sha256', this.#outer, 'base64url');
  }
}
