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

export type ColumnSet = 'narrow' | 'normal' | 'roomy' | 'wide';

/**
 * Whole sets, not columns that are hidden one by one: a hidden cell would leave a hole in the grid.
 */
export const COLUMN_SETS: Readonly<Record<ColumnSet, readonly ColumnName[]>> = {
  narrow: ['tick', 'severity', 'status', 'last', 'incident', 'locality', 'due', 'owner'],
  normal: ['tick', 'severity', 'status', 'incident', 'locality', 'last', 'due', 'owner'],
  roomy: ['tick', 'severity', 'status', 'incident', 'locality', 'events', 'last', 'due', 'owner'],
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
const ROOMY_FROM_PX = 1_180;
/** Below it the object stands beside the place, and the sentence has its room. */
const WIDE_FROM_PX = 1_500;

export function columnSetFor(width: number): ColumnSet {
  if (width < NARROW_BELOW_PX) return 'narrow';
  if (width < ROOMY_FROM_PX) return 'normal';
  return width >= WIDE_FROM_PX ? 'wide' : 'roomy';
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
