import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import type {
  ListView,
  LocalityView,
  ProbeView,
  SourceView,
  UnknownSenderView,
} from '#libs/protocol';

import { get } from './client.ts';

/** Rows of one page; more come when they are asked for (console.md §8, 13). */
const PAGE = 100;
/** A province has 168 communes at most. */
const LOCALITIES_MAX = 300;
const REFRESH_MS = 10_000;

export function localitiesQuery(province: string | null) {
  return queryOptions({
    queryKey: ['localities', province],
    queryFn: () =>
      get<ListView<LocalityView>>('/localities', {
        level: province === null ? 'province' : 'commune',
        province: province ?? undefined,
        limit: LOCALITIES_MAX,
      }),
    refetchInterval: REFRESH_MS,
  });
}

export interface SourcesAsked {
  readonly state?: string | undefined;
  readonly locality?: string | undefined;
  readonly q?: string | undefined;
}

export function sourcesQuery(asked: SourcesAsked) {
  return infiniteQueryOptions({
    queryKey: ['sources', asked],
    queryFn: ({ pageParam }) =>
      get<ListView<SourceView>>('/sources', {
        ...asked,
        limit: PAGE,
        cursor: pageParam ?? undefined,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.cursor,
  });
}

export const unknownQuery = queryOptions({
  queryKey: ['unknown-senders'],
  queryFn: () => get<ListView<UnknownSenderView>>('/sources/unknown', { limit: PAGE }),
  refetchInterval: REFRESH_MS,
});

export const probesQuery = queryOptions({
  queryKey: ['probes'],
  queryFn: () => get<ListView<ProbeView>>('/probes', { limit: LOCALITIES_MAX }),
  refetchInterval: REFRESH_MS,
});
