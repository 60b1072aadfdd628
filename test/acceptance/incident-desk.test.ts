import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it, onTestFinished } from 'vitest';

import type { IncidentRow, IncidentView, NewKeyView } from '#libs/protocol';

import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';
import { ask, type Desk, deskWith, incidentsOf, sendLines, signIn } from './desk.ts';

const run = promisify(execFile);
const cli = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'cli', 'main.js');
const PASSWORD = 'mot-mat-khau-tam-thoi';

/** A person the administrator let in, who has chosen a password of their own. */
async function analyst(product: Product, admin: Desk, user: string): Promise<Desk> {
  const body = { user, name: user, role: 'analyst', province: '00', password: PASSWORD };
  await admin.post('/api/v1/users', body);
  const first = await signIn(product, user, PASSWORD);
  expect((await first.ask('/api/v1/incidents')).status).toBe(403);
  const next = `${PASSWORD}-rieng`;
  await first.post('/api/v1/session/password', { current: PASSWORD, next });
  return signIn(product, user, next);
}

function key(admin: Desk, kind: 'ingest' | 'api', province: string): Promise<NewKeyView> {
  return admin.post('/api/v1/keys', { kind, name: `${kind} ${province}`, province });
}

/** Guesses of one address at one province, enough for an alert. */
async function attack(product: Product, admin: Desk, province: string): Promise<IncidentRow> {
  const { text } = await key(admin, 'ingest', province);
  const now = Date.now();
  const lines = Array.from({ length: 25 }, (_, n) => {
    const at = new Date(now - 60_000 + n).toISOString();
    const said = `Failed password for invalid user guess-${n} from 203.0.113.9 port ${2000 + n} ssh2`;
    return `<38>1 ${at} web-${province} sshd 4242 - - ${said}`;
  });
  expect(await sendLines(product, lines, { key: text })).toBe(25);
  return until(`an incident of ${province}`, async () =>
    (await incidentsOf(admin)).find((row) => row.locality.province === province),
  );
}

it('is worked by two people through a crash, and nothing they did is lost or doubled', async () => {
  const product = await startProduct(onTestFinished);
  const admin = await signIn(product);
  const [an, binh] = [await analyst(product, admin, 'an'), await analyst(product, admin, 'binh')];
  const { id, version } = await attack(product, admin, '75');
  const path = `/api/v1/incidents/${id}`;

  const both = await Promise.all(
    [an, binh].map((desk) =>
      desk.ask(`${path}/acknowledge`, { method: 'POST', body: { version } }),
    ),
  );
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  const taken = await an.get<IncidentView>(path);
  const winner = taken.assignee === 'an' ? an : binh;
  const refused = both.find(({ status }) => status === 409)?.body;
  expect(refused).toMatchObject({ code: 'conflict', changedBy: taken.assignee });

  await product.kill9();
  await product.restart();
  const kept = await winner.get<IncidentView>(path);
  expect(kept).toMatchObject({ status: 'acknowledged', assignee: taken.assignee });

  const bare = { version: kept.version, verdict: 'false_positive' };
  expect((await winner.ask(`${path}/verdict`, { method: 'POST', body: bare })).status).toBe(422);
  const judged = { ...bare, text: 'máy quét của trung tâm' };
  const closed = await winner.post<IncidentView>(`${path}/verdict`, judged);
  expect(closed).toMatchObject({ status: 'closed', verdict: 'false_positive', closedBy: 'person' });

  const undo = { version: closed.version };
  expect(await winner.post(`${path}/undo`, undo)).toMatchObject({
    status: 'acknowledged',
    verdict: null,
    closedBy: null,
  });
  await product.kill9();
  await product.restart();
  const { timeline, status } = await winner.get<IncidentView>(path);
  expect(status).toBe('acknowledged');
  const people = timeline.filter(({ who }) => who !== 'system').map(({ what }) => what);
  expect(people).toEqual(['acknowledged', 'verdict', 'undone']);

  await product.stop();
  const env = { ...process.env, THAPCANH_DATA: product.dataFolder };
  const verified = await run(process.execPath, [cli, 'verify'], { env });
  expect(verified.stdout).toMatch(/^record main: whole, \d+ entries/m);
});

it('is out of reach for another province, by every way there is to it', async () => {
  const product = await startProduct(onTestFinished);
  const admin = await signIn(product);
  const { id, version } = await attack(product, admin, '75');
  const { text } = await key(admin, 'api', '46');
  const hue = deskWith(product, { authorization: `Bearer ${text}` });
  const list = await hue.get<{ total: number }>('/api/v1/incidents?status=all');
  expect(list.total).toBe(0);
  expect(await hue.get('/api/v1/incidents/counts')).toMatchObject({ open: 0 });
  expect((await hue.ask(`/api/v1/incidents/${id}`)).status).toBe(404);
  const actions = ['acknowledge', 'assign', 'comment', 'status', 'verdict', 'severity', 'undo'];
  for (const action of [...actions, 'merge', 'split', 'reopen']) {
    const body = { version, text: 'x', assignee: 'x', incidents: [id] };
    const asked = await hue.ask(`/api/v1/incidents/${id}/${action}`, { method: 'POST', body });
    expect(asked.status, action).toBe(404);
  }
  const { total } = await hue.get<{ total: number }>('/api/v1/alerts');
  expect(total).toBe(0);
  expect((await ask(product, `/api/v1/incidents/${id}`)).status).toBe(401);
  expect(await admin.get(`/api/v1/incidents/${id}`)).toMatchObject({ version, status: 'new' });
});
