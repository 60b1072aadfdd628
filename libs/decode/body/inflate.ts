import {
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
  type ZlibOptions,
  type ZstdOptions,
} from 'node:zlib';

import type { BodyHeader, Oddity } from '#libs/model';

import { INFLATED_BYTES_FLOOR, INFLATED_BYTES_MAX, INFLATE_RATIO_MAX } from '../limits.ts';

/** `cut` says that the encoded bytes ended too early and only the start could be had. */
export type Inflated =
  | { readonly bytes: Uint8Array; readonly cut: boolean }
  | { readonly reason: Extract<Oddity, 'inflates_too_far' | 'broken_encoding'> };

type Step = (bytes: Uint8Array, limit: number, partial: boolean) => Uint8Array;

function zlibOptions(limit: number, partial: boolean): ZlibOptions {
  return partial
    ? { maxOutputLength: limit, finishFlush: constants.Z_SYNC_FLUSH }
    : { maxOutputLength: limit };
}

function zstdOptions(limit: number, partial: boolean): ZstdOptions {
  return partial
    ? { maxOutputLength: limit, finishFlush: constants.ZSTD_e_flush }
    : { maxOutputLength: limit };
}

// RFC 9110 says zlib for "deflate"; many clients send it raw.
const deflate: Step = (bytes, limit, partial) => {
  const zlib =
    bytes.length > 1 && (bytes[0]! & 0x0f) === 8 && (bytes[0]! * 256 + bytes[1]!) % 31 === 0;
  return (zlib ? inflateSync : inflateRawSync)(bytes, zlibOptions(limit, partial));
};

const STEPS: Readonly<Record<Exclude<BodyHeader['encoding'], 'identity'>, Step>> = {
  gzip: (bytes, limit, partial) => gunzipSync(bytes, zlibOptions(limit, partial)),
  deflate,
  zstd: (bytes, limit, partial) => zstdDecompressSync(bytes, zstdOptions(limit, partial)),
};

/** Most bytes that a body of this size may become. */
function inflateLimit(size: number): number {
  return Math.min(INFLATED_BYTES_MAX, Math.max(INFLATED_BYTES_FLOOR, size * INFLATE_RATIO_MAX));
}

/** Undoes the body's encoding; never throws, never takes more memory than `inflateLimit`. */
export function inflate(bytes: Uint8Array, encoding: BodyHeader['encoding']): Inflated {
  if (encoding === 'identity') return { bytes, cut: false };
  const step = STEPS[encoding];
  const limit = inflateLimit(bytes.length);
  try {
    return { bytes: step(bytes, limit, false), cut: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      return { reason: 'inflates_too_far' };
    }
  }
  try {
    const start = step(bytes, limit, true);
    return start.length > 0 ? { bytes: start, cut: true } : { reason: 'broken_encoding' };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? { reason: 'inflates_too_far' }
      : { reason: 'broken_encoding' };
  }
}
