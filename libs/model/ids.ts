import { createHash, hash } from 'node:crypto';

/** Bytes of SHA-256 that an id keeps: 128 bits, 22 characters of base64url. */
const ID_BYTES = 16;
/** Length in characters of every id made here. */
export const ID_LENGTH = 22;

function digest(text: string): string {
  // Cut before it is made text: a slice of a longer string would keep all of it in memory.
  return hash('sha256', text, 'buffer').toString('base64url', 0, ID_BYTES);
}

/**
 * The id of an event whose sender named it (`_id` with its index, Idempotency-Key + line, forwarder
 * sequence): the
 * same event sent again gets the same id. `owner` is the ingest key's locality and source.
 */
export function namedEventId(owner: string, senderId: string): string {
  return digest(`n\0${owner}\0${senderId}`);
}

/**
 * The id of an event without a sender's id: where the spool holds it. `ordinal` counts from 0
 * inside the body.
 */
export function placedEventId(spoolId: string, position: number, ordinal: number): string {
  return digest(`p\0${spoolId}\0${position}\0${ordinal}`);
}

/**
 * The id of an alert: the same whenever the same episode is computed again (semantics.md, Matching
 * and correlation).
 */
export function alertId(rule: string, groupKey: string, first: number): string {
  return digest(`a\0${rule}\0${groupKey}\0${first}`);
}

/** SHA-256 of any text or bytes as lower-case hex, for chains and checks. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
