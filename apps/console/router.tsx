import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';

import type { SessionView } from '#libs/protocol';

import { ApiFailure } from './api/client.ts';
import { mayBeSignedIn, noteSession, sessionQuery } from './api/session.ts';
import { DutyPage } from './pages/duty/duty-page.tsx';
import { readDutySearch } from './pages/duty/duty-search.ts';
import { readTabSearch } from './pages/incident/incident-search.ts';
import { readSearchSearch } from './pages/search/search-search.ts';
import { readSourcesSearch } from './pages/sources/sources-search.ts';
import { parseSearch, readTexts, stringifySearch } from './search-params.ts';
import { Broken, NotFound } from './shell/fallback.tsx';
import { ShellRoute } from './shell/shell-route.tsx';

/** Lets a page begin only for somebody who is signed in and has a password of their own. */
async function requireSession(
  cache: QueryClient,
  location: { readonly href: string; readonly pathname: string },
): Promise<{ readonly session: SessionView }> {
  const signIn = { to: '/dang-nhap', search: { tiep: location.href } } as const;
  if (!mayBeSignedIn()) throw redirect(signIn);
  try {
    const session = await cache.ensureQueryData(sessionQuery);
    if (session.mustChangePassword && location.pathname !== '/tai-khoan') {
      throw redirect({ to: '/tai-khoan' });
    }
    return { session };
  } catch (failure) {
    if (failure instanceof ApiFailure && failure.status === 401) {
      noteSession('none');
      throw redirect(signIn);
    }
    throw failure;
  }
}

/** Every address of the console; all of them are served `index.html`. */
export function createConsoleRouter(cache: QueryClient) {
  const root = createRootRoute({ component: Outlet });

  const door = createRoute({
    getParentRoute: () => root,
    path: '/dang-nhap',
    validateSearch: (search: Record<string, unknown>) => readTexts(search, ['tiep']),
    component: lazyRouteComponent(() => import('./pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
  });

  const setPassword = createRoute({
    getParentRoute: () => root,
    path: '/dat-mat-khau',
    component: lazyRouteComponent(
      () => import('./pages/sign-in/set-password-page.tsx'),
      'SetPasswordPage',
    ),
  });

  const shell = createRoute({
    getParentRoute: () => root,
    id: 'shell',
    component: ShellRoute,
    beforeLoad: ({ location }) => requireSession(cache, location),
  });

  const home = createRoute({
    getParentRoute: () => shell,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/truc' });
    },
  });
  const duty = createRoute({
    getParentRoute: () => shell,
    path: '/truc',
    validateSearch: readDutySearch,
    component: DutyPage,
  });
  const incident = createRoute({
    getParentRoute: () => shell,
    path: '/su-co/$id',
    validateSearch: readTabSearch,
    component: lazyRouteComponent(
      () => import('./pages/incident/incident-page.tsx'),
      'IncidentPage',
    ),
  });
  const search = createRoute({
    getParentRoute: () => shell,
    path: '/tim-kiem',
    validateSearch: readSearchSearch,
    component: lazyRouteComponent(() => import('./pages/search/search-page.tsx'), 'SearchPage'),
  });
  const sources = createRoute({
    getParentRoute: () => shell,
    path: '/nguon',
    validateSearch: readSourcesSearch,
    component: lazyRouteComponent(() => import('./pages/sources/sources-page.tsx'), 'SourcesPage'),
  });
  const upkeep = createRoute({
    getParentRoute: () => shell,
    path: '/bao-tri',
    validateSearch: (found: Record<string, unknown>) => readTexts(found, ['phan']),
    component: lazyRouteComponent(() => import('./pages/upkeep/upkeep-page.tsx'), 'UpkeepPage'),
  });
  const rules = createRoute({
    getParentRoute: () => shell,
    path: '/luat',
    validateSearch: (found: Record<string, unknown>) =>
      readTexts(found, ['q', 'phan', 'id', 'xem', 'muc']),
    component: lazyRouteComponent(() => import('./pages/rules/rules-page.tsx'), 'RulesPage'),
  });
  const summary = createRoute({
    getParentRoute: () => shell,
    path: '/bao-cao',
    validateSearch: (found: Record<string, unknown>) => readTexts(found, ['ky']),
    component: lazyRouteComponent(() => import('./pages/summary/summary-page.tsx'), 'SummaryPage'),
  });
  const health = createRoute({
    getParentRoute: () => shell,
    path: '/suc-khoe',
    validateSearch: (found: Record<string, unknown>) => readTexts(found, ['phan', 'st']),
    component: lazyRouteComponent(() => import('./pages/health/health-page.tsx'), 'HealthPage'),
  });
  const admin = createRoute({
    getParentRoute: () => shell,
    path: '/quan-tri',
    validateSearch: (found: Record<string, unknown>) =>
      readTexts(found, ['phan', 'who', 'what', 'target']),
    component: lazyRouteComponent(() => import('./pages/admin/admin-page.tsx'), 'AdminPage'),
  });
  const account = createRoute({
    getParentRoute: () => shell,
    path: '/tai-khoan',
    component: lazyRouteComponent(() => import('./pages/account/account-page.tsx'), 'AccountPage'),
  });

  const work = [home, duty, incident, search, sources, upkeep];
  const others = [rules, summary, health, admin, account];
  return createRouter({
    routeTree: root.addChildren([door, setPassword, shell.addChildren([...work, ...others])]),
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
