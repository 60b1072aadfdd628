import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

import type { IncidentRow, IncidentView } from '#libs/protocol';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { incidentsOf, sendLines, signIn, type Desk } from '../acceptance/desk.ts';
import { guesses, signInNew } from '../acceptance/scope-cast.ts';
import { axeViolations, openPage, startChromium, writing } from '../support/chromium.ts';
import { suiteCleanUp, type CleanUp } from '../support/clean-up.ts';
import { startProduct, type Product } from '../support/product.ts';
import { until } from '../support/until.ts';

const INCIDENTS = 12;
const CUTS = 5;
const PROVINCES = ['12', '22', '46', '48', '75', '79'];

const cleanUp = suiteCleanUp();
let product: Product;
let browser: Browser;
let admin: Desk;

/** One incident on an account of its own. */
async function trouble(n: number): Promise<void> {
  const locality = PROVINCES[n % PROVINCES.length];
  const lines = guesses(`so-${n}`, 'x').map((line) => ({
    ...line,
    locality,
    'source.ip': `198.51.100.${n + 1}`,
  }));
  await sendLines(product, lines);
}

beforeAll(async () => {
  product = await startProduct(cleanUp);
  admin = await signIn(product);
  browser = await startChromium(cleanUp);
  for (let n = 0; n < INCIDENTS; n += 1) await trouble(n);
  await incidentCount(INCIDENTS);
});

/** The incidents, once there are this many. */
function incidentCount(count: number): Promise<IncidentRow[]> {
  return until(`there are ${count} incidents`, async () => {
    const rows = await incidentsOf(admin);
    return rows.length === count ? rows : undefined;
  });
}

function viewOf(id: string): Promise<IncidentView> {
  return admin.get<IncidentView>(`/api/v1/incidents/${id}`);
}

