import type { SourceState } from '#libs/model';

import { readTexts } from '../../search-params.ts';

export const SOURCE_PARTS = ['localities', 'sources', 'probes', 'unknown'] as const;
export type SourcePart = (typeof SOURCE_PARTS)[number];

export const SOURCE_STATES: readonly SourceState[] = [
  'never_sent',
  'silent',
  'disconnected',
  'flapping',
  'slow',
  'sending',
  'maintenance',
  'off',
];

/** Part of the page, province, state and text, under short keys. */
export interface SourcesSearch {
  readonly phan?: SourcePart;
  readonly loc?: string;
  readonly st?: SourceState;
  readonly q?: string;
}

export function readSourcesSearch(search: Record<string, unknown>): SourcesSearch {
  const { phan, loc, st, q } = readTexts(search, ['phan', 'loc', 'st', 'q']);
  const part = SOURCE_PARTS.find((name) => name === phan);
  const state = SOURCE_STATES.find((name) => name === st);
  return {
    ...(part === undefined ? {} : { phan: part }),
    ...(loc === undefined ? {} : { loc }),
    ...(state === undefined ? {} : { st: state }),
    ...(q === undefined ? {} : { q }),
  };
}
