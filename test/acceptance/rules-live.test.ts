import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it } from 'vitest';

import type {
  BacktestView,
  ListView,
  RecordView,
  RuleCheckView,
  RuleDetailView,
  RuleWhyView,
  StandingsView,
} from '#libs/protocol';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startProduct, type Product } from '../support/product.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import { incidentsOf, searched, sendLines, signIn, type Answer, type Desk } from './desk.ts';

const cleanUp = suiteCleanUp();
const cli = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'cli', 'main.js');
const RULES = 4_000;
const PER_BODY = 50;
let product: Product;
let admin: Desk;
let pack: string;

beforeAll(async () => {
  product = await startProduct(cleanUp);
  admin = await signIn(product);
  pack = join(tempFolder(cleanUp), 'many');
  mkdirSync(pack);
  for (let i = 0; i < RULES; i++) {
    const text =
      `title: Marker ${i}\nid: marker-${i}\nauthor: Somebody\nlevel: high\n` +
      `logsource: {product: marker}\n` +
      `detection: {s: {message|contains: 'marker-${i}-end'}, condition: s}\n`;
    writeFileSync(join(pack, `${i}.yml`), text);
  }
});

async function thapcanh(...args: string[]): Promise<string> {
  const env = { ...process.env, THAPCANH_DATA: product.dataFolder };
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], { env });
  return stdout;
}

/** A figure of the health page, by its name. */
async function figure(name: string): Promise<number> {
  const page = JSON.stringify(await admin.get('/api/v1/health'));
  return Number(new RegExp(`"${name}":(\\d+)`).exec(page)?.[1] ?? Number.NaN);
}

const event = (message: string) => ({
  '@timestamp': new Date().toISOString(),
  'event.dataset': 'marker.log',
  message,
});

