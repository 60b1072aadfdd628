import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { sessionQuery } from '../api/session.ts';
import { Shell } from './shell.tsx';

/** The frame around every page but sign-in; the route has made sure that somebody is signed in. */
export function ShellRoute(): ReactNode {
  const { data } = useQuery(sessionQuery);
  return data === undefined ? null : <Shell session={data} />;
}
