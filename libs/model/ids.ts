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

/** Spreads the numbers of a body over all 32 bits; odd, so that no two of them meet. */
const ORDINAL_STEP = 0x9e3779b1;
const LETTERS = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');

/** The body whose digest was made last, and the text of its ids. */
const last = {
  spoolId: '',
  position: -1,
  head: 0,
  /** What of the sixth letter belongs to the rest of the digest. */
  sixth: 0,
  text: Buffer.alloc(ID_LENGTH),
};

function digestBody(spoolId: string, position: number): void {
  const bytes = hash('sha256', `p\0${spoolId}\0${position}`, 'buffer');
  last.spoolId = spoolId;
  last.position = position;
  last.head = bytes.readUInt32BE(0);
  last.sixth = bytes.readUInt8(4) >> 4;
  last.text.write(bytes.toString('base64url', 0, ID_BYTES), 'latin1');
}

/**
 * The id of an event without a sender's id: where the spool holds it. `ordinal` counts from 0
 * inside the body. The body is hashed once, when one event follows another of the same body; its
 * number moves the first 32 bits of the hash, so that ids stay apart inside a body and as far
 * apart as hashes between bodies.
 */
export function placedEventId(spoolId: string, position: number, ordinal: number): string {
  if (position !== last.position || spoolId !== last.spoolId) digestBody(spoolId, position);
  const head = (last.head + Math.imul(ordinal, ORDINAL_STEP)) >>> 0;
  const { text } = last;
  text[0] = LETTERS[head >>> 26]!;
  text[1] = LETTERS[(head >>> 20) & 63]!;
  text[2] = LETTERS[(head >>> 14) & 63]!;
  text[3] = LETTERS[(head >>> 8) & 63]!;
  text[4] = LETTERS[(head >>> 2) & 63]!;
  text[5] = LETTERS[((head & 3) << 4) | last.sixth]!;
  return text.toString('latin1');
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