describe('rules of a running product', () => {
  it('are imported by the thousand without an event that no rule sees', async () => {
    let sent = 0;
    const imported = new AbortController();
    const sending = (async () => {
      while (!imported.signal.aborted) {
        const lines = Array.from({ length: PER_BODY }, () => event('nothing special'));
        sent += await sendLines(product, lines);
      }
    })();
    expect(await thapcanh('rules', 'import', pack)).toContain(`${RULES} new`);
    await thapcanh('rules', 'import', pack, '--apply');
    await until('the rules are in force', async () =>
      (await figure('rules_in_force')) > RULES ? true : undefined,
    );
    imported.abort();
    await sending;
    await until('the new rules raise alerts', async () => {
      sent += await sendLines(product, [event('a marker-3999-end here')]);
      const rows = await incidentsOf(admin);
      return rows.some(({ title }) => title.includes('Marker 3999')) ? true : undefined;
    });
    await until('detection has seen every event', async () => {
      const lag = await figure('lag_seconds');
      return lag === 0 && (await figure('events_total')) >= sent ? true : undefined;
    });
  });

  it('say of a stored event why they raised nothing, and how far a window is', async () => {
    const found = await searched(admin, 'message:"marker-3999-end"', 1);
    const [stored] = found;
    const asked = (rule: string) => {
      const query = new URLSearchParams({ event: stored?.id ?? '', time: stored?.time ?? '' });
      return admin.get<RuleWhyView>(`/api/v1/rules/${rule}/why?${query.toString()}`);
    };
    expect((await asked('marker-3999')).why).toMatchObject({ matched: true, reason: 'matched' });
    const other = await asked('marker-1');
    expect(other.why).toMatchObject({ matched: false, reason: 'condition' });
    expect(other.matched.map(({ id }) => id)).toEqual(['marker-3999']);
    expect((await asked('SEC-01')).why).toMatchObject({ reason: 'log_source' });
    const failed = (at: number) => ({
      '@timestamp': new Date(Date.now() + at).toISOString(),
      'event.dataset': 'keycloak.event',
      'event.category': ['authentication'],
      'event.outcome': 'failure',
      'source.ip': '203.0.113.50',
      'user.name': 'can-bo',
    });
    await sendLines(product, [failed(-3_000), failed(-2_000), failed(-1_000)]);
    const near = await until('the window of the guesses is open', async () => {
      const { known, rows } = await admin.get<StandingsView>('/api/v1/rules/SEC-01/standings');
      const mine = rows.find(({ group }) => Object.values(group).includes('203.0.113.50'));
      return known && mine?.matches === 3 ? mine : undefined;
    });
    expect(near).toMatchObject({ lacks: 'threshold', measured: 3 });
    expect(near.needs[0]?.value).toBeGreaterThan(3);
    const row = await until('its matches are counted', async () => {
      const rule = await admin.get<RuleDetailView>('/api/v1/rules/SEC-01');
      return (rule.matches ?? 0) >= 3 ? rule : undefined;
    });
    expect(row).toMatchObject({ enabled: true, fedByUs: false });
  });

  it('are switched off, and taken back, from the command line', async () => {
    const own = (await figure('rules_in_force')) - RULES;
    await thapcanh('rules', 'disable', '--pack', 'many');
    await until('the pack is off', async () =>
      (await figure('rules_in_force')) === own ? true : undefined,
    );
    const refused = thapcanh('rules', 'rollback', 'many');
    await expect(refused).rejects.toThrow('no older version');
  });

  it('come in an archive over the API: first what would change, then in force, and back', async () => {
    const before = await figure('rules_in_force');
    const archive = async (rules: Readonly<Record<string, string>>): Promise<Blob> => {
      const folder = join(tempFolder(cleanUp), 'nho');
      mkdirSync(folder);
      for (const [name, text] of Object.entries(rules)) writeFileSync(join(folder, name), text);
      const file = `${folder}.tgz`;
      await promisify(execFile)('tar', ['czf', file, '-C', folder, '.']);
      return new Blob([readFileSync(file)]);
    };
    const rule = (id: string, contains: string) =>
      `title: ${id}\nid: ${id}\nlevel: low\nlogsource: {product: marker}\n` +
      `detection: {s: {message|contains: '${contains}'}, condition: s}\n`;
    const send = async (path: string, body: Blob): Promise<Answer> => {
      const headers = { ...admin.headers, 'content-type': 'application/octet-stream' };
      const reply = await fetch(`${product.url}${path}`, { method: 'POST', body, headers });
      return { status: reply.status, body: await reply.json(), headers: reply.headers };
    };
    const path = '/api/v1/rule-packs/nho';
    const license = 'Detection Rule License 1.1\n';
    const first = await archive({
      LICENSE: license,
      'a.yml': rule('nho-a', 'aa'),
      'b.yml': rule('nho-b', 'bb'),
      'broken.yml': rule('nho-c', 'cc').replace('|contains', '|nothing'),
    });
    const shown = await send(`${path}/preview`, first);
    expect(shown.body).toMatchObject({
      current: 0,
      rules: 2,
      license: 'Detection Rule License 1.1',
      added: { total: 2 },
      refused: { total: 1, rows: [{ reason: 'unknown_modifier', line: 5 }] },
    });
    expect(await figure('rules_in_force')).toBe(before);
    const taken = await send(`${path}/import?current=0&from=nho.tgz`, first);
    expect([taken.status, taken.body]).toMatchObject([200, { current: 1 }]);
    expect((await send(`${path}/import?current=0`, first)).status).toBe(409);
    await until('the pack is in force', async () =>
      (await figure('rules_in_force')) === before + 2 ? true : undefined,
    );
    const second = await archive({ 'a.yml': rule('nho-a', 'aaa') });
    const next = await send(`${path}/import?current=1`, second);
    expect(next.body).toMatchObject({ current: 2, changed: { total: 1 }, removed: { total: 1 } });
    await until('the next version is in force', async () =>
      (await figure('rules_in_force')) === before + 1 ? true : undefined,
    );
    await admin.ask(`${path}/rollback`, { method: 'POST', body: {} });
    await until('the first is in force again', async () =>
      (await figure('rules_in_force')) === before + 2 ? true : undefined,
    );
    const detail = await admin.get<RuleDetailView>('/api/v1/rules/nho-a');
    expect(detail).toMatchObject({ pack: 'nho', license: 'Detection Rule License 1.1' });
    expect((await send(`${path}/preview`, new Blob(['no archive']))).status).toBe(422);
    const switched = { by: 'logsource', value: { product: 'marker' }, reason: 'thử' };
    await admin.post('/api/v1/rule-switches', { ...switched, on: false });
    await until('rules of that log source are off', async () =>
      (await figure('rules_in_force')) === before ? true : undefined,
    );
    const off = await admin.post('/api/v1/rule-switches', { ...switched, on: true });
    expect(off).toMatchObject({ packs: ['many'], logsources: [] });
  });

  it('are edited, with what is wrong said by its place, and go back to the text they had', async () => {
    const path = '/api/v1/rules/nho-a';
    const read = () => admin.get<RuleDetailView>(path);
    const { text, original, edits } = await read();
    expect([original, edits]).toEqual([text, []]);
    const broken = text.replace('|contains', '|contain');
    const wrong = await admin.post<RuleCheckView>(`${path}/check`, { text: broken });
    expect(wrong.problems).toMatchObject([{ line: 5, reason: 'unknown_modifier' }]);
    const put = (given: object) =>
      admin.ask(`${path}/text`, { method: 'PUT', body: { over: 0, reason: 'thử', ...given } });
    expect((await put({ text: broken })).status).toBe(422);
    expect((await put({ text: text.replace('id: nho-a', 'id: khac') })).status).toBe(422);
    const louder = text.replace('level: low', 'level: high');
    expect((await put({ text: louder })).status).toBe(200);
    expect((await put({ text: louder })).status).toBe(409);
    const level = (wanted: string) =>
      until(`the rule is ${wanted}`, async () => {
        const now = await read();
        return now.level === wanted ? now : undefined;
      });
    expect((await level('high')).edits).toMatchObject([{ number: 1, by: 'admin', text: louder }]);
    expect((await put({ text: null, over: 1 })).status).toBe(200);
    expect(await level('low')).toMatchObject({ text, original: text });
    const checked = await admin.post<RuleCheckView>('/api/v1/rules/SEC-21/check', {
      text: (await admin.get<RuleDetailView>('/api/v1/rules/SEC-21')).text,
    });
    expect(checked).toMatchObject({ problems: [], samples: { failures: [] } });
    expect(checked.samples?.passed).toBeGreaterThan(3);
  });

  it('take values of the centre in place of those they were written with', async () => {
    const path = '/api/v1/rules/SEC-01';
    const values = { threshold: 30, suppressS: 60 };
    const body = { values, reason: 'nhiều máy sau một địa chỉ' };
    const set = await admin.ask(`${path}/parameters`, { method: 'PUT', body });
    expect(set.status).toBe(200);
    const now = await until('the threshold is in force', async () => {
      const { parameters } = await admin.get<RuleDetailView>(path);
      return parameters.effective.threshold === 30 ? parameters : undefined;
    });
    // A correlation has no suppression.
    expect(now).toMatchObject({ centre: { threshold: 30, suppressS: null }, provinces: [] });
    const back = { values: null, reason: 'như cũ' };
    await admin.ask(`${path}/parameters`, { method: 'PUT', body: back });
    await until('the threshold is as written', async () => {
      const { parameters } = await admin.get<RuleDetailView>(path);
      return parameters.effective.threshold === 20 && parameters.centre === null ? 1 : undefined;
    });
  });

  it('are tried on stored events', async () => {
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const text = await thapcanh('rules', 'backtest', 'marker-3999', '--from', from);
    const report = JSON.parse(text) as { scanned: number; matched: number; alerts: number };
    expect(report.alerts).toBe(1);
    expect(report.matched).toBe(report.scanned);
    expect(report.matched).toBeGreaterThan(0);
    const asked = { from, to: new Date(Date.now() + 60_000).toISOString() };
    const begun = await admin.post<BacktestView>('/api/v1/rules/marker-3999/backtests', asked);
    const done = await until('the backtest is done', async () => {
      const run = await admin.get<BacktestView>(`/api/v1/backtests/${begun.id}`);
      return run.state === 'done' ? run : undefined;
    });
    const { scanned, matched, alerts } = report;
    expect(done.report).toMatchObject({ scanned, matched, alerts, complete: true });
    expect(done.report?.examples).toMatchObject([{ rule_id: 'marker-3999', level: 'high' }]);
    const long = { ...asked, from: '2026-01-01T00:00:00Z' };
    const path = '/api/v1/rules/marker-3999/backtests';
    const refused = await admin.ask(path, { method: 'POST', body: long });
    expect(refused.status).toBe(422);
    const record = await admin.get<ListView<RecordView>>('/api/v1/record?target=marker-3999');
    expect(record.rows.map(({ what }) => what)).toContain('rules.backtest');
  });
});
