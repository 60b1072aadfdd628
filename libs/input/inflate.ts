import { promisify } from 'node:util';
import {
  gunzip,
  gunzipSync,
  inflate as inflateZlib,
  inflateRaw,
  inflateRawSync,
  inflateSync,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib';

import type { BodyHeader } from '#libs/model';

/**
 * Larger bodies are inflated off the main thread: a short stop costs less than the way there and
 * back.
 */
const SYNC_BYTES_MAX = 1_048_576;
const SYNC_INFLATED_BYTES_MAX = 8 * 1_048_576;

type Encoding = BodyHeader['encoding'];

export type Inflated =
  | { readonly bytes: Buffer }
  | { readonly reason: 'inflates_too_far' | 'broken_encoding' };

interface Codec {
  readonly sync: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer;
  readonly async: (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;
}

const CODECS: Readonly<Record<Exclude<Encoding, 'identity' | 'deflate'>, Codec>> = {
  gzip: { sync: gunzipSync, async: promisify(gunzip) as Codec['async'] },
  zstd: { sync: zstdDecompressSync, async: promisify(zstdDecompress) as Codec['async'] },
};
const ZLIB: Codec = { sync: inflateSync, async: promisify(inflateZlib) as Codec['async'] };
const RAW: Codec = { sync: inflateRawSync, async: promisify(inflateRaw) as Codec['async'] };

function codecOf(encoding: Exclude<Encoding, 'identity'>, bytes: Buffer): Codec {
  if (encoding !== 'deflate') return CODECS[encoding];
  // RFC 9110 means zlib by "deflate"; many clients send it raw.
  const zlib = bytes.length > 1 && (bytes[0] ?? 0) % 16 === 8 && bytes.readUInt16BE(0) % 31 === 0;
  return zlib ? ZLIB : RAW;
}

function reasonOf(error: unknown): 'inflates_too_far' | 'broken_encoding' {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_BUFFER_TOO_LARGE' ? 'inflates_too_far' : 'broken_encoding';
}

/** The Content-Encoding header as the spool names it; `undefined` when it is none that we know. */
export function encodingOf(header: string | undefined): Encoding | undefined {
  switch (header?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return 'identity';
    case 'gzip':
    case 'x-gzip':
      return 'gzip';
    case 'deflate':
      return 'deflate';
    case 'zstd':
      return 'zstd';
    default:
      return undefined;
  }
}

/**
 * Undoes encodings; large bodies one after another, so that only one of them is in memory twice.
 */
export class Inflater {
  #last: Promise<unknown> = Promise.resolve();

  /** Stops as soon as more than `bytesMax` would come out; never throws. */
  async inflate(bytes: Buffer, encoding: Encoding, bytesMax: number): Promise<Inflated> {
    if (encoding === 'identity') return { bytes };
    const codec = codecOf(encoding, bytes);
    if (bytes.length <= SYNC_BYTES_MAX) {
      const maxOutputLength = Math.min(bytesMax, SYNC_INFLATED_BYTES_MAX);
      try {
        return { bytes: codec.sync(bytes, { maxOutputLength }) };
      } catch (error) {
        const reason = reasonOf(error);
        if (reason === 'broken_encoding' || maxOutputLength === bytesMax) return { reason };
      }
    }
    const turn = this.#last.then(() => inflateLarge(codec, bytes, bytesMax));
    this.#last = turn;
    return turn;
  }
}

async function inflateLarge(codec: Codec, bytes: Buffer, bytesMax: number): Promise<Inflated> {
  try {
    return { bytes: await codec.async(bytes, { maxOutputLength: bytesMax }) };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}
