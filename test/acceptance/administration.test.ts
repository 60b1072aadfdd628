import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import type {
  ImportView,
  LedgerView,
  ListView,
  LocalityView,
  NewKeyView,
  NewUserView,
  RecordView,
  RuleDetailView,
  RuleRowView,
  ServiceView,
  SilenceView,
  SourceView,
  SummaryView,
  TrialView,
  UserView,
} from '#libs/protocol';

import { patience } from '../support/until.ts';
import { suiteCleanUp } from '../support/clean-up.ts';
import { startProduct, type Product } from '../support/product.ts';
import { until } from '../support/until.ts';
import { ask, sendLines, signIn, type Desk } from './desk.ts';

const cleanUp = suiteCleanUp();
const cli = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'cli', 'main.js');
const PASSWORD = 'Cua-rieng-minh-2026-x';
let product: Product;
let centre: Desk;
let hue: Desk;

/** Lets somebody in by a link alone, as the page does, and signs in. */
async function invited(user: string, role: string, province: string): Promise<Desk> {
  const made = await centre.post<NewUserView>('/api/v1/users', {
    user,
    name: user,
    role,
    province,
  });
  const token = made.link?.path.split('#')[1] ?? '';
  const set = await ask(product, '/api/v1/session/link', {
    method: 'POST',
    body: { token, password: PASSWORD },
  });
  expect(set.status).toBe(204);
  return signIn(product, user, PASSWORD);
}

beforeAll(async () => {
  product = await startProduct(cleanUp);
  centre = await signIn(product);
  hue = await invited('qt-hue', 'admin', '46');
});

describe('a province that sends by a key without a source', () => {
  it('is not said to send nothing', async () => {
    const place = async (): Promise<LocalityView | undefined> =>
      (await centre.get<ListView<LocalityView>>('/api/v1/localities')).rows.find(
        ({ code }) => code === '46',
      );
    expect(await place()).toMatchObject({ sending: 0, unregistered: 0, lastEvent: null });
    const asked = { kind: 'ingest', name: 'may-chu', province: '46' };
    const { text: key } = await hue.post<NewKeyView>('/api/v1/keys', asked);
    await sendLines(product, ['mot dong cua Hue'], { key });
    await expect
      .poll(place, patience)
      .toMatchObject({ sending: 0, unregistered: 1, lastEvent: expect.any(String) });
    const summed = await until('the summary of Hue', async () => {
      const summary = await centre.get<SummaryView>('/api/v1/summary');
      return summary.events > 0 ? summary : undefined;
    });
    expect(summed.localities.filter(({ sends }) => sends).map(({ code }) => code)).toEqual(['46']);
  });
});

