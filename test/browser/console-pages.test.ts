import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { axeViolations, openPage } from '../support/chromium.ts';
import { suiteCleanUp } from '../support/clean-up.ts';
import { faultCount } from '../support/fault-count.ts';
import { patience } from '../support/until.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { rehearse, type Rehearsal, signIn } from './support/rehearsal.ts';

const cleanUp = suiteCleanUp();
let desk: Rehearsal;
beforeAll(async () => {
  desk = await rehearse(cleanUp);
});

/** Every page, with what has to be on it before anybody looks. */
const PAGES: readonly (readonly [path: string, ready: string])[] = [
  ['/truc?id=SC-2026-000004', '[role=tabpanel] li, [role=tabpanel] p'],
  ['/truc?q=khongcogi', 'strong'],
  ['/su-co/SC-2026-000004?tab=timeline', '#incident-panel li'],
  ['/su-co/SC-2026-000004', '#incident-panel pre'],
  ['/su-co/SC-2026-999999', 'strong'],
  ['/tim-kiem', 'tbody tr'],
  ['/tim-kiem?q=(khongdong', 'mark'],
  ['/nguon', 'tbody tr'],
  ['/nguon?loc=12', 'tbody tr'],
  ['/nguon?phan=sources', 'tbody tr'],
  ['/nguon?phan=probes', 'tbody tr'],
  ['/nguon?phan=unknown', 'tbody tr'],
  ['/luat', 'tbody tr'],
  ['/luat?id=AE-01', 'h2'],
  ['/luat?id=AE-01&muc=exceptions', 'tbody tr'],
  ['/luat?id=AE-01&muc=backtest', 'details table'],
  ['/luat?phan=trial', 'textarea'],
  ['/luat?phan=packs', 'tbody tr'],
  ['/bao-cao', 'article'],
  ['/suc-khoe', 'section li'],
  ['/suc-khoe?phan=deliveries', 'tbody tr'],
  ['/suc-khoe?phan=parked', 'tbody tr'],
  ['/bao-tri', 'tbody tr'],
  ['/bao-tri?phan=silences', 'tbody tr'],
  ['/tai-khoan', 'form'],
  ['/quan-tri', 'tbody tr'],
  ['/quan-tri?phan=keys', 'tbody tr'],
  ['/quan-tri?phan=record', 'tbody tr'],
  ['/dat-mat-khau', 'h1'],
  ['/khong-co-trang', 'h1'],
];

/** Labels that do not fit their control (console.md §8, 6). */
const CLIPPED = `[...document.querySelectorAll('button, [role=tab], h1, th, nav a, label')]
  .filter((element) => element.clientWidth > 2 && element.scrollWidth > element.clientWidth + 1)
  .filter((element) => getComputedStyle(element).overflowX !== 'visible' || element.tagName === 'BUTTON')
  .map((element) => element.outerHTML.slice(0, 160))`;

/** Anything that makes the whole page wider than the screen. */
const OVERFLOWING = `document.documentElement.scrollWidth - document.documentElement.clientWidth`;

async function show(page: Page, url: string, ready: string): Promise<void> {
  await page.goto(url);
  await page.locator(ready).first().waitFor();
  // Fonts change widths, and a menu or toast may still be fading.
  await page.evaluate('document.fonts.ready.then(() => true)');
}

const DESK = { width: 1366, height: 768 };
const WIDE = { width: 1920, height: 1080 };
const PHONE = { width: 360, height: 740 };
/** Four pair desk, phone, languages and colors with each other; all twelve go with the faults. */
const SCREENS = [
  { viewport: DESK, locale: 'vi-VN', colorScheme: 'light' },
  { viewport: DESK, locale: 'en-GB', colorScheme: 'dark' },
  { viewport: PHONE, locale: 'vi-VN', colorScheme: 'dark' },
  { viewport: PHONE, locale: 'en-GB', colorScheme: 'light' },
  { viewport: DESK, locale: 'vi-VN', colorScheme: 'dark' },
  { viewport: DESK, locale: 'en-GB', colorScheme: 'light' },
  { viewport: PHONE, locale: 'vi-VN', colorScheme: 'light' },
  { viewport: PHONE, locale: 'en-GB', colorScheme: 'dark' },
  { viewport: WIDE, locale: 'vi-VN', colorScheme: 'light' },
  { viewport: WIDE, locale: 'vi-VN', colorScheme: 'dark' },
  { viewport: WIDE, locale: 'en-GB', colorScheme: 'light' },
  { viewport: WIDE, locale: 'en-GB', colorScheme: 'dark' },
] as const;

