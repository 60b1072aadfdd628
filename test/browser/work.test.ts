import type { IncidentRow, IncidentView } from '#libs/protocol';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { incidentsOf, sendLines, signIn, type Desk } from '../acceptance/desk.ts';
import { guesses, signInNew } from '../acceptance/scope-cast.ts';
import { axeViolations, openPage, startChromium, writing } from '../support/chromium.ts';
import { suiteCleanUp } from '../support/clean-up.ts';
import { startProduct, type Product } from '../support/product.ts';
import { patience, until } from '../support/until.ts';

const PROVINCES = ['12', '46', '46', '75', '75', '75'];

const cleanUp = suiteCleanUp();
let product: Product;
let browser: Browser;
let admin: Desk;
let rows: readonly IncidentRow[];

/** One incident on an account of its own. */
async function trouble(n: number, locality: string): Promise<void> {
  const lines = guesses(`viec-${n}`, 'x').map((line) => ({
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
  for (const [n, locality] of PROVINCES.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- one incident after the other
    await trouble(n, locality);
  }
  rows = await until('every incident is there', async () => {
    const found = await incidentsOf(admin);
    return found.length === PROVINCES.length ? found : undefined;
  });
});

async function enter(page: Page, path: string): Promise<void> {
  await page.goto(product.url);
  await page.getByLabel('Tài khoản').fill('admin');
  await page.getByLabel('Mật khẩu', { exact: true }).fill(product.adminPassword);
  await page.keyboard.press('Enter');
  await page.locator('[role=row][id]').first().waitFor();
  await page.goto(product.url + path);
  await page.locator('[role=row][id], #incident-panel').first().waitFor();
}

/** The whole name of the first rule that begins so, as the list of rules has it. */
async function labelOf(page: Page, code: string): Promise<string> {
  const names = page.getByLabel('Luật mà bạn chờ sẽ báo').locator('option');
  const found = names.filter({ hasText: new RegExp(`^${code}`) }).first();
  await found.waitFor({ state: 'attached' });
  return (await found.textContent()) ?? '';
}

/** Opens the list of commands, types, and waits until what is wanted stands first in it. */
async function palette(page: Page, typed: string, first: RegExp): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Bảng lệnh' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.type(typed);
  await page.getByRole('option', { selected: true }).filter({ hasText: first }).waitFor();
}

function viewOf(id: string): Promise<IncidentView> {
  return admin.get<IncidentView>(`/api/v1/incidents/${id}`);
}

function idOf(n: number): string {
  const row = rows[n];
  if (row === undefined) throw new Error(`there is no incident ${n}`);
  return row.id;
}

describe('a grouped queue', () => {
  it('says how many each province has, opens with the arrow, and acts on all of a group', async () => {
    const { page, problems } = await openPage(onTestFinished, browser, { bypassCSP: true });
    await enter(page, '/truc?nhom=locality');
    const groups = page.locator('[role=row][aria-expanded]');
    const named = async (): Promise<unknown> =>
      (await groups.allTextContents()).map((text) => /Huế2|Lai Châu1|Đồng Nai3/.exec(text)?.[0]);
    await expect.poll(named, patience).toEqual(['Đồng Nai3', 'Huế2', 'Lai Châu1']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const members = page.locator('[role=row][aria-level="2"]');
    await expect.poll(() => members.count(), patience).toBe(3);
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('x');
    await page.getByText('Đã chọn 3', { exact: true }).waitFor();
    await page.keyboard.press('t');
    await page.getByText('Tiếp nhận: 3 sự cố').waitFor();
    const taken = (await incidentsOf(admin)).filter(({ assignee }) => assignee === 'admin');
    expect(taken.map(({ locality }) => locality.province)).toEqual(['75', '75', '75']);
    expect(problems).toEqual([]);
  });
});

describe('an incident that is worked', () => {
  it('is put off by two keys, stands under its own tab, and comes back when undone', async () => {
    const { page } = await openPage(onTestFinished, browser);
    const id = idOf(0);
    await enter(page, `/truc?id=${id}`);
    await page.keyboard.press('h');
    await page.getByRole('region', { name: 'Hoãn' }).waitFor();
    await page.keyboard.press('1');
    await writing(page);
    await page.keyboard.press('Control+Enter');
    await page.getByText(`Đã hoãn ${id} đến`).waitFor();
    expect((await viewOf(id)).snoozed).not.toBeNull();
    await page.getByRole('button', { name: /^Đang hoãn 1/ }).click();
    await page.locator(`[id="row-${id}"]`).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText(`Đã hoàn tác ở ${id}`).waitFor();
    expect((await viewOf(id)).snoozed).toBeNull();
  });

  it('goes to the unit with what is asked of it', async () => {
    const { page } = await openPage(onTestFinished, browser);
    const id = idOf(1);
    await enter(page, `/truc?id=${id}`);
    await page.keyboard.press('c');
    await page.getByRole('region', { name: 'Chuyển cấp' }).waitFor();
    await page.keyboard.press('1');
    await writing(page);
    await page.keyboard.type('nho don vi khoa tai khoan');
    await page.keyboard.press('Control+Enter');
    await page.getByText(`${id}: Chờ đơn vị phản hồi`).waitFor();
    const { status, timeline } = await viewOf(id);
    expect(status).toBe('waiting_locality');
    expect(timeline.at(-1)?.facts['text']).toBe('nho don vi khoa tai khoan');
  });

  it('is given to somebody from the list of those who may have it, and nobody else is there', async () => {
    await signInNew(product, admin, { user: 'duong', role: 'locality', home: { province: '12' } });
    await signInNew(product, admin, { user: 'quynh', role: 'manager', home: { province: '00' } });
    await signInNew(product, admin, { user: 'khanh', role: 'locality', home: { province: '46' } });
    const of12 = rows.find(({ locality }) => locality.province === '12')?.id ?? '';
    const { page } = await openPage(onTestFinished, browser);
    await enter(page, `/truc?id=${of12}`);
    await page.keyboard.press('p');
    const people = page.getByRole('listbox', { name: 'Giao cho' }).getByRole('option');
    await expect.poll(() => people.count(), patience).toBe(2);
    await writing(page);
    await page.keyboard.type('duong');
    await expect.poll(() => people.count(), patience).toBe(1);
    await page.keyboard.press('Enter');
    await page.getByText(`Đã giao ${of12} cho duong`).waitFor();
    expect((await viewOf(of12)).assignee).toBe('duong');
  });

  it('has its steps ticked with who and when, and says why each alert fired', async () => {
    const { page } = await openPage(onTestFinished, browser, { bypassCSP: true });
    const id = idOf(2);
    await enter(page, `/su-co/${id}?tab=playbook`);
    await page.getByText(/^Đã xong 0 \/ \d bước$/).waitFor();
    await page.locator('#incident-panel input').first().check();
    await page.getByText(/^Đã xong 1 \/ \d bước$/).waitFor();
    const doneBy = async (): Promise<unknown> => (await viewOf(id)).playbook[0]?.done?.who;
    await expect.poll(doneBy, patience).toBe('admin');
    await page.getByRole('button', { name: 'Vì sao báo?' }).first().click();
    await page.getByText(/^Luật SEC-01 báo vì có 22 sự kiện khớp/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  it('takes related ones in after saying what becomes of them', async () => {
    const { page } = await openPage(onTestFinished, browser);
    const [into, from] = [idOf(3), idOf(4)];
    await enter(page, `/su-co/${into}?tab=related`);
    await page.locator('#incident-panel').getByLabel(`Chọn ${from}`).check();
    await page.getByText(`${from} sẽ gộp vào ${into}`).waitFor();
    await page.getByRole('button', { name: 'Gộp 1 sự cố vào sự cố này' }).click();
    await page.getByText(`Đã gộp vào ${into}`).waitFor();
    expect(await viewOf(from)).toMatchObject({ closedBy: 'merged', parent: into });
    await page.keyboard.press('Control+z');
    await page.getByText(`Đã hoàn tác ở ${into}`).waitFor();
    expect(await viewOf(from)).toMatchObject({ closedBy: null, parent: null });
  });
});

describe('a saved view', () => {
  it('is kept for the unit, opens for somebody else, and says when the list differs', async () => {
    const { page } = await openPage(onTestFinished, browser);
    await enter(page, '/truc?loc=46&nhom=rule&sort=last');
    await page.getByRole('button', { name: 'Khung nhìn đã lưu' }).click();
    await page.getByRole('menuitem', { name: 'Lưu thành khung nhìn mới' }).click();
    await page.getByLabel('Tên khung nhìn').fill('Huế theo luật');
    await page.getByLabel('Cả đơn vị cùng dùng').check();
    await page.keyboard.press('Enter');
    await page.getByText('Đã lưu khung nhìn “Huế theo luật”').waitFor();
    await page.getByRole('button', { name: 'Huế theo luật', exact: true }).waitFor();
    const other = await openPage(onTestFinished, browser);
    await enter(other.page, '/truc');
    await palette(other.page, 'hue theo luat', /Huế theo luật/);
    await other.page.keyboard.press('Enter');
    await other.page.getByRole('treegrid').waitFor();
    const address = (): unknown => {
      const { searchParams } = new URL(other.page.url());
      return ['loc', 'nhom', 'sort'].map((key) => searchParams.get(key));
    };
    await expect.poll(address, patience).toEqual(['46', 'rule', 'last']);
    await other.page
      .getByRole('button', { name: /Địa phương/ })
      .first()
      .click();
    await other.page.getByTitle('Đã khác với khung nhìn đã lưu').waitFor();
  });
});

describe('an event that raised nothing', () => {
  it('goes through a rule once more, and what the rule asked stands beside what it found', async () => {
    const { page } = await openPage(onTestFinished, browser, { bypassCSP: true });
    await enter(page, '/truc');
    await page.goto(`${product.url}/tim-kiem?q=${encodeURIComponent('user.name:tk-viec-0-x')}`);
    await page.getByRole('button', { name: 'Xem các trường' }).first().click();
    await page.getByRole('button', { name: 'Vì sao không báo?' }).click();
    const rule = page.getByLabel('Luật mà bạn chờ sẽ báo');
    await rule.selectOption({ label: await labelOf(page, 'SEC-21') });
    await page.getByText(/không đọc loại nhật ký|không thoả điều kiện/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });
});

describe('the list of commands', () => {
  it('finds a page, an act on the incident at hand and an incident by its number', async () => {
    const { page, problems } = await openPage(onTestFinished, browser, { bypassCSP: true });
    const id = idOf(5);
    await enter(page, `/truc?id=${id}`);
    await palette(page, 'ket luan', new RegExp(`Kết luận: ${id}`));
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByLabel('Vì sao kết luận như vậy').waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Vì sao kết luận như vậy').waitFor({ state: 'detached' });
    await palette(page, idOf(2).slice(-3), /./);
    await page.getByRole('option', { name: new RegExp(idOf(2)) }).click();
    await page.waitForURL(`**/su-co/${idOf(2)}`);
    await palette(page, 'nguon', /^Nguồn/);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/nguon');
    expect(problems).toEqual([]);
  });
});
