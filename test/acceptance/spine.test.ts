import type { AlertView, IncidentRow } from '#libs/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';

import { openPage, startChromium } from '../support/chromium.ts';
import { faultCount } from '../support/fault-count.ts';
import { startProduct } from '../support/product.ts';
import { forwardTcp, startRsyslog } from '../support/rsyslog.ts';
import { patience, until } from '../support/until.ts';
import { Guesser, guess, stampedLine } from './guesses.ts';
import { every, incidentsOf, searched, sendLines, signIn, type Desk } from './desk.ts';

const KILLS = faultCount({ few: 3, full: 20 });

/** The one incident of a place, once it is there with this many events. */
function incidentOf(desk: Desk, province: string, events: number): Promise<IncidentRow> {
  return until(`${province} has an incident of ${events} events`, async () =>
    (await incidentsOf(desk)).find(
      (row) => row.locality.province === province && row.events === events,
    ),
  );
}

describe('from a sender to an incident', () => {
  it('makes SEC-01 of what logger and curl send, one row each in the browser', async () => {
    const product = await startProduct(onTestFinished);
    const tcp = product.inputs['syslog_tcp'] ?? 0;
    const rsyslog = await startRsyslog(onTestFinished, [forwardTcp(tcp)]);
    const lines = Array.from({ length: 25 }, (_, n) => guess(n));
    await rsyslog.log(lines, { tag: 'sshd[4242]', priority: 'auth.info' });
    const now = Date.now();
    const stamped = lines.map((line, n) => stampedLine(line, now - 60_000 + n));
    expect(await sendLines(product, stamped)).toBe(25);

    const desk = await signIn(product);
    const bySyslog = await incidentOf(desk, 'xx', 25);
    const byHttp = await incidentOf(desk, '00', 25);
    expect([bySyslog.rules, byHttp.rules]).toEqual([['SEC-01'], ['SEC-01']]);

    const browser = await startChromium(onTestFinished);
    const { page, problems } = await openPage(onTestFinished, browser);
    await page.goto(product.url);
    await page.getByLabel('Tài khoản').fill('admin');
    await page.getByLabel('Mật khẩu', { exact: true }).fill(product.adminPassword);
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    const list = page.getByRole('grid');
    await list.getByText(bySyslog.title).waitFor();
    for (const { title } of [bySyslog, byHttp]) {
      await expect.poll(() => list.getByText(title).count(), patience).toBe(1);
    }
    expect(problems).toEqual([]);
  });
});

describe('the process is killed in the middle of sending', () => {
  it(`keeps every acknowledged event once, ids and numbers over ${KILLS} kills`, async () => {
    const product = await startProduct(onTestFinished);
    const guesser = new Guesser(product);
    await guesser.reached(200);
    let desk = await signIn(product);
    const before = await until('the first incident', async () => (await incidentsOf(desk))[0]);
    const [alertBefore] = await every<AlertView>(desk, '/api/v1/alerts');

    for (let kill = 0; kill < KILLS; kill += 1) {
      const so = guesser.acknowledged.length;
      await guesser.reached(so + 300);
      await product.kill9();
      await product.restart();
    }
    await guesser.reached(guesser.acknowledged.length + 200);
    await guesser.finish();
    desk = await signIn(product);

    const sent = guesser.acknowledged.length;
    const after = await incidentOf(desk, '00', sent);
    const events = await searched(desk, '', sent);
    const numbers = events.map(({ fields }) =>
      Number(/guess-(\d+)/.exec(String(fields['user.name']))?.[1]),
    );
    expect(numbers.toSorted((a, b) => a - b)).toEqual(
      guesser.acknowledged.toSorted((a, b) => a - b),
    );
    expect((await incidentsOf(desk)).map(({ id }) => id)).toEqual([before.id]);
    const told = () => every<AlertView>(desk, '/api/v1/alerts');
    const counts = async (): Promise<number[]> =>
      (await told()).filter(({ state }) => state === 'in_force').map(({ count }) => count);
    await expect.poll(counts, patience).toEqual([sent]);
    const alerts = await told();
    // Bodies travel on several connections: an earlier guess that came later moves the episode's
    // start once.
    expect(alerts.map(({ id }) => id)).toContain(alertBefore?.id);
    expect(after.id).toBe(before.id);
  });
});
