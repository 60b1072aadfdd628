import { queryOptions } from '@tanstack/react-query';

import type { ListView, PersonView, SavedViewView } from '#libs/protocol';

import { get, post, put, remove } from './client.ts';

const FRESH_MS = 60_000;

/** People whom incidents can be given to. */
export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: () => get<ListView<PersonView>>('/people'),
  staleTime: FRESH_MS,
});

/** Saved views of the queue: one's own and those of one's place. */
export const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: () => get<ListView<SavedViewView>>('/views'),
  staleTime: FRESH_MS,
});

type NewView = Pick<SavedViewView, 'name' | 'search' | 'shared'>;

export function addView(view: NewView): Promise<SavedViewView> {
  return post<SavedViewView>('/views', view);
}

export function changeView(id: string, { name, search, shared }: NewView): Promise<SavedViewView> {
  return put<SavedViewView>(`/views/${id}`, { name, search, shared });
}

export function removeView(id: string): Promise<void> {
  return remove(`/views/${id}`);
}
