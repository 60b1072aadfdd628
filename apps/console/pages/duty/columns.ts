import type { Sort } from '../../live/criteria.ts';

export type ColumnName =
  | 'tick'
  | 'severity'
  | 'status'
  | 'incident'
  | 'locality'
  | 'entity'
  | 'events'
  | 'last'
  | 'due'
  | 'owner';

export type ColumnSet = 'narrow' | 'normal' | 'wide';

/**
 * Whole sets, not columns that are hidden one by one: a hidden cell would leave a hole in the grid.
 */
export const COLUMN_SETS: Readonly<Record<ColumnSet, readonly ColumnName[]>> = {
  narrow: ['tick', 'severity', 'status', 'last', 'incident', 'locality', 'due', 'owner'],
  normal: ['tick', 'severity', 'status', 'incident', 'locality', 'last', 'due', 'owner'],
  wide: [
    'tick',
    'severity',
    'status',
    'incident',
    'locality',
    'entity',
    'events',
    'last',
    'due',
    'owner',
  ],
};

/** A row of the narrow set is a card of three lines. */
export const CARD_HEIGHT_PX = 92;
const NARROW_BELOW_PX = 720;
const WIDE_FROM_PX = 1_180;

export function columnSetFor(width: number): ColumnSet {
  if (width < NARROW_BELOW_PX) return 'narrow';
  return width >= WIDE_FROM_PX ? 'wide' : 'normal';
}

export const COLUMN_SORT: Readonly<Partial<Record<ColumnName, Sort>>> = {
  severity: 'severity',
  status: 'status',
  locality: 'locality',
  events: 'events',
  last: 'last',
  due: 'due',
};

export const RIGHT_COLUMNS: readonly ColumnName[] = ['events', 'last', 'due'];
