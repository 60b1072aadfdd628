import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { axeViolations } from '../support/chromium.ts';
import { suiteCleanUp } from '../support/clean-up.ts';
import { rehearse, type Rehearsal } from './support/rehearsal.ts';

const cleanUp = suiteCleanUp();
let desk: Rehearsal;
beforeAll(async () => {
  desk = await rehearse(cleanUp);
});

const SCREENS = [
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
] as const;

interface Visit {
  readonly page: Page;
  /** Goes to an address of the page of rules and waits for a text on it. */
  readonly go: (search: string, ready: string | RegExp) => Promise<void>;
  /** Notes what axe finds, and whether the page is wider than the screen. */
  readonly look: () => Promise<void>;
  readonly found: string[];
}

async function visit(viewport: (typeof SCREENS)[number]): Promise<Visit> {
  const server = await desk.serve(onTestFinished, { incidents: 30 });
  const options = { viewport, bypassCSP: true };
  const { page } = await desk.signedIn(onTestFinished, server, options);
  const found: string[] = [];
  return {
    page,
    found,
    go: async (search, ready) => {
      await page.goto(`${server.url}/luat${search}`);
      await page.getByText(ready).first().waitFor();
    },
    look: async () => {
      const where = new URL(page.url()).search;
      for (const violation of await axeViolations(page)) found.push(`${where} ${violation}`);
      const wide = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      if (wide > 0) found.push(`${where} is ${wide} px too wide`);
    },
  };
}

describe.each(SCREENS)('rules at $width px', (viewport) => {
  it('show health and cost, how far windows are, and what a backtest found', async () => {
    const { page, go, look, found } = await visit(viewport);
    await go('?xem=costly', 'Thời gian trung bình của một lần xét');
    await page.getByText('15,7 µs').waitFor();
    await look();
    await go('?id=SEC-01', 'Cửa sổ gần ngưỡng nhất');
    await page.getByText('7 / cần ≥ 10 trong 5 phút').waitFor();
    await look();
    await go('?id=SEC-01&muc=backtest', '61 cảnh báo, trung bình 4,4 mỗi ngày');
    await look();
    await page.getByRole('button', { name: 'Dừng' }).click();
    await page.getByText('Đã dừng chạy thử').waitFor();
    expect(found).toEqual([]);
  });

  it('are edited with what is wrong beside its line, and keep what they were', async () => {
    const { page, go, look, found } = await visit(viewport);
    await go('?id=SEC-01&muc=text', 'Surge of server errors');
    await page.getByRole('button', { name: 'Sửa luật' }).click();
    const text = page.getByLabel('Văn bản luật');
    await page.getByText('1 mẫu thử không còn đúng').waitFor();
    await text.fill('title: x\nid: y\ndetection:\n  s:\n    message|contain: z\n');
    await page.getByText('there is no modifier "contain"').waitFor();
    await look();
    await page.getByRole('button', { name: 'dòng 5, cột 5' }).click();
    const at = 'document.activeElement.selectionStart';
    await expect.poll(() => page.evaluate<number>(at)).toBe(35);
    expect(await page.getByRole('button', { name: 'Lưu, áp dụng' }).isDisabled()).toBe(true);
    await text.fill('title: x\nid: y\n');
    await page.getByText('1 mẫu thử không còn đúng').waitFor();
    await page.getByLabel('Lý do sửa').fill('thử');
    await page.getByRole('button', { name: 'Lưu, áp dụng' }).click();
    await page.getByText('Đã lưu; luật mới có hiệu lực sau vài giây').waitFor();
    await go('?id=SEC-01&muc=history', 'http.response.status_code: [500, 502, 503]');
    await look();
    await go('?id=SEC-01&muc=parameters', 'Khoảng thời gian (giây)');
    await page.getByRole('button', { name: 'Đặt tham số' }).click();
    await expect.poll(() => page.getByLabel('Ngưỡng').inputValue()).toBe('20');
    await page.getByLabel('Tỉnh, thành phố').selectOption({ label: 'Lai Châu' });
    await expect.poll(() => page.getByLabel('Ngưỡng').inputValue()).toBe('8');
    await look();
    expect(found).toEqual([]);
  });

  it('come in a pack after what would change was shown, and are switched in groups', async () => {
    const { page, go, look, found } = await visit(viewport);
    await go('?phan=packs', 'sigmahq');
    await page.getByRole('button', { name: 'Nhập gói luật' }).click();
    const file = { name: 'sigma-8eaafff.zip', mimeType: 'application/zip' };
    await page.getByLabel('Tệp gói luật').setInputFiles({ ...file, buffer: Buffer.from('PK') });
    await expect.poll(() => page.getByLabel('Tên gói').inputValue()).toBe('sigma');
    await page.getByRole('button', { name: 'Xem trước' }).click();
    await page.getByText('2 luật không nạp được, để lại ngoài').click();
    await page.getByText('count() is no longer part of Sigma').waitFor();
    await look();
    await page.getByRole('button', { name: 'Áp dụng' }).click();
    await page.getByText('Đã áp dụng sigma, bản 3').waitFor();
    await page.getByRole('button', { name: 'Tắt gói' }).click();
    await page.getByRole('dialog').getByLabel('Lý do').fill('đang xem lại');
    await look();
    await page.getByRole('dialog').getByRole('button', { name: 'Tắt' }).click();
    await page.getByText('Đã tắt sigmahq').waitFor();
    expect(found).toEqual([]);
  });
});
