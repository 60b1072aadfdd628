import { PermanentError } from '#libs/model';

/** POSIX ustar (IEEE Std 1003.1-1988, 10.1): a header of one block before each file. */
export const BLOCK = 512;
const NAME_BYTES = 100;
const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;
const SIZE_AT = 124;
const SIZE_BYTES = 12;
const MAGIC = 'ustar\u000000';
const MAGIC_AT = 257;
const MODE = '0000600\u0000';
const OCTAL = 8;

/** What a header says: the name of the file that follows and its bytes. */
export interface TarEntry {
  readonly name: string;
  readonly size: number;
}

function checksumOf(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) {
    const inField = at >= CHECKSUM_AT && at < CHECKSUM_AT + CHECKSUM_BYTES;
    sum += inField ? ' '.codePointAt(0)! : (header[at] ?? 0);
  }
  return sum;
}

/** The header of a file; names are ASCII and at most 100 bytes. */
export function tarHeader({ name, size }: TarEntry): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES)
    throw new PermanentError(`'${name}' is too long a name`);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 'ascii');
  header.write(MODE, 100, 'ascii');
  header.write('0000000\u0000', 108, 'ascii');
  header.write('0000000\u0000', 116, 'ascii');
  header.write(`${size.toString(OCTAL).padStart(SIZE_BYTES - 1, '0')}\u0000`, SIZE_AT, 'ascii');
  header.write('00000000000\u0000', 136, 'ascii');
  header.write('0', 156, 'ascii');
  header.write(MAGIC, MAGIC_AT, 'ascii');
  const sum = checksumOf(header).toString(OCTAL).padStart(6, '0');
  header.write(`${sum}\u0000 `, CHECKSUM_AT, 'ascii');
  return header;
}

/** Bytes of zeros that fill a file's last block. */
export function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

function octal(header: Buffer, at: number, bytes: number): number {
  const text = header.toString('ascii', at, at + bytes).replace(/[\0 ]+$/, '');
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, OCTAL) : Number.NaN;
}

/** Reads a header; `end` for the zeros behind the last file, `damaged` for anything else. */
export function readTarHeader(header: Buffer): TarEntry | 'end' | 'damaged' {
  if (header.length < BLOCK) return 'damaged';
  if (header.every((byte) => byte === 0)) return 'end';
  if (octal(header, CHECKSUM_AT, CHECKSUM_BYTES) !== checksumOf(header)) return 'damaged';
  const size = octal(header, SIZE_AT, SIZE_BYTES);
  const name = header.toString('ascii', 0, NAME_BYTES).replace(/\0.*$/s, '');
  return Number.isNaN(size) || name === '' ? 'damaged' : { name, size };
}
