import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';

import { eventOf, PermanentError, type Batch } from '#libs/model';

/** Format of what is written now. Older ones are read; newer ones are left to newer processes. */
const FORMAT = 1;
const LEVEL = 1;
/** A payload that inflates beyond this is none of ours. */
const BYTES_MAX = 268_435_456;

const compress = promisify(zstdCompress);
const inflate = promisify(zstdDecompress);

/** A payload of a format that this version does not know yet. */
export class NewerFormat extends Error {
  override readonly name = 'NewerFormat';
}

/** Decoded, masked events as they lie in Redis: a format byte, then JSON under zstd. */
export async function packBatch(batch: Batch): Promise<Buffer> {
  const packed = await compress(JSON.stringify(batch), {
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
  return Buffer.concat([Buffer.of(FORMAT), packed]);
}

/**
 * Throws `NewerFormat` for what only a newer version can read, `PermanentError` for what is broken.
 */
export async function unpackBatch(bytes: Uint8Array): Promise<Batch> {
  const format = bytes[0] ?? 0;
  if (format > FORMAT) {
    throw new NewerFormat(`the batch has format ${format}; this version knows up to ${FORMAT}`);
  }
  try {
    const text = (await inflate(bytes.subarray(1), { maxOutputLength: BYTES_MAX })).toString();
    const batch = JSON.parse(text) as Batch;
    return { ...batch, events: batch.events.map(eventOf) };
  } catch (error) {
    throw new PermanentError(`the batch cannot be read: ${String(error)}`, { cause: error });
  }
}
