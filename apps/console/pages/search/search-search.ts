import { readTexts } from '../../search-params.ts';

export const RANGES = ['15m', '1h', '4h', '24h', '7d', '30d'] as const;
export type Range = (typeof RANGES)[number];

export const RANGE_MS: Readonly<Record<Range, number>> = {
  '15m': 15 * 60_000,
  '1h': 3_600_000,
  '4h': 4 * 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
};
export const RANGE_START: Range = '24h';

/** Query and span; `from` and `to` are instants, else the last `kh` until now. */
export interface SearchSearch {
  readonly q?: string;
  readonly kh?: Range;
  readonly from?: string;
  readonly to?: string;
  /** `1` while the page looks again by itself; only with a moving span. */
  readonly live?: '1';
}

export function readSearchSearch(search: Record<string, unknown>): SearchSearch {
  const { q, kh, from, to, live } = readTexts(search, ['q', 'kh', 'from', 'to', 'live']);
  const range = RANGES.find((name) => name === kh);
  const spanned =
    from !== undefined &&
    to !== undefined &&
    Number.isFinite(Date.parse(from)) &&
    Number.isFinite(Date.parse(to));
  return {
    ...(q === undefined ? {} : { q }),
    ...(range === undefined ? {} : { kh: range }),
    ...(spanned ? { from, to } : {}),
    ...(live === '1' && !spanned ? { live } : {}),
  };
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The span in ms since the epoch; a moving one ends at `now`. */
export function spanOf(search: SearchSearch, now: number): Span {
  if (search.from !== undefined && search.to !== undefined) {
    return { from: Date.parse(search.from), to: Date.parse(search.to) };
  }
  return { from: now - RANGE_MS[search.kh ?? RANGE_START], to: now };
}
