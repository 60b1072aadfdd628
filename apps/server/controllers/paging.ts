import { z } from 'zod';

import type { ListView } from '#libs/protocol';

import { ProblemException } from '../http/problem.ts';

const ROWS_MAX = 1_000;
const CURSOR_CHARS_MAX = 500;

/** `limit` and `cursor` of a list that lies in memory. */
export const pageShape = {
  limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(100),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
};

/** One page of rows that are all at hand; the cursor is how many were given before. */
export function pageOf<T>(
  rows: readonly T[],
  asked: { readonly limit: number; readonly cursor?: string | undefined },
): ListView<T> {
  const start = asked.cursor === undefined ? 0 : Number(asked.cursor);
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new ProblemException('invalid', { detail: 'The cursor is not one of this list.' });
  }
  const end = start + asked.limit;
  return {
    total: rows.length,
    rows: rows.slice(start, end),
    cursor: end < rows.length ? String(end) : null,
  };
}