describe('an administrator of a province', () => {
  it('lets people in, ends their sessions, shuts them out and lets them in again', async () => {
    const made = await hue.post<NewUserView>('/api/v1/users', {
      user: 'an',
      name: 'Nguyễn An',
      role: 'analyst',
      province: '46',
    });
    expect(made.link).toMatchObject({ user: 'an' });
    const again = await hue.ask('/api/v1/users', {
      method: 'POST',
      body: { user: 'an', name: 'x', role: 'analyst', province: '46' },
    });
    expect(again.body).toMatchObject({ code: 'invalid', detailVi: 'Đã có tài khoản này.' });
    const link = await hue.post<{ path: string }>('/api/v1/users/an/link', {});
    const token = link.path.split('#')[1] ?? '';
    await ask(product, '/api/v1/session/link', {
      method: 'POST',
      body: { token, password: PASSWORD },
    });
    const an = await signIn(product, 'an', PASSWORD);
    expect(await hue.post('/api/v1/users/an/end-sessions', {})).toEqual({ ended: 1 });
    expect((await an.ask('/api/v1/session')).status).toBe(401);
    await hue.post<UserView>('/api/v1/users/an/disable', {});
    await expect(signIn(product, 'an', PASSWORD)).rejects.toThrow('wrong_password');
    await hue.post<UserView>('/api/v1/users/an/enable', {});
    await signIn(product, 'an', PASSWORD);
    for (const act of ['link', 'end-sessions', 'enable']) {
      const answer = await hue.ask(`/api/v1/users/admin/${act}`, { method: 'POST', body: {} });
      expect([act, answer.status]).toEqual([act, 404]);
    }
  });

  it('looks at a table of sources before it is entered, and enters all or nothing', async () => {
    const enter = (csv: string, apply: boolean) =>
      hue.ask('/api/v1/sources/import', { method: 'POST', body: { csv, apply } });
    const head = 'id,name,locality,addresses';
    const wrong = `${head}\nfw-1,Tường lửa,46,10.46.0.1\nfw-2,Của người khác,12,\nfw-3,,46,\n`;
    const seen = (await enter(wrong, false)).body as ImportView;
    expect(seen.counts).toEqual({ new: 1, changed: 0, same: 0, refused: 2 });
    expect(seen.rows.map(({ line, change }) => [line, change])).toEqual([
      [2, 'new'],
      [3, 'refused'],
      [4, 'refused'],
    ]);
    expect((await enter(wrong, true)).status).toBe(422);
    expect((await hue.get<ListView<SourceView>>('/api/v1/sources')).total).toBe(0);
    const right = `${head}\nfw-1,Tường lửa,46,10.46.0.1\n`;
    expect((await enter(right, true)).body).toMatchObject({ applied: true, counts: { new: 1 } });
    expect((await enter(right, false)).body).toMatchObject({ counts: { same: 1, new: 0 } });
    const renamed = right.replace('Tường lửa', 'Tường lửa mới');
    expect((await enter(renamed, true)).body).toMatchObject({ counts: { changed: 1 } });
    expect(await hue.get('/api/v1/sources/fw-1')).toMatchObject({ name: 'Tường lửa mới' });
  });

  it('enters services with their probes and sees them', async () => {
    await hue.ask('/api/v1/services/mc', {
      method: 'PUT',
      body: { name: 'Một cửa', province: '46' },
    });
    const probe = { service: 'mc', kind: 'tcp', target: '127.0.0.1:1', enabled: false };
    await hue.ask('/api/v1/probes/mc-tcp', { method: 'PUT', body: probe });
    const { rows } = await hue.get<ListView<ServiceView>>('/api/v1/services');
    expect(rows).toMatchObject([{ id: 'mc', name: 'Một cửa', probes: 1 }]);
  });

  it('silences within the own place, with a reason, and ends it', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const wish = { province: '46', rule: 'SEC-01', until, reason: 'diễn tập' };
    const made = await hue.post<SilenceView>('/api/v1/silences', wish);
    expect(made).toMatchObject({ rule: { code: 'SEC-01' }, active: true, who: 'qt-hue' });
    const bad = async (body: object): Promise<number> =>
      (await hue.ask('/api/v1/silences', { method: 'POST', body })).status;
    expect(await bad({ ...wish, province: '12' })).toBe(403);
    expect(await bad({ ...wish, rule: 'SEC-99' })).toBe(422);
    expect(await bad({ ...wish, until: '2020-01-01T00:00:00Z' })).toBe(422);
    const { rows } = await hue.get<ListView<SilenceView>>('/api/v1/silences');
    expect(rows.map(({ id }) => id)).toEqual([made.id]);
    const ended = await hue.ask(`/api/v1/silences/${made.id}`, { method: 'DELETE' });
    expect(ended.body).toMatchObject({ active: false, ended: { who: 'qt-hue' } });
  });
});

describe('the command line beside a running product', () => {
  const thapcanh = (...args: string[]) => {
    const { promise, resolve } = Promise.withResolvers<{ code: number; out: string }>();
    const env = { ...process.env, THAPCANH_DATA: product.dataFolder };
    execFile(process.execPath, [cli, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), out: stdout + stderr }),
    );
    return promise;
  };

  it('gives a way in by a link that is whole, and makes no key of nobody’s place', async () => {
    const place = ['--role', 'analyst', '--locality', '46'];
    const added = await thapcanh('user', 'add', 'moi', ...place);
    expect(added).toMatchObject({ code: 0 });
    const reset = await thapcanh('user', 'reset', 'moi');
    expect(reset).toMatchObject({ code: 0 });
    expect(reset.out).toMatch(/^http:\/\/127\.0\.0\.1:8080\/dat-mat-khau#\S+\n$/);
    const token = reset.out.trim().split('#')[1];
    const body = { token, password: PASSWORD };
    const set = await ask(product, '/api/v1/session/link', { method: 'POST', body });
    expect(set.status).toBe(204);
    await signIn(product, 'moi', PASSWORD);
    const bare = await thapcanh('key', 'create', '--kind', 'ingest');
    expect([bare.code, bare.out.includes('--locality CODE')]).toEqual([2, true]);
  });

  it('says in words what cannot be written or reached', async () => {
    const nowhere = await thapcanh('backup', '/nowhere/at-all.backup');
    expect(nowhere.code).toBe(1);
    expect(nowhere.out).toMatch(/^thapcanh backup: ENOENT.*\/nowhere\/at-all\.backup/);
    expect(nowhere.out).not.toContain('    at ');
  });
});

