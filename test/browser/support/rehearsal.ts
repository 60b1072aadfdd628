import type { Browser, BrowserContextOptions } from 'playwright-core';

import type { CleanUp } from '../../support/clean-up.ts';
import { openPage, startChromium, type WatchedPage } from '../../support/chromium.ts';
import { until } from '../../support/until.ts';
import { buildConsole } from './built-console.ts';
import { PASSWORD, StandInServer, type StandInOptions } from './stand-in-server.ts';

/** A built console and a browser, shared by the tests of one file. */
export interface Rehearsal {
  readonly browser: Browser;
  /** A server of this test's own. */
  readonly serve: (
    cleanUp: CleanUp,
    options?: Omit<StandInOptions, 'console'>,
  ) => Promise<StandInServer>;
  /** A page on which somebody has just signed in and sees the duty queue. */
  readonly signedIn: (
    cleanUp: CleanUp,
    server: StandInServer,
    options?: BrowserContextOptions,
  ) => Promise<WatchedPage>;
}

/** Builds the console and starts Chromium; call it in `beforeAll` with the suite's clean-up. */
export async function rehearse(cleanUp: CleanUp): Promise<Rehearsal> {
  const { folder, remove } = await buildConsole();
  cleanUp(remove);
  const browser = await startChromium(cleanUp);
  return {
    browser,
    serve: async (undo, options = { incidents: 300 }) => {
      const server = await StandInServer.start({ ...options, console: folder });
      undo(() => server.close());
      return server;
    },
    signedIn: async (undo, server, options = {}) => {
      const watched = await openPage(undo, browser, options);
      await signIn(watched, server);
      return watched;
    },
  };
}

/** Signs in by keyboard, as the person at the desk does. */
export async function signIn({ page }: WatchedPage, server: StandInServer): Promise<void> {
  await page.goto(`${server.url}/dang-nhap`);
  await page.getByLabel(/^(Tài khoản|User name)$/).fill('binh');
  await page.getByLabel(/^(Mật khẩu|Password)$/).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('grid').waitFor();
  await page.getByRole('row').nth(1).waitFor();
}

/** Waits until every incident is in the browser. */
export async function whole({ page }: WatchedPage, server: StandInServer): Promise<void> {
  const least = server.desk.open().length * 0.98;
  await until('every incident is in the browser', async () => {
    const rows = await page.getByRole('grid').getAttribute('aria-rowcount');
    return Number(rows) > least ? true : undefined;
  });
}
