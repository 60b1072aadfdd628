import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { axeViolations, openPage, startChromium } from '../support/chromium.ts';
import { isMissing } from '../support/parts.ts';

const pages: Record<string, string> = {
  '/good': '<h1>Tháp Canh</h1><p>Trực ban</p>',
  '/bad': '<h1>Tháp Canh</h1><img src="/missing.png"><script>missing()</script>',
};

async function servePages(): Promise<string> {
  const server = createServer((request, response) => {
    const body = pages[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html' });
    response.end(
      `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Thử</title>
       <link rel="icon" href="data:,"></head><body><main>${body}</main></body></html>`,
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(isMissing('chromium'))('the test Chromium', () => {
  it('renders a page and reports what is wrong with one', async () => {
    const url = await servePages();
    const browser = await startChromium(onTestFinished);

    const good = await openPage(onTestFinished, browser);
    await good.page.goto(`${url}/good`);
    expect(await good.page.getByRole('heading').textContent()).toBe('Tháp Canh');
    expect(await axeViolations(good.page)).toEqual([]);
    expect(good.problems).toEqual([]);
    expect(good.requests).toEqual([`${url}/good`]);

    const bad = await openPage(onTestFinished, browser);
    await bad.page.goto(`${url}/bad`);
    expect((await axeViolations(bad.page)).join('\n')).toContain('image-alt');
    expect(bad.problems.join('\n')).toContain('missing is not defined');
    expect(bad.problems.join('\n')).toContain('/missing.png 404');
  });
});