describe('every page', () => {
  for (const screen of SCREENS.slice(0, faultCount({ few: 4, full: SCREENS.length }))) {
    const { viewport, locale, colorScheme } = screen;
    it(`has nothing that axe finds, and nothing clipped: ${viewport.width} px, ${locale}, ${colorScheme}`, async () => {
      const server = await desk.serve(onTestFinished, { incidents: 300, lagSeconds: 75 });
      const watched = await desk.signedIn(onTestFinished, server, { ...screen, bypassCSP: true });
      const { page } = watched;
      const found: string[] = [];
      for (const [path, ready] of PAGES) {
        await show(page, server.url + path, ready);
        for (const violation of await axeViolations(page)) found.push(`${path} ${violation}`);
        if (viewport === PHONE) continue;
        const clipped = await page.evaluate<string[]>(CLIPPED);
        for (const label of clipped) found.push(`${path} clipped ${label}`);
      }
      await page.goto(`${server.url}/dang-nhap`);
      await page.getByRole('heading', { name: 'Tháp Canh' }).waitFor();
      found.push(...(await axeViolations(page)));
      expect(found).toEqual([]);
    });
  }

  it('asks no other site for anything, and breaks no policy', async () => {
    const server = await desk.serve(onTestFinished, { incidents: 300, rate: 50 });
    const { page, problems, requests } = await desk.signedIn(onTestFinished, server);
    for (const [path, ready] of PAGES) await show(page, server.url + path, ready);
    const here = new URL(server.url).host;
    expect(requests.filter((url) => new URL(url).host !== here)).toEqual([]);
    const expected = /SC-2026-999999|khongdong|status of 40[04]|net::ERR_ABORTED/;
    expect(problems.filter((problem) => !expected.test(problem))).toEqual([]);
  });

  it('reads on a phone: incident and summary fit 360 px', async () => {
    const server = await desk.serve(onTestFinished);
    const viewport = { width: 360, height: 740 };
    const { page } = await desk.signedIn(onTestFinished, server, { viewport });
    for (const [path, ready] of PAGES) {
      if (!/su-co|bao-cao/.test(path)) continue;
      await show(page, server.url + path, ready);
      await expect.poll(() => page.evaluate(OVERFLOWING), { ...patience, message: path }).toBe(0);
      const main = `document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth`;
      expect(await page.evaluate(main), path).toBeLessThanOrEqual(0);
    }
  });
});

