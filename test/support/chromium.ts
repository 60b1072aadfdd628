import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

import type { CleanUp } from './clean-up.ts';
import { programPath } from './parts.ts';
import { patience } from './until.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The screen that a duty officer has. */
const dutyScreen = { width: 1366, height: 768 };

/** Debian's Chromium, headless, with a profile of its own. */
export async function startChromium(cleanUp: CleanUp): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: programPath('chromium') ?? '/usr/bin/chromium',
    headless: true,
    args: flags,
  });
  cleanUp(() => browser.close());
  return browser;
}

/** A page and what went wrong on it or left it. */
export interface WatchedPage {
  readonly page: Page;
  /** Console errors and warnings, uncaught errors, failed requests, answers from 400 on. */
  readonly problems: string[];
  /** Address of every request, websockets included. */
  readonly requests: string[];
}

/**
 * A page in a context (cookies, storage) of its own. Pass `{ bypassCSP: true }` to a page that axe
 * looks at; leave it out wherever the content security policy is what is tested.
 */
export async function openPage(
  cleanUp: CleanUp,
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: dutyScreen, locale: 'vi-VN', ...options });
  cleanUp(() => context.close());
  context.setDefaultTimeout(patience.timeout);
  const page = await context.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('requestfailed', (request) =>
    problems.push(`${request.url()} ${request.failure()?.errorText ?? 'failed'}`),
  );
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.url()} ${response.status()}`);
  });
  page.on('request', (request) => requests.push(request.url()));
  page.on('websocket', (socket) => requests.push(socket.url()));
  return { page, problems, requests };
}

/** Waits until what is typed goes into a field: of the palette, of a form that a key opened. */
export async function writing(page: Page): Promise<void> {
  await page.locator('input:focus, textarea:focus').first().waitFor();
}

interface AxeViolation {
  id: string;
  help: string;
  nodes: { target: unknown[]; html: string }[];
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** What axe finds on the page as it stands, one line per element; empty when all is well. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate<AxeViolation[]>(
    'axe.run(document).then((result) => result.violations)',
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html }) => `${id}: ${help}: ${target.join(' ')}: ${html.slice(0, 200)}`),
  );
}
