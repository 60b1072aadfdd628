import { ID_LENGTH, sha256 } from '#libs/model';

/** Bytes of one id of 22 base64url characters. */
export const ID_BYTES = 17;

const PACKABLE = /^[\w-]{22}$/;
// Four filler bits end the last byte; the two characters after an id make it whole bytes.
const FILLER = 'AA';

/** The first 64 bits of an id, as two unsigned 32-bit numbers. */
export interface IdKey {
  readonly high: number;
  readonly low: number;
}

const scratch = Buffer.alloc(18);

/** The key by which an id is recognized within its day. */
export function idKey(id: string): IdKey {
  if (PACKABLE.test(id)) scratch.write(id, 0, 'base64url');
  else scratch.write(sha256(id).slice(0, 32), 0, 'hex');
  return { high: scratch.readUInt32LE(0), low: scratch.readUInt32LE(4) };
}

/** Ids in order as bytes; `unpackIds` gives them back. */
export function packIds(ids: readonly string[]): Uint8Array {
  if (!ids.every((id) => PACKABLE.test(id))) return Buffer.from(`\u0001${JSON.stringify(ids)}`);
  const bytes = Buffer.alloc(1 + ids.length * ID_BYTES + 1);
  ids.forEach((id, index) => bytes.write(id + FILLER, 1 + index * ID_BYTES, 'base64url'));
  return bytes.subarray(0, 1 + ids.length * ID_BYTES);
}

export function unpackIds(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] === 1) return JSON.parse(buffer.toString('utf8', 1)) as string[];
  return Array.from({ length: (buffer.length - 1) / ID_BYTES }, (_, index) =>
    unpackId(buffer, index),
  );
}

/** One id of a block, without reading the others where they are packed. */
export function unpackId(bytes: Uint8Array, index: number): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] === 1) return unpackIds(bytes)[index] ?? '';
  const start = 1 + index * ID_BYTES;
  return buffer.toString('base64url', start, start + ID_BYTES).slice(0, ID_LENGTH);
}

/** The keys of a block of ids, in order. */
export function idKeys(bytes: Uint8Array): IdKey[] {
  if (bytes[0] === 1) return unpackIds(bytes).map(idKey);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: (bytes.byteLength - 1) / ID_BYTES }, (_, index) => ({
    high: view.getUint32(1 + index * ID_BYTES, true),
    low: view.getUint32(5 + index * ID_BYTES, true),
  }));
}
