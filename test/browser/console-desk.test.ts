import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { suiteCleanUp } from '../support/clean-up.ts';
import { patience, until } from '../support/until.ts';
import { rehearse, type Rehearsal, signIn, whole } from './support/rehearsal.ts';
import { openPage, writing } from '../support/chromium.ts';
import { PASSWORD } from './support/stand-in-server.ts';

const cleanUp = suiteCleanUp();
let desk: Rehearsal;
beforeAll(async () => {
  desk = await rehearse(cleanUp);
});

/** The address follows the cursor a moment later. */
async function addressFollows(page: Page): Promise<void> {
  const row = await page.locator('[role=row][aria-selected=true]').getAttribute('id');
  const asked = (): string => `row-${new URL(page.url()).searchParams.get('id') ?? ''}`;
  await expect.poll(asked, patience).toBe(row);
}

describe('signing in', () => {
  it('asks for the page again that was wanted, and says the same for every wrong pair', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await openPage(onTestFinished, desk.browser);
    await page.goto(`${server.url}/suc-khoe`);
    await page.getByLabel('Tài khoản').fill('binh');
    await page.getByLabel('Mật khẩu', { exact: true }).fill('sai');
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await page.getByText('Tài khoản hoặc mật khẩu không đúng.').waitFor();
    await page.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await page.getByRole('heading', { name: 'Sức khoẻ' }).waitFor();
    await expect.poll(() => new URL(page.url()).pathname, patience).toBe('/suc-khoe');
  });

  it('makes somebody with a temporary password set their own first', async () => {
    const server = await desk.serve(onTestFinished, { incidents: 10, mustChangePassword: true });
    const { page } = await openPage(onTestFinished, desk.browser);
    await page.goto(`${server.url}/dang-nhap`);
    await page.getByLabel('Tài khoản').fill('binh');
    await page.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('Đây là mật khẩu tạm').waitFor();
    await page.goto(`${server.url}/truc`);
    await page.getByLabel('Mật khẩu hiện tại').fill(PASSWORD);
    await page.getByLabel('Mật khẩu mới', { exact: true }).fill('ngan');
    await page.getByLabel('Nhập lại mật khẩu mới').fill('ngan');
    await page.getByRole('button', { name: 'Đổi mật khẩu' }).click();
    await page.getByText('Mật khẩu mới cần ít nhất 14 ký tự.').waitFor();
    await page.getByLabel('Mật khẩu mới', { exact: true }).fill('con trâu đi trước cái cày');
    await page.getByLabel('Nhập lại mật khẩu mới').fill('con trâu đi trước cái cày');
    await page.getByRole('button', { name: 'Đổi mật khẩu' }).click();
    await page.getByRole('grid').waitFor();
  });

  it('sets a first password by the link that the server printed', async () => {
    const server = await desk.serve(onTestFinished);
    const { page, problems } = await openPage(onTestFinished, desk.browser);
    await page.goto(`${server.url}/dat-mat-khau#mot-lan`);
    const sent = page.waitForRequest('**/session/link');
    await page.getByLabel('Mật khẩu mới', { exact: true }).fill('con trâu đi trước cái cày');
    await page.getByLabel('Nhập lại mật khẩu mới').fill('con trâu đi trước cái cày');
    await page.getByRole('button', { name: 'Đặt mật khẩu' }).click();
    expect((await sent).postDataJSON()).toMatchObject({ token: 'mot-lan' });
    await page.getByRole('button', { name: 'Đăng nhập' }).waitFor();
    await expect.poll(() => page.url(), patience).not.toContain('mot-lan');
    expect(problems).toEqual([]);
  });

  it('signs in over the page when the session ends, and keeps what was typed', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('b');
    await page.getByLabel('Viết trao đổi').fill('đang gọi Sở Nội vụ');
    server.signOutAll();
    const dialog = page.getByRole('dialog', { name: 'Đăng nhập' });
    await dialog.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Viết trao đổi').inputValue()).toBe('đang gọi Sở Nội vụ');
    await page.getByText('Đã nối', { exact: true }).waitFor();
  });
});

