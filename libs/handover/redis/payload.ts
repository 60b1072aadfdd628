import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';

import { eventOf, PermanentError, type Batch } from '#libs/model';

import { eventsOf, tableOf, type EventTable } from './event-table.ts';

/** Format of what is written now. Older ones are read; newer ones are left to newer processes. */
const FORMAT = 2;
/** Events as objects, as versions before the tables wrote them. */
const FORMAT_OF_OBJECTS = 1;
const LEVEL = 1;
/** A payload that inflates beyond this is none of ours. */
const BYTES_MAX = 268_435_456;
/** Room for a whole payload of ordinary size: zlib hands out pieces of this, copied together. */
const INFLATED_BYTES = 524_288;
const PACKED_BYTES = 131_072;

const compress = promisify(zstdCompress);
const inflate = promisify(zstdDecompress);

type PackedBatch = Omit<Batch, 'events'> & EventTable;

/** A payload of a format that this version does not know yet. */
export class NewerFormat extends Error {
  override readonly name = 'NewerFormat';
}

/** Decoded, masked events as they lie in Redis: a format byte, then JSON under zstd. */
export async function packBatch({ events, ...batch }: Batch): Promise<Buffer> {
  const table: PackedBatch = { ...batch, ...tableOf(events) };
  const packed = await compress(JSON.stringify(table), {
    chunkSize: PACKED_BYTES,
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
    const limits = { maxOutputLength: BYTES_MAX, chunkSize: INFLATED_BYTES };
    const text = (await inflate(bytes.subarray(1), limits)).toString();
    if (format === FORMAT_OF_OBJECTS) {
      const batch = JSON.parse(text) as Batch;
      return { ...batch, events: batch.events.map(eventOf) };
    }
    const { shapes, order, ...batch } = JSON.parse(text) as PackedBatch;
    return { ...batch, events: eventsOf({ shapes, order }) };
  } catch (error) {
    throw new PermanentError(`the batch cannot be read: ${String(error)}`, { cause: error });
  }
}