describe('forms and menus', () => {
  it('have nothing that axe finds either', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await openPage(onTestFinished, desk.browser, { bypassCSP: true });
    await signIn({ page, problems: [], requests: [] }, server);
    const found: string[] = [];
    const look = async (): Promise<void> => {
      found.push(...(await axeViolations(page)));
    };
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('v');
    await look();
    await page.keyboard.press('Escape');
    await page.keyboard.press('p');
    await page.getByRole('option').first().waitFor();
    await look();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('grid').focus();
    await page.keyboard.press('x');
    await look();
    await page.keyboard.press('Shift+Slash');
    await page.getByRole('dialog').waitFor();
    await look();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Cài đặt hiển thị' }).click();
    await page.getByRole('menu').waitFor();
    await look();
    await page.getByRole('menuitem', { name: 'Dạng trang (50 hàng)' }).click();
    await page.keyboard.press('Escape');
    await page.getByText('Trang 1 / ').waitFor();
    await look();
    await page.goto(`${server.url}/nguon?phan=unknown`);
    await page.getByRole('button', { name: 'Gán 10.66.0.17 cho địa phương' }).click();
    await page.getByRole('dialog').waitFor();
    await look();
    expect(found).toEqual([]);
  });

  it('assigns an unknown sender in one form', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server);
    await page.goto(`${server.url}/nguon?phan=unknown`);
    await page.getByRole('button', { name: 'Gán 10.66.0.17 cho địa phương' }).click();
    await page.getByLabel('Tỉnh, thành phố').selectOption({ label: 'Đắk Lắk' });
    await page.getByLabel('Tên nguồn').fill('Tường lửa Ea H’leo');
    await page.getByRole('dialog').getByRole('button', { name: 'Gán' }).click();
    await page.getByText('Đã gán Tường lửa Ea H’leo').waitFor();
    await page.getByText('10.66.0.17').waitFor({ state: 'detached' });
  });

  it('makes a key, shows it once, and asks before ending one', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server);
    await page.goto(`${server.url}/quan-tri?phan=keys`);
    await page.getByRole('button', { name: 'Tạo khoá' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Tên khoá').fill('rsyslog Cà Mau');
    await form.getByLabel('Tỉnh, thành phố').selectOption({ label: 'Cà Mau' });
    await form.getByRole('button', { name: 'Tạo khoá' }).click();
    await page.getByText('tc_0123456789abcdef').waitFor();
    await page.getByRole('button', { name: 'Đóng', exact: true }).click();
    await page.getByRole('button', { name: 'Thu hồi: báo cáo' }).click();
    await page.getByText(/Thu hồi khoá báo cáo\?/).waitFor();
    await page.getByRole('button', { name: 'Thu hồi', exact: true }).click();
    await page.getByText('Đã thu hồi báo cáo').waitFor();
  });

  it('plans maintenance, lets people in by a link, and looks at a table before it is entered', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server, { bypassCSP: true });
    const found: string[] = [];
    const look = async (): Promise<void> => {
      found.push(...(await axeViolations(page)));
    };
    await page.goto(`${server.url}/bao-tri`);
    await page.getByRole('button', { name: 'Lập khung bảo trì' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Tỉnh, thành phố').selectOption({ label: 'Lai Châu' });
    await form.getByLabel('Lý do').fill('Nâng cấp');
    await look();
    await form.getByRole('button', { name: 'Lập khung bảo trì' }).click();
    await page.getByText('Đã lập khung bảo trì cho Lai Châu').waitFor();
    await page.getByRole('button', { name: 'Kết thúc ngay: Nâng cấp' }).first().click();
    await page.getByText(/Kết thúc khung bảo trì của/).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Kết thúc ngay' }).click();
    await page.getByText('Đã kết thúc').waitFor();
    await page.goto(`${server.url}/bao-tri?phan=silences`);
    await page.getByRole('button', { name: 'Đặt im lặng' }).click();
    await page.getByLabel('Loại đối tượng').selectOption('address');
    await look();
    await page.keyboard.press('Escape');
    await page.goto(`${server.url}/quan-tri`);
    await page.getByRole('button', { name: 'Thao tác với Nguyễn An' }).click();
    await page.getByRole('menuitem', { name: 'Liên kết đặt lại mật khẩu' }).click();
    await page.getByText(/dat-mat-khau#mot-lan/).waitFor();
    await look();
    await page.goto(`${server.url}/quan-tri?phan=record`);
    await page.getByRole('button', { name: 'Kiểm tra chuỗi' }).click();
    await page.getByText('Hệ thống: Chuỗi nguyên vẹn: 40 dòng.').waitFor();
    await page.goto(`${server.url}/nguon?phan=sources`);
    await page.getByRole('button', { name: 'Nhập bảng CSV' }).click();
    const file = { name: 'nguon.csv', mimeType: 'text/csv', buffer: Buffer.from('id,name') };
    await page.getByLabel('Tệp CSV').setInputFiles(file);
    await page.getByText('1 mới, 0 đổi, 0 như cũ, 0 sai.').waitFor();
    await look();
    await page.getByRole('button', { name: 'Nhập 1 nguồn' }).click();
    await page.getByText('Đã nhập 1 nguồn').waitFor();
    for (const name of ['Thêm nguồn', 'Thêm dịch vụ', 'Thêm phép thử']) {
      const part = name === 'Thêm nguồn' ? 'sources' : 'probes';
      await page.goto(`${server.url}/nguon?phan=${part}`);
      await page.getByRole('button', { name }).click();
      await page.getByRole('dialog').waitFor();
      await look();
    }
    expect(found).toEqual([]);
  });

  it('tries pasted lines, adds an exception and switches a rule off with a reason', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server, { bypassCSP: true });
    const found: string[] = [];
    const look = async (): Promise<void> => {
      found.push(...(await axeViolations(page)));
    };
    await page.goto(`${server.url}/luat?phan=trial`);
    await page.getByRole('textbox', { name: 'Dòng nhật ký' }).fill('Failed password for root');
    await page.getByRole('button', { name: 'Thử', exact: true }).click();
    await page.getByText('Khớp: SEC-01 Dò mật khẩu').waitFor();
    await page.getByText('2 trường đọc được').click();
    await look();
    await page.goto(`${server.url}/luat?id=AE-01&muc=exceptions`);
    await page.getByRole('button', { name: 'Thêm ngoại lệ' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Tỉnh, thành phố').selectOption({ label: 'Đắk Lắk' });
    await form.getByLabel('Giá trị').fill('10.66.0.5');
    await form.getByLabel('Lý do').fill('máy quét');
    await look();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Tắt luật' }).click();
    await page.getByRole('dialog').getByLabel('Lý do').fill('đang sửa nguồn');
    await look();
    await page.getByRole('dialog').getByRole('button', { name: 'Tắt luật' }).click();
    await page.getByText(/Đã tắt/).waitFor();
    expect(found).toEqual([]);
  });

  it('shows where a query is wrong, and filters by a value from its menu', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server);
    await page.goto(`${server.url}/tim-kiem`);
    await page.getByLabel('Câu tìm').fill('event.outcome:(failure');
    await page.keyboard.press('Enter');
    await page.getByText('Sai ở ký tự thứ 15: Thiếu dấu đóng ngoặc').waitFor();
    await page.getByLabel('Câu tìm').fill('admin');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Xem các trường' }).first().click();
    await page.getByRole('button', { name: /^Thao tác với source\.ip/ }).click();
    await page.getByRole('menuitem', { name: 'Loại trừ' }).click();
    await page.waitForURL(/NOT/);
    const query = page.getByLabel('Câu tìm');
    await expect.poll(() => query.inputValue(), patience).toMatch(/^admin AND NOT source\.ip:203/);
    await page.getByRole('button', { name: 'Xem cũ hơn' }).click();
    await page.locator('tbody tr').nth(150).waitFor();
  });
});

describe('the weekly summary on paper', () => {
  it('is one page with every heading, and no outline fonts', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server);
    await show(page, `${server.url}/bao-cao?ky=2026-W47`, 'article');
    const folder = tempFolder(onTestFinished);
    const file = join(folder, 'tong-hop.pdf');
    await writeFile(file, await page.pdf({ format: 'A4', preferCSSPageSize: true }));
    const run = promisify(execFile);
    const { stdout: words } = await run('pdftotext', ['-layout', file, '-']);
    const headings = [
      'Tổng hợp tuần 47',
      'Cần lãnh đạo quyết định',
      'Sự cố nổi bật',
      'Theo mức độ',
      'Sự cố theo địa phương',
    ];
    const text = words.normalize('NFC').replaceAll(/\s+/g, ' ');
    for (const heading of headings) expect(text).toContain(heading);
    expect(text).not.toContain('In một trang');
    const { stdout: fonts } = await run('pdffonts', [file]);
    expect(fonts).not.toContain('Type 3');
    const { stdout: facts } = await run('pdfinfo', [file]);
    expect(Number(/Pages:\s+(\d+)/.exec(facts)?.[1])).toBe(1);
  });
});