describe('the duty journey by keyboard alone', () => {
  it('takes, comments, judges and undoes, and goes on to the next, in twelve keys', async () => {
    const server = await desk.serve(onTestFinished);
    const { page, problems } = await desk.signedIn(onTestFinished, server);
    let keys = 0;
    const press = async (key: string): Promise<void> => {
      keys += 1;
      await page.keyboard.press(key);
    };
    await press('ArrowDown');
    const id = String(
      await page.locator('[role=row][aria-selected=true]').getAttribute('id'),
    ).slice(4);
    const status = (): string | undefined => server.desk.rows.get(id)?.status;
    await press('t');
    await page.getByText(`Đã tiếp nhận ${id}`).waitFor();
    await press('b');
    await writing(page);
    await page.keyboard.type('da goi don vi');
    await press('Control+Enter');
    await page.getByText(`Đã gửi trao đổi ở ${id}`).waitFor();
    await press('v');
    await page.getByRole('region', { name: 'Kết luận' }).waitFor();
    await press('2');
    await writing(page);
    await page.keyboard.type('máy quét đã đăng ký');
    await press('Control+Enter');
    await page.getByText(`Đã đóng ${id}: Cảnh báo nhầm`).waitFor();
    expect(status()).toBe('closed');
    const row = page.locator(`[id="row-${id}"]`);
    await row.getByText(/đã đóng/).waitFor();
    await press('Control+z');
    await page.getByText(`Đã hoàn tác ở ${id}`).waitFor();
    expect(status()).toBe('acknowledged');
    await press('ArrowDown');
    expect(keys).toBeLessThanOrEqual(12);
    expect(problems).toEqual([]);
  });

  it('does nothing while an input method composes, and binds nothing to Backspace', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server);
    await page.keyboard.press('ArrowDown');
    const before = server.asked.filter((line) => line.startsWith('POST')).length;
    await page.evaluate(`
      for (const init of [
        { code: 'KeyT', key: 't', isComposing: true },
        { code: 'KeyT', key: 'Process', keyCode: 229 },
        { code: 'KeyV', key: 'v', keyCode: 229 },
        { code: 'Backspace', key: 'Backspace' },
        { code: 'KeyT', key: 't', altKey: true },
        { code: 'KeyT', key: 't', metaKey: true },
      ]) {
        document.activeElement.dispatchEvent(
          new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }),
        );
      }
    `);
    await page.keyboard.press('/');
    await writing(page);
    await page.keyboard.type('tttvvv');
    await page.waitForURL(/q=tttvvv/);
    const after = server.asked.filter((line) => line.startsWith('POST')).length;
    expect(after).toBe(before);
    expect(await page.getByRole('group', { name: 'Kết luận' }).count()).toBe(0);
  });

  it('leaves single letters alone when they are switched off', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server);
    await page.getByRole('button', { name: 'Cài đặt hiển thị' }).click();
    await page.getByRole('menuitem', { name: 'Bật phím tắt một chữ' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('t');
    await page.keyboard.press('Control+z');
    await page.getByText('Không còn gì để hoàn tác').waitFor();
    expect(server.asked.filter((line) => line.startsWith('POST /api/v1/incidents'))).toEqual([]);
  });
});

describe('when somebody else was faster', () => {
  it('says who changed what, keeps my text, and can try again', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server);
    await page.keyboard.press('ArrowDown');
    const id = String(
      await page.locator('[role=row][aria-selected=true]').getAttribute('id'),
    ).slice(4);
    await page.keyboard.press('v');
    await page.getByRole('region', { name: 'Kết luận' }).waitFor();
    await page.keyboard.press('1');
    await writing(page);
    await page.keyboard.type('đã xác minh với đơn vị');
    // The change is made in the moment between what I see and what I send.
    await page.route(`**/incidents/${id}/verdict`, async (route) => {
      if (server.desk.changedBy.get(id) === undefined) {
        server.desk.change(id, { status: 'waiting_vendor', assignee: 'lan.huong' }, 'lan.huong');
      }
      await route.continue();
    });
    await page.keyboard.press('Control+Enter');
    const notice = page.getByRole('alert').filter({ hasText: 'lan.huong vừa đổi sự cố này' });
    await notice.waitFor();
    expect(await notice.textContent()).toContain('Chờ nhà cung cấp');
    expect(await notice.textContent()).toContain('đã xác minh với đơn vị');
    await notice.getByRole('button', { name: 'Thử lại' }).click();
    await until('the verdict is in', () =>
      server.desk.rows.get(id)?.verdict === 'true_positive' ? true : undefined,
    );
  });

  it('is not told of changes that the product itself made', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server);
    await page.keyboard.press('ArrowDown');
    const id = String(
      await page.locator('[role=row][aria-selected=true]').getAttribute('id'),
    ).slice(4);
    await page.route(`**/incidents/${id}/acknowledge`, async (route) => {
      const row = server.desk.rows.get(id);
      // The product may count a version too: what people decided is what it was.
      if (row?.version === 1) server.desk.change(id, { events: 9, version: 2 }, 'system');
      await route.continue();
    });
    await page.keyboard.press('t');
    await page.getByText(`Đã tiếp nhận ${id}`).waitFor();
    expect(server.desk.rows.get(id)?.assignee).toBe('binh');
  });
});

describe('state in the address', () => {
  it('shows somebody else the same view from a copied link', async () => {
    const server = await desk.serve(onTestFinished, { incidents: 2000 });
    const first = await desk.signedIn(onTestFinished, server);
    await whole(first, server);
    const { page } = first;
    await page.getByRole('button', { name: /^Nghiêm trọng/ }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('ndop');
    await page.waitForURL(/q=ndop/);
    await page.keyboard.press('Escape');
    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await addressFollows(page);
    const rows = await page.locator('[role=row][id]').allTextContents();
    const second = await openPage(onTestFinished, desk.browser);
    await signIn(second, server);
    await second.page.goto(page.url());
    await second.page.locator('[role=row][aria-selected=true]').waitFor();
    const chosen = (at: Page): Promise<string | null> =>
      at.locator('[role=row][aria-selected=true]').getAttribute('id');
    expect(await chosen(second.page)).toBe(await chosen(page));
    await expect
      .poll(() => second.page.locator('[role=row][id]').count(), patience)
      .toBe(rows.length);
    expect(page.url().length).toBeLessThan(2000);
  });

  it('goes back from an incident to the list, the cursor and the filter that were left', async () => {
    const server = await desk.serve(onTestFinished);
    const { page } = await desk.signedIn(onTestFinished, server);
    await page.getByRole('button', { name: /^Chưa giao/ }).click();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await addressFollows(page);
    const left = page.url();
    await page.getByRole('grid').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /^SC-/ }).waitFor();
    await page.goBack();
    await page.locator('[role=row][aria-selected=true]').waitFor();
    await expect.poll(() => page.url(), patience).toBe(left);
  });
});