/** Signs in through the page. */
async function enter(page: Page, url: string, user: string, password: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Tài khoản').fill(user);
  await page.getByLabel('Mật khẩu', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('grid').waitFor();
  await page.locator('[role=row][id]').first().waitFor();
}

function currentId(page: Page): Promise<string> {
  return until('a row has the cursor', async () => {
    const id = await page.locator('[role=row][aria-selected=true]').first().getAttribute('id');
    return id?.slice('row-'.length);
  });
}

describe('an analyst at the real product', () => {
  it('signs in, takes, comments, judges and undoes by keyboard', async () => {
    const { page, problems } = await openPage(onTestFinished, browser);
    await enter(page, product.url, 'admin', product.adminPassword);
    await page.keyboard.press('ArrowDown');
    const id = await currentId(page);
    await page.keyboard.press('t');
    await page.getByText(`Đã tiếp nhận ${id}`).waitFor();
    await page.keyboard.press('b');
    await writing(page);
    await page.keyboard.type('da goi don vi');
    await page.keyboard.press('Control+Enter');
    await page.getByText(`Đã gửi trao đổi ở ${id}`).waitFor();
    await page.keyboard.press('v');
    await page.getByRole('region', { name: 'Kết luận' }).waitFor();
    await page.keyboard.press('2');
    await writing(page);
    await page.keyboard.type('máy quét đã đăng ký');
    await page.keyboard.press('Control+Enter');
    await page.getByText(`Đã đóng ${id}: Cảnh báo nhầm`).waitFor();
    expect(await viewOf(id)).toMatchObject({ status: 'closed', verdict: 'false_positive' });
    await page.keyboard.press('Control+z');
    await page.getByText(`Đã hoàn tác ở ${id}`).waitFor();
    const after = await viewOf(id);
    expect(after).toMatchObject({ status: 'acknowledged', verdict: null, assignee: 'admin' });
    const comments = after.timeline.filter(({ what }) => what === 'commented');
    expect(comments.map(({ who, facts }) => [who, facts['text']])).toContainEqual([
      'admin',
      'da goi don vi',
    ]);
    expect(problems).toEqual([]);
  });

  it('is told who was faster, keeps the text and tries again', async () => {
    const other = await signInNew(product, admin, {
      user: 'lan.huong',
      role: 'analyst',
      home: { province: '00' },
    });
    const { page } = await openPage(onTestFinished, browser);
    await enter(page, product.url, 'admin', product.adminPassword);
    await page.keyboard.press('End');
    const id = await currentId(page);
    await page.keyboard.press('v');
    await page.getByRole('region', { name: 'Kết luận' }).waitFor();
    await page.keyboard.press('1');
    await writing(page);
    await page.keyboard.type('đã xác minh với đơn vị');
    // The change is made in the moment between what is seen and what is sent.
    let done = false;
    await page.route(`**/incidents/${id}/verdict`, async (route) => {
      if (!done) {
        done = true;
        const { version } = await viewOf(id);
        await other.post(`/api/v1/incidents/${id}/acknowledge`, { version });
      }
      await route.continue();
    });
    await page.keyboard.press('Control+Enter');
    const notice = page.getByRole('alert').filter({ hasText: 'lan.huong vừa đổi sự cố này' });
    await notice.waitFor();
    expect(await notice.textContent()).toContain('đã xác minh với đơn vị');
    expect((await viewOf(id)).verdict).toBeNull();
    await notice.getByRole('button', { name: 'Thử lại' }).click();
    await until('the verdict is in', async () =>
      (await viewOf(id)).verdict === 'true_positive' ? true : undefined,
    );
    expect((await viewOf(id)).assignee).toBe('lan.huong');
  });
});

interface Wire {
  readonly url: string;
  cut(): void;
}

/** Stands between browser and product, and can be cut. */
async function wire(add: CleanUp, target: Product): Promise<Wire> {
  const open = new Set<Socket>();
  const { port } = new URL(target.url);
  const server = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    for (const [one, two] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(two);
      one.on('error', () => two.destroy());
      one.on('close', () => {
        open.delete(one);
        two.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  add(() => {
    cut();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
}

describe('a connection that is cut', () => {
  it(`${CUTS} times under changes loses and doubles nothing`, async () => {
    const line = await wire(onTestFinished, product);
    const { page } = await openPage(onTestFinished, browser);
    await enter(page, line.url, 'admin', product.adminPassword);
    const before = (await incidentsOf(admin)).length;
    let made = 0;
    const more = async (): Promise<void> => {
      await trouble(100 + made);
      made += 1;
    };
    for (let cut = 0; cut < CUTS; cut += 1) {
      await more();
      line.cut();
      await more();
      await page.getByText('Đã nối', { exact: true }).waitFor();
      await more();
    }
    const rows = await incidentCount(before + made);
    const open = rows.filter(({ status }) => status !== 'closed' && status !== 'resolved');
    await until('the page counts what the product counts', async () => {
      const said = await page.getByRole('button', { name: /^Đang mở/ }).textContent();
      return Number((said ?? '').replaceAll(/\D/g, '')) === open.length ? true : undefined;
    });
    await page.getByRole('grid').focus();
    await page.keyboard.press('n');
    const shown = await until('the list has them all', async () => {
      const count = await page.getByRole('grid').getAttribute('aria-rowcount');
      return Number(count) === open.length + 1 ? Number(count) : undefined;
    });
    expect(shown).toBe(open.length + 1);
    const ids = new Set<string>();
    await page.keyboard.press('Home');
    for (let n = 0; n < open.length; n += 1) {
      await until('the cursor has moved on', async () => {
        const id = await currentId(page);
        return ids.has(id) ? undefined : ids.add(id);
      });
      await page.keyboard.press('ArrowDown');
    }
    expect([...ids].toSorted()).toEqual(open.map(({ id }) => id).toSorted());
  });
});

/** Every page, with what has to be on it before anybody looks. */
function pagesOf(incident: string): readonly (readonly [path: string, ready: string])[] {
  return [
    [`/truc?id=${incident}`, '[role=tabpanel] li, [role=tabpanel] p'],
    [`/su-co/${incident}`, '#incident-panel pre'],
    [`/su-co/${incident}?tab=timeline`, '#incident-panel li'],
    ['/tim-kiem', 'tbody tr'],
    ['/nguon', 'tbody tr'],
    ['/luat', 'tbody tr'],
    ['/bao-cao', 'article'],
    ['/suc-khoe', 'section li'],
    ['/tai-khoan', 'form'],
    ['/quan-tri', 'tbody tr'],
    ['/dat-mat-khau', 'h1'],
  ];
}

describe('every page of the real product', () => {
  it('shows itself without an error, a foreign request or anything that axe finds', async () => {
    const [first] = await incidentsOf(admin);
    const pages = pagesOf(first?.id ?? '');
    const watched = await openPage(onTestFinished, browser, { bypassCSP: true });
    const { page, problems, requests } = watched;
    await enter(page, product.url, 'admin', product.adminPassword);
    const found: string[] = [];
    for (const [path, ready] of pages) {
      const answer = await page.goto(product.url + path);
      if (answer?.status() !== 200) found.push(`${path} answered ${answer?.status()}`);
      await page.locator(ready).first().waitFor();
      await page.evaluate('document.fonts.ready.then(() => true)');
      for (const violation of await axeViolations(page)) found.push(`${path} ${violation}`);
    }
    expect(found).toEqual([]);
    // Going to the next page ends what the one before was still asking.
    expect(problems.filter((problem) => !problem.includes('net::ERR_ABORTED'))).toEqual([]);
    const here = new URL(product.url).host;
    expect(requests.filter((url) => new URL(url).host !== here)).toEqual([]);
  });

  it('keeps to its content security policy', async () => {
    const { page, problems } = await openPage(onTestFinished, browser);
    await enter(page, product.url, 'admin', product.adminPassword);
    const [first] = await incidentsOf(admin);
    for (const [path, ready] of pagesOf(first?.id ?? '')) {
      await page.goto(product.url + path);
      await page.locator(ready).first().waitFor();
    }
    expect(problems.filter((problem) => !problem.includes('net::ERR_ABORTED'))).toEqual([]);
  });
});
