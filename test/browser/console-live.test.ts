import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { suiteCleanUp } from '../support/clean-up.ts';
import { patience, until } from '../support/until.ts';
import { rehearse, type Rehearsal, whole } from './support/rehearsal.ts';

const cleanUp = suiteCleanUp();
let desk: Rehearsal;
beforeAll(async () => {
  desk = await rehearse(cleanUp);
});

/** What a person would notice moving. */
const SEEN = `(() => {
  const grid = document.querySelector('[role=grid]');
  const head = grid.getBoundingClientRect().top + 54;
  const rows = [...grid.querySelectorAll('[role=row][id]')]
    .map((row) => ({ id: row.id, top: Math.round(row.getBoundingClientRect().top - head) }))
    .filter((row) => row.top >= 0);
  return {
    first: rows[0]?.id,
    top: rows[0]?.top,
    scroll: grid.scrollTop,
    cursor: grid.querySelector('[aria-selected=true]')?.id,
    ticks: [...grid.querySelectorAll('input:checked')].map((box) => box.ariaLabel),
  };
})()`;

describe('a list that does not move under the hand', () => {
  it('keeps first row, cursor, ticks and an open menu for 20 s of 200 changes a second', async () => {
    const server = await desk.serve(onTestFinished, { incidents: 20_000, rate: 200 });
    const watched = await desk.signedIn(onTestFinished, server);
    const { page, problems } = watched;
    await whole(watched, server);
    await page.getByRole('grid').evaluate('(grid) => grid.scrollTo(0, 3200)');
    const boxes = page.locator('[role=row][id] input');
    await boxes.nth(8).waitFor();
    for (const at of [4, 5, 6, 7, 8]) await boxes.nth(at).click();
    await page.locator('[role=row][id]').nth(9).getByText(/\S/).nth(2).click();
    await page.getByRole('button', { name: 'Thao tác khác' }).click();
    await page.getByRole('menu').waitFor();
    const before = await page.evaluate(SEEN);
    const seq = server.desk.seq;
    await until(
      '4,000 changes have come',
      () => (server.desk.seq - seq > 4000 ? true : undefined),
      {
        timeoutMs: 100_000,
        everyMs: 500,
      },
    );
    expect(await page.evaluate(SEEN)).toEqual(before);
    expect(await page.getByRole('menu').isVisible()).toBe(true);
    const counted = await page.getByRole('button', { name: /sự cố mới/ }).textContent();
    expect(Number(/\d+/.exec(counted ?? '')?.[0])).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  });

  it('holds still while paused, counts on, and catches up when it goes on', async () => {
    const server = await desk.serve(onTestFinished, { incidents: 500 });
    const watched = await desk.signedIn(onTestFinished, server);
    const { page } = watched;
    await whole(watched, server);
    const row = page.locator('[role=row][id]').first();
    const id = String(await row.getAttribute('id')).slice(4);
    await page.keyboard.press('.');
    await page.getByRole('button', { name: /Đã tạm dừng/ }).waitFor();
    const open = server.desk.open().length;
    server.desk.change(id, { status: 'resolved' }, 'an');
    server.desk.create({ severity: 'critical' });
    await page.getByText('Đã tạm dừng · 2 thay đổi đang chờ').waitFor();
    expect(await row.textContent()).not.toContain('Đã khắc phục');
    const counted = page.getByRole('button', { name: /^Đang mở/ });
    await expect.poll(() => counted.textContent(), patience).toContain(String(open + 1));
    await page.keyboard.press('.');
    await page.locator(`[id="row-${id}"]`).getByText('Đã khắc phục').waitFor();
  });

  it('leaves a row that a colleague closed in its place, marked, until N is pressed', async () => {
    const server = await desk.serve(onTestFinished, { incidents: 300 });
    const watched = await desk.signedIn(onTestFinished, server);
    const { page } = watched;
    await whole(watched, server);
    await page.keyboard.press('ArrowDown');
    await page.getByRole('row').nth(3).hover();
    const third = page.locator('[role=row][id]').nth(2);
    const id = String(await third.getAttribute('id'));
    server.desk.change(id.slice(4), { status: 'closed', assignee: 'an' }, 'an');
    await third.getByText('đã đóng bởi an').waitFor();
    expect(await third.getAttribute('id')).toBe(id);
    await page.keyboard.press('n');
    await page.locator(`[id="${id}"]`).waitFor({ state: 'detached' });
  });
});

