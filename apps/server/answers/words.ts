import { z } from 'zod';

import { SEVERITIES } from '#libs/model';
import type { PlaceView } from '#libs/protocol';

/** An instant as every answer writes it: ISO 8601 in UTC with milliseconds. */
export const instant = z.iso.datetime({ precision: 3 });
export const severity = z.enum(SEVERITIES as typeof SEVERITIES & readonly [string, ...string[]]);
export const role = z.enum(['analyst', 'locality', 'manager', 'admin']);
export const scope = z.enum(['commune', 'system', 'province', 'vendor', 'national']);
export const facts = z.record(z.string(), z.string());
/** The same words in both languages. */
export const spoken = z.strictObject({ vi: z.string(), en: z.string() });

export const place = z.strictObject({
  province: z.string(),
  provinceName: z.string(),
  commune: z.string().exactOptional(),
  communeName: z.string().exactOptional(),
}) satisfies z.ZodType<PlaceView>;

/** A page of rows; `cursor` fetches the next one. */
export function pageOfRows<T extends z.ZodType>(row: T) {
  return z.strictObject({
    total: z.int().min(0),
    rows: z.array(row),
    cursor: z.string().nullable(),
  });
}
