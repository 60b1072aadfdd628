import { ID_LENGTH, sha256 } from '#libs/model';

/** Bytes of one id of 22 base64url characters. */
const ID_BYTES = 17;
const PACKED = 0;
const LISTED = 1;

const PACKABLE = /^[\w-]{22}$/;
/** Four filler bits end the last byte; two more characters make whole bytes, which is quicker. */
const FILLER = 'AA';

/** The first 64 bits of an id, by which it is recognized within its day. */
export interface IdKey {
  readonly high: number;
  readonly low: number;
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
  /** Key of the id that was offered last. */
  high = 0;
  low = 0;

  constructor(room: number) {
    this.#bytes = Buffer.alloc(1 + room * ID_BYTES + 1);
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Reads the key of an id; `take` then keeps it. */
  offer(id: string): void {
    const at = 1 + this.#ids.length * ID_BYTES;
    if (PACKABLE.test(id)) this.#bytes.write(id + FILLER, at, 'base64url');
    else this.#bytes.write(sha256(id).slice(0, 16), at, 'hex');
    this.high = this.#bytes.readUInt32LE(at);
    this.low = this.#bytes.readUInt32LE(at + 4);
  }

  take(id: string): void {
    this.#ids.push(id);
    this.#listed ||= !PACKABLE.test(id);
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

/** The keys of a block of ids, in order. */
export function idKeys(bytes: Uint8Array): IdKey[] {
  if (bytes[0] === LISTED) return unpackIds(bytes).map(idKey);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: (bytes.byteLength - 1) / ID_BYTES }, (_, index) => ({
    high: view.getUint32(1 + index * ID_BYTES, true),
    low: view.getUint32(5 + index * ID_BYTES, true),
  }));
}