describe('what a person has in hand', () => {
  it('is there again after the page is loaded anew: filter, cursor, ticks and the open tab', async () => {
    const server = await desk.serve(onTestFinished, { incidents: 300 });
    const watched = await desk.signedIn(onTestFinished, server);
    const { page } = watched;
    await page.goto(`${server.url}/truc?sev=high&nhom=rule`);
    const list = page.getByRole('treegrid');
    await list.locator('[aria-expanded=false]').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await list.locator('[aria-expanded=true]').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('x');
    await page.keyboard.press('Alt+4');
    await page.getByRole('tab', { name: /^Quy trình/, selected: true }).waitFor();
    await until('the address has the cursor', async () =>
      page.url().includes('id=SC-') ? true : undefined,
    );
    const before = page.url();
    await page.reload();
    await page.getByRole('tab', { name: /^Quy trình/, selected: true }).waitFor();
    await page.getByText('Đã chọn 1', { exact: true }).waitFor();
    await expect.poll(() => page.url(), patience).toBe(before);
  });

  it('is counted in the title while critical and untaken, also on a paused list', async () => {
    const server = await desk.serve(onTestFinished, { incidents: 40 });
    const watched = await desk.signedIn(onTestFinished, server);
    const { page } = watched;
    await whole(watched, server);
    const critical = (): number =>
      server.desk.open().filter((row) => row.severity === 'critical' && row.status === 'new')
        .length;
    await page.keyboard.press('.');
    server.desk.create({ severity: 'critical' });
    await until('the title counts it', async () =>
      (await page.title()).startsWith(`(${critical()}) Trực`) ? true : undefined,
    );
  });

  it('tints the cell that changed, and nothing else of its row', async () => {
    const server = await desk.serve(onTestFinished, { incidents: 40 });
    const watched = await desk.signedIn(onTestFinished, server);
    const { page } = watched;
    await whole(watched, server);
    const row = page.locator('[role=row][id]').first();
    const id = String(await row.getAttribute('id')).slice(4);
    const status = server.desk.rows.get(id)?.status === 'new' ? 'in_progress' : 'new';
    server.desk.change(id, { status }, 'an');
    await row.locator('.tint').waitFor();
    expect(await row.locator('.tint').count()).toBe(1);
  });
});

describe('a connection that is cut', () => {
  it('loses and doubles nothing over five cuts and a restart, and keeps ticks and cursor', async () => {
    const server = await desk.serve(onTestFinished, { incidents: 20_000, rate: 200 });
    const watched = await desk.signedIn(onTestFinished, server);
    const { page } = watched;
    await whole(watched, server);
    await page.locator('[role=row][id] input').nth(2).click();
    await page.keyboard.press('ArrowDown');
    const cursor = await page.locator('[role=row][aria-selected=true]').getAttribute('id');
    for (let cut = 0; cut < 5; cut += 1) {
      const before = server.joined;
      server.cut();
      await until('the page is back', () => (server.joined > before ? true : undefined));
      await page.getByText('Đã nối', { exact: true }).waitFor();
    }
    await server.away(1_500);
    await page.getByText('Đã nối', { exact: true }).waitFor();
    server.rate = 0;
    await page.keyboard.press('n');
    const counts = await until('the browser counts what the server counts', async () => {
      const open = server.desk.open();
      const critical = open.filter((row) => row.severity === 'critical').length;
      const shown = async (name: RegExp): Promise<number> => {
        const said = await page.getByRole('button', { name }).first().textContent();
        return Number((said ?? '').replaceAll(/\D/g, ''));
      };
      const same =
        (await shown(/^Đang mở/)) === open.length && (await shown(/^Nghiêm trọng/)) === critical;
      return same ? open.length : undefined;
    });
    await page.keyboard.press('n');
    await until('the list has them all', async () => {
      const rows = await page.getByRole('grid').getAttribute('aria-rowcount');
      return Number(rows) === counts + 1 ? true : undefined;
    });
    expect(await page.getByText('Đã chọn 1', { exact: true }).count()).toBe(1);
    const asked = (): string | null => new URL(page.url()).searchParams.get('id');
    await expect.poll(asked, patience).toBe(cursor?.slice(4));
  });

  it('says how old the list is, queues what may wait, and sends it on return', async () => {
    const server = await desk.serve(onTestFinished, { incidents: 300 });
    const { page } = await desk.signedIn(onTestFinished, server);
    await page.keyboard.press('ArrowDown');
    const id = String(
      await page.locator('[role=row][aria-selected=true]').getAttribute('id'),
    ).slice(4);
    await page.getByText('Chuyện gì', { exact: true }).waitFor();
    const back = server.away(6_000);
    await page.getByText(/Mất nối với máy chủ\. Danh sách là dữ liệu/).waitFor();
    await page.keyboard.press('t');
    await page.getByText('Mất nối: sẽ gửi khi nối lại').waitFor();
    expect(await page.getByRole('button', { name: 'Kết luận' }).isDisabled()).toBe(true);
    // It asks at once, in vain, and goes on by itself.
    await page.getByRole('button', { name: 'Nối lại ngay' }).click();
    await back;
    await until('the act has arrived', () =>
      server.desk.rows.get(id)?.assignee === 'binh' ? true : undefined,
    );
  });
});
