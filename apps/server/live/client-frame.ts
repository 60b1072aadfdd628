import { z } from 'zod';

import type { ClientFrame } from '#libs/protocol';

const frameSchema = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('subscribe'),
    // Without a beginning the answer is a resync, which names one.
    data: z.strictObject({ topic: z.literal('incidents'), since: z.int().min(0).default(0) }),
  }),
  z.strictObject({
    event: z.literal('presence'),
    data: z.strictObject({ incident: z.string().max(32).nullable(), working: z.boolean() }),
  }),
  z.strictObject({ event: z.literal('ping'), data: z.strictObject({}) }),
]);

/** Longest frame a console may send. */
export const CLIENT_FRAME_BYTES_MAX = 4_096;

function textOf(raw: unknown): string | undefined {
  if (typeof raw === 'string') return raw;
  if (Buffer.isBuffer(raw)) return raw.toString('utf8');
  return undefined;
}

/** Reads what a console sent; `undefined` when it is no frame of the protocol. */
export function parseClientFrame(raw: unknown): ClientFrame | undefined {
  const text = textOf(raw);
  if (text === undefined || text.length > CLIENT_FRAME_BYTES_MAX) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const result = frameSchema.safeParse(value);
  return result.success ? result.data : undefined;
}
