import { ID_LENGTH, sha256 } from '#libs/model';

/** Bytes of one id of 22 base64url characters. */
const ID_BYTES = 17;
const PACKED = 0;
const LISTED = 1;

/** Six bits of each character of base64url by its code; what is none has a higher bit. */
const SIX_BITS = new Uint8Array(128).fill(0x80);
const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
for (let bits = 0; bits < CHARACTERS.length; bits++) SIX_BITS[CHARACTERS.charCodeAt(bits)] = bits;
const NO_BITS = 0x80;

/** Writes an id of 22 characters of base64url as 17 bytes; false when it is none. */
function packId(id: string, bytes: Uint8Array, start: number): boolean {
  if (id.length !== ID_LENGTH) return false;
  let at = start;
  let held = 0;
  let bits = 0;
  for (let index = 0; index < ID_LENGTH; index++) {
    const six = SIX_BITS[id.charCodeAt(index)] ?? NO_BITS;
    if (six >= NO_BITS) return false;
    held = ((held << 6) | six) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
  }
  // Four bits are left; they stand first in the last byte.
  bytes[at] = held << (8 - bits);
  return true;
}

/** The first 64 bits of an id, by which it is recognized within its day. */
export interface IdKey {
  readonly high: number;
  readonly low: number;
}

function wordAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (low | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

/** The key of one id. */
export function idKey(id: string): IdKey {
  const block = new IdBlock(1);
  block.offer(id);
  return { high: block.high, low: block.low };
}

/** The ids of a block of events in order, as they are gathered. */
export class IdBlock {
  readonly #bytes: Buffer;
  readonly #ids: string[] = [];
  #listed = false;
  /** Whether the id that was offered last could be packed. */
  #packed = false;
  /** Key of the id that was offered last. */
  high = 0;
  low = 0;

  constructor(room: number) {
    this.#bytes = Buffer.alloc(1 + room * ID_BYTES + 1);
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Reads the key of an id; `take` keeps the id that was offered last. */
  offer(id: string): void {
    const at = 1 + this.#ids.length * ID_BYTES;
    const bytes = this.#bytes;
    this.#packed = packId(id, bytes, at);
    if (!this.#packed) bytes.write(sha256(id).slice(0, 16), at, 'hex');
    this.high = wordAt(bytes, at);
    this.low = wordAt(bytes, at + 4);
  }

  take(id: string): void {
    this.#ids.push(id);
    this.#listed ||= !this.#packed;
  }

  clear(): void {
    this.#ids.length = 0;
    this.#listed = false;
  }

  pack(): Uint8Array {
    if (this.#listed) {
      return Buffer.from(`${String.fromCharCode(LISTED)}${JSON.stringify(this.#ids)}`);
    }
    this.#bytes[0] = PACKED;
    return this.#bytes.subarray(0, 1 + this.#ids.length * ID_BYTES);
  }
}

export function unpackIds(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] === LISTED) return JSON.parse(buffer.toString('utf8', 1)) as string[];
  return Array.from({ length: (buffer.length - 1) / ID_BYTES }, (_, index) =>
    unpackId(buffer, index),
  );
}

/** One id of a block, without reading the others where they are packed. */
export function unpackId(bytes: Uint8Array, index: number): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] === LISTED) return unpackIds(bytes)[index] ?? '';
  const start = 1 + index * ID_BYTES;
  return buffer.toString('base64url', start, start + ID_BYTES).slice(0, ID_LENGTH);
}

/** Whether a block of ids reaches as far as `index`. */
export function hasId(bytes: Uint8Array, index: number): boolean {
  if (bytes[0] === LISTED) return index < unpackIds(bytes).length;
  return bytes.length >= 1 + (index + 1) * ID_BYTES;
}

/** Calls `use` with the keys of a block of ids, in order. */
export function eachKey(
  bytes: Uint8Array,
  use: (high: number, low: number, index: number) => void,
): void {
  if (bytes[0] === LISTED) {
    unpackIds(bytes).forEach((id, index) => {
      const { high, low } = idKey(id);
      use(high, low, index);
    });
    return;
  }
  const count = (bytes.byteLength - 1) / ID_BYTES;
  for (let index = 0; index < count; index++) {
    const at = 1 + index * ID_BYTES;
    use(wordAt(bytes, at), wordAt(bytes, at + 4), index);
  }
}
