import { queryOptions } from '@tanstack/react-query';

import type { SessionView } from '#libs/protocol';

import { preference } from '../shell/preference.ts';
import { get } from './client.ts';

/**
 * The cookie is out of a script's sight; this says whether asking who is signed in can give
 * anything but 401.
 */
const trace = preference('session', ['open', 'none']);

export function mayBeSignedIn(): boolean {
  return trace.get() === 'open';
}

export function noteSession(state: 'open' | 'none'): void {
  trace.set(state);
}

/** Who is signed in; fails with 401 when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => get<SessionView>('/session'),
  staleTime: Infinity,
  retry: false,
});
