import { letGo } from './let-go.ts';

const PREFIX = 4;
const FIRST_BYTES = 1024;

/** Messages of one sender as a `frames` body: a little-endian 32-bit length before each. */
export class FrameBatch {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;
  #messages = 0;

  get length(): number {
    return this.#length;
  }

  get messages(): number {
    return this.#messages;
  }

  /** Copies the message. */
  add(message: Uint8Array): void {
    const end = this.#length + PREFIX + message.length;
    if (end > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.#length);
      letGo(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer.writeUInt32LE(message.length, this.#length);
    this.#buffer.set(message, this.#length + PREFIX);
    this.#length = end;
    this.#messages += 1;
  }

  /** The body; the batch must not be used any more. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Empties the body, which nobody reads any more. */
  forget(): void {
    letGo(this.#buffer);
  }
}

/** The messages of a `frames` body, for tests and tools; stops at the first that is not whole. */
export function* framesOf(bytes: Uint8Array): Generator<Buffer> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + PREFIX <= buffer.length) {
    const end = at + PREFIX + buffer.readUInt32LE(at);
    if (end > buffer.length) return;
    yield buffer.subarray(at + PREFIX, end);
    at = end;
  }
}