describe('the page of rules', () => {
  it('says of a rule what feeds it, its text, and who switched it why', async () => {
    const { rows } = await centre.get<ListView<RuleRowView>>('/api/v1/rules?limit=1000');
    const guess = rows.find(({ code }) => code === 'SEC-01');
    expect(guess).toMatchObject({ enabled: true, judged: 0, noisePercent: null, exceptions: 0 });
    expect(guess?.fed).toBeGreaterThan(0);
    const detail = await hue.get<RuleDetailView>('/api/v1/rules/SEC-01');
    expect(detail.text).toContain(`id: ${guess?.id}`);
    const turn = { on: false, reason: 'đang sửa nguồn' };
    expect(
      (await hue.ask('/api/v1/rules/SEC-01/switch', { method: 'POST', body: turn })).status,
    ).toBe(403);
    await centre.post('/api/v1/rules/SEC-01/switch', turn);
    const off = await until('the rule is off', async () => {
      const now = await centre.get<RuleDetailView>(`/api/v1/rules/${guess?.id}`);
      return now.enabled ? undefined : now;
    });
    expect(off.history.map(({ what, facts }) => [what, facts['reason']])).toContainEqual([
      'rules.reason',
      'đang sửa nguồn',
    ]);
    await centre.post(`/api/v1/rules/${guess?.id}/switch`, { on: true, reason: 'đã sửa' });
    await until('the rule is on again', async () =>
      (await centre.get<RuleDetailView>(`/api/v1/rules/${guess?.id}`)).enabled ? true : undefined,
    );
  });

  it('says when a rule could see what it needs, without a gap, for the own place', async () => {
    const path = '/api/v1/ledger?rule=SEC-01';
    const { spans, from, to } = await hue.get<LedgerView>(path);
    expect([spans[0]?.from, spans.at(-1)?.state]).toEqual([from, expect.any(String)]);
    for (const [at, span] of spans.entries()) {
      if (at > 0) expect(span.from).toBe(spans[at - 1]?.to);
    }
    expect(Date.parse(spans.at(-1)?.to ?? '')).toBeLessThanOrEqual(Date.parse(to) + 1_000);
    // Before the product was ever started nobody looked.
    expect(spans[0]).toMatchObject({ state: 'blind' });
    expect((await hue.ask(`${path}&province=12`)).status).toBe(403);
    expect(
      (await hue.ask(`${path}&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z`)).status,
    ).toBe(422);
    expect((await hue.ask('/api/v1/ledger?rule=SEC-99')).status).toBe(404);
  });

  it('takes exceptions with owner, reason and end, a province only for itself', async () => {
    const { rows } = await hue.get<ListView<RuleRowView>>('/api/v1/rules?limit=1000');
    const plain = rows.find(({ kind }) => kind === 'match');
    const path = `/api/v1/rules/${plain?.id}/exceptions`;
    const wish = {
      where: { 'source.ip': ['10.46.0.9'] },
      owner: 'Trần Bình',
      reason: 'máy quét của Sở',
      expires: new Date(Date.now() + 86_400_000).toISOString(),
    };
    const nation = await hue.ask(path, { method: 'POST', body: wish });
    expect(nation.status).toBe(403);
    const made = await hue.post<RuleDetailView>(path, { ...wish, province: '46' });
    expect(made.exceptionList).toMatchObject([{ owner: 'Trần Bình', expired: false }]);
    const id = made.exceptionList[0]?.id ?? '';
    expect((await hue.ask(`/api/v1/exceptions/${id}`, { method: 'DELETE' })).status).toBe(204);
    const left = await hue.get<RuleDetailView>(`/api/v1/rules/${plain?.id}`);
    expect(left.exceptionList).toEqual([]);
  });

  it('says of a pasted line what it becomes, which rules meet it, and why one does not', async () => {
    const line =
      'Nov 23 08:12:44 motcua sshd[811]: Failed password for root from 203.0.113.9 port 51022 ssh2';
    const rule = '/api/v1/rules?limit=1000';
    const { rows } = await centre.get<ListView<RuleRowView>>(rule);
    const other = rows.find(({ kind }) => kind === 'match');
    const tried = await centre.post<TrialView>('/api/v1/rules/test', {
      text: `${line}\n\nmột dòng lạ\n`,
      rule: other?.id,
    });
    expect(tried.lines.map(({ event }) => event)).toEqual([true, true]);
    expect(tried.lines[0]?.fields).toMatchObject({ 'source.ip': '203.0.113.9' });
    expect(tried.lines[0]?.matched.length).toBeGreaterThan(0);
    expect(tried.lines[0]?.why).toMatchObject({ matched: false });
  });
});

describe('the record', () => {
  it('is found by who and what, and its chain is verified', async () => {
    await centre.post('/api/v1/keys', { kind: 'api', name: 'báo cáo', province: '00' });
    const { rows } = await centre.get<ListView<RecordView>>(
      '/api/v1/record?who=admin&what=key.create',
    );
    expect(rows).toMatchObject([{ who: 'admin', what: 'key.create' }]);
    expect(await centre.get('/api/v1/record?who=nobody')).toMatchObject({ total: 0 });
    expect(await centre.get('/api/v1/record/verify')).toMatchObject({ whole: true });
    expect(await centre.get('/api/v1/record/verify?chain=cli')).toMatchObject({ whole: true });
  });
});
