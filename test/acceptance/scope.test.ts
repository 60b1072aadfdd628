import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type {
  HealthView,
  IncidentListView,
  IncidentView,
  SearchView,
  SummaryView,
} from '#libs/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import type { Auth } from '#libs/auth';

import { AccessGuard } from '../../apps/server/access/access-guard.ts';
import { suiteCleanUp } from '../support/clean-up.ts';
import { startProduct, type Product } from '../support/product.ts';
import { until } from '../support/until.ts';
import { ask, searched, sendLines, signIn, type Desk } from './desk.ts';
import {
  furnish,
  gather,
  guesses,
  HOMES,
  signInNew,
  type Furnished,
  type Viewer,
} from './scope-cast.ts';

/**
 * Routes that anybody may call; every other one of the description must refuse who is not signed
 * in.
 */
const OPEN = new Set([
  'POST /api/v1/session',
  'POST /api/v1/session/link',
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
]);

type Paths = Readonly<
  Record<string, Readonly<Record<string, { readonly tags?: readonly string[] }>>>
>;

interface Route {
  readonly method: string;
  readonly path: string;
}

const cleanUp = suiteCleanUp();
let product: Product;
let admin: Desk;
let routes: Route[];
let homes: Furnished[];
let viewers: Viewer[];

beforeAll(async () => {
  product = await startProduct(cleanUp);
  admin = await signIn(product);
  homes = await furnish(product, admin);
  viewers = await gather(product, admin);
  const { paths } = await admin.get<{ paths: Paths }>('/api/v1/openapi.json');
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      // Senders have keys of their own kind, and read nothing.
      .filter(([, { tags }]) => tags?.includes('senders') !== true)
      .map(([method]) => ({ method: method.toUpperCase(), path })),
  );
});

/** What stands in the place of a parameter: something that is there, of another home. */
function foreignPath(path: string, furnished: Furnished): string {
  const { home, incident, keyId, maintenanceId, silenceId } = furnished;
  const foreign: Readonly<Record<string, string>> = {
    '/api/v1/incidents/{id}': incident.id,
    '/api/v1/incidents/{id}/{action}': incident.id,
    '/api/v1/sources/{id}': `nguon-${home.mark}`,
    '/api/v1/services/{id}': `dv-${home.mark}`,
    '/api/v1/probes/{id}': `kt-${home.mark}`,
    '/api/v1/keys/{id}': keyId,
    '/api/v1/maintenance/{id}': maintenanceId,
    '/api/v1/silences/{id}': silenceId,
    '/api/v1/rules/{id}': 'SEC-01',
    '/api/v1/rules/{id}/switch': 'SEC-01',
    '/api/v1/rules/{id}/exceptions': 'SEC-01',
    '/api/v1/rules/{id}/check': 'SEC-01',
    '/api/v1/rules/{id}/text': 'SEC-01',
    '/api/v1/rules/{id}/parameters': 'SEC-01',
    '/api/v1/rules/{id}/standings': 'SEC-01',
    '/api/v1/rules/{id}/why': 'SEC-01',
    '/api/v1/rules/{id}/backtests': 'khong-co',
    '/api/v1/backtests/{id}': 'khong-co',
    '/api/v1/backtests/{id}/cancel': 'khong-co',
    '/api/v1/exceptions/{id}': 'khong-co',
    '/api/v1/rule-packs/{name}/rollback': 'khong-co',
    '/api/v1/rule-packs/{name}/preview': 'khong-co',
    '/api/v1/rule-packs/{name}/import': 'khong-co',
    '/api/v1/users/{user}/disable': 'admin',
    '/api/v1/users/{user}/enable': 'admin',
    '/api/v1/users/{user}/link': 'admin',
    '/api/v1/users/{user}/end-sessions': 'admin',
    '/api/v1/sessions/{id}': 'x'.repeat(32),
    '/api/v1/views/{id}': 'x'.repeat(32),
  };
  const id = foreign[path];
  if (path.includes('{') && id === undefined) {
    throw new Error(`${path} is new: say in this test what its parameter is for another home`);
  }
  return path.replace(/\{(id|user|name)\}/, id ?? '').replace('{action}', 'acknowledge');
}

/** Ways to ask for more than one's own. */
function questions({ home, incident }: Furnished): string[] {
  const { province, commune, mark } = home;
  const query = encodeURIComponent(`message:"*${mark}*" OR user.name:tk-${mark}*`);
  return [
    '',
    '?limit=1000&status=all',
    `?locality=${commune ?? province}&status=all`,
    `?province=${province}&level=commune`,
    `?q=${mark}&status=all`,
    `?query=${query}&field=user.name`,
    `?query=${encodeURIComponent(`gov.locality.code:${province}`)}&field=gov.locality.code&by=user.name`,
    `?rule=SEC-01&limit=1000`,
    `?q=${incident.id}&status=all`,
  ];
}

/** Marks of the places whose things stand in a text. */
function marksIn(text: string): string[] {
  return homes
    .filter(({ home, incident }) => text.includes(home.mark) || text.includes(incident.id))
    .map(({ home }) => home.mark);
}

/** What somebody asked to export stands in their own record: those words are no answer. */
function answerOf(path: string, body: unknown): unknown {
  if (!path.startsWith('/api/v1/record?') && path !== '/api/v1/record') return body;
  const { rows = [] } = body as { rows?: readonly { what: string }[] };
  return rows.filter(({ what }) => what !== 'events.export');
}

describe('the centre', () => {
  it('sees all that others must not, so that these tests look for what is there', async () => {
    const events = await searched(admin, '', 66);
    const lists = ['/sources', '/probes', '/keys?limit=1000', '/alerts', '/incidents'];
    const texts = await Promise.all(
      lists.map(async (path) => JSON.stringify(await admin.get(`/api/v1${path}`))),
    );
    const all = HOMES.map(({ mark }) => mark);
    for (const mark of all) {
      expect(events.filter(({ fields }) => JSON.stringify(fields).includes(mark))).toHaveLength(22);
    }
    expect(texts.map(marksIn)).toEqual(texts.map(() => all));
  });
});

describe('what a person reads', () => {
  it('never holds anything of another place, through any route and any question', async () => {
    const crossed: string[] = [];
    for (const { name, desk, sees } of viewers) {
      for (const route of routes.filter(({ method }) => method === 'GET')) {
        for (const other of homes) {
          for (const question of questions(other)) {
            const path = `${foreignPath(route.path, other)}${question}`;
            const { status, body } = await desk.ask(path);
            const asText = typeof body === 'string' ? body : JSON.stringify(answerOf(path, body));
            // The question itself may come back in a message.
            const found = marksIn(status < 400 ? asText : '').filter(
              (mark) => !sees.includes(mark),
            );
            if (found.length > 0) crossed.push(`${name} ${path}: ${found.join(' ')}`);
            if (status >= 500) crossed.push(`${name} ${path}: ${status}`);
          }
        }
      }
    }
    expect(crossed).toEqual([]);
  });

  it('counts only what is theirs', async () => {
    for (const { name, desk, sees } of viewers) {
      const open = await desk.get<IncidentListView>('/api/v1/incidents?status=all');
      expect([name, open.total, open.rows.length]).toEqual([name, sees.length, sees.length]);
      const summary = await desk.get<SummaryView>('/api/v1/summary');
      expect([name, summary.incidents.value, summary.events]).toEqual([
        name,
        sees.length,
        22 * sees.length,
      ]);
      const { status, body } = await desk.ask('/api/v1/events?query=&limit=1000');
      if (status === 403) continue;
      const { total, scanned, rows } = body as SearchView;
      const own = 22 * sees.length;
      expect([name, total, scanned, rows.length]).toEqual([name, 100, 100, own]);
    }
  });

  it('lets nobody act on what is of another place', async () => {
    const got: string[] = [];
    const bodies = (other: Furnished): Readonly<Record<string, object>> => ({
      '/api/v1/incidents/{id}/{action}': { version: other.incident.version },
      '/api/v1/sources/{id}': { name: 'Của tôi', ...placeBody(other) },
      '/api/v1/services/{id}': { name: 'Của tôi', ...placeBody(other) },
      '/api/v1/probes/{id}': {
        service: `dv-${other.home.mark}`,
        kind: 'tcp',
        target: '10.0.0.1:1',
      },
      '/api/v1/views/{id}': { name: 'x', search: '', shared: false },
      '/api/v1/rules/{id}/switch': { on: false, reason: 'thử' },
      '/api/v1/rules/{id}/check': { text: 'title: thử' },
      '/api/v1/rules/{id}/text': { text: null, over: 0, reason: 'thử' },
      '/api/v1/rules/{id}/parameters': {
        province: other.home.province,
        values: { level: 'low' },
        reason: 'thử',
      },
      '/api/v1/rules/{id}/backtests': {
        ...placeBody(other),
        from: '2026-01-01T00:00:00Z',
        to: '2026-01-02T00:00:00Z',
      },
      '/api/v1/rules/{id}/exceptions': {
        ...placeBody(other),
        where: { 'user.name': ['x'] },
        owner: 'tôi',
        reason: 'thử',
        expires: '2027-01-01T00:00:00Z',
      },
    });
    for (const { name, desk, sees } of viewers) {
      for (const other of homes.filter(({ home }) => !sees.includes(home.mark))) {
        for (const { method, path } of routes.filter((route) => route.method !== 'GET')) {
          if (!path.includes('{')) continue;
          const body = bodies(other)[path] ?? {};
          const answer = await desk.ask(foreignPath(path, other), { method, body });
          const isIncident = path.startsWith('/api/v1/incidents');
          // A manager may not act at all, and is told so before anything is looked up.
          const refused = isIncident && name !== 'ld-hue' ? [404] : [403, 404];
          // A key has no sessions of its own.
          if (path.includes('/sessions/') && 'authorization' in desk.headers) refused.push(401);
          if (!refused.includes(answer.status)) {
            got.push(`${name} ${method} ${path} ${other.home.mark}: ${answer.status}`);
          }
        }
      }
    }
    expect(got).toEqual([]);
    for (const { incident } of homes) {
      const now = await admin.get<IncidentView>(`/api/v1/incidents/${incident.id}`);
      expect(now.status).toBe('new');
    }
  });

  it('lets nobody give away more than they have', async () => {
    const of = (name: string): Desk => viewers.find((viewer) => viewer.name === name)?.desk as Desk;
    const key = { kind: 'api', name: 'x', province: '12' };
    const user = {
      user: 'moi',
      name: 'Mới',
      role: 'admin',
      province: '00',
      password: 'x'.repeat(20),
    };
    const asked = [
      await of('qt-hue').ask('/api/v1/keys', { method: 'POST', body: key }),
      await of('qt-hue').ask('/api/v1/users', { method: 'POST', body: user }),
      await of('cv-hue').ask('/api/v1/keys', { method: 'POST', body: { ...key, province: '46' } }),
    ];
    expect(asked.map(({ status }) => status)).toEqual([403, 403, 403]);
  });
});

it('tells a service of others and one that is not there apart to nobody', async () => {
  const { desk } = viewers.find(({ name }) => name === 'qt-hue') as Viewer;
  const probe = (service: string) =>
    desk.ask('/api/v1/probes/kt-moi', {
      method: 'PUT',
      body: { service, kind: 'tcp', target: '10.0.0.1:1' },
    });
  const foreign = await probe('dv-dau-vet-laichau');
  const missing = await probe('dv-dau-vet-khongco');
  expect(foreign.status).toBe(404);
  const plain = (body: unknown): string => JSON.stringify(body).replaceAll(/laichau|khongco/g, '');
  expect([missing.status, plain(missing.body)]).toEqual([404, plain(foreign.body)]);
});

it('shows on the health page of a place nothing that is counted elsewhere', async () => {
  const whole = await admin.get<HealthView>('/api/v1/health');
  expect(whole.lines.length).toBeGreaterThan(10);
  for (const { name, desk } of viewers) {
    const { lines } = await desk.get<HealthView>('/api/v1/health');
    expect([name, lines.map(({ id }) => id)]).toEqual([
      name,
      ['own_sources', 'own_services', 'own_doors', 'system'],
    ]);
    expect(lines.find(({ id }) => id === 'system')?.figures).toEqual({});
  }
});

function placeBody({ home: { province, commune } }: Furnished): object {
  return commune === undefined ? { province } : { province, commune };
}

describe('the door', () => {
  it('is shut for who is not signed in, on every route of the description', async () => {
    const answered: string[] = [];
    for (const { method, path } of routes) {
      if (OPEN.has(`${method} ${path}`)) continue;
      const at = foreignPath(path, homes[0] as Furnished);
      const headers = [
        {},
        { cookie: 'thapcanh_session=nobody' },
        { authorization: 'Bearer tca_000000000000_x' },
        { authorization: `Bearer ${homes[0]?.ingestKey ?? ''}` },
      ];
      for (const [n, header] of headers.entries()) {
        const { status } = await ask(product, at, { method, headers: header });
        if (status !== 401) answered.push(`${method} ${path} (${n}): ${status}`);
      }
    }
    expect(answered).toEqual([]);
    expect(routes.length).toBeGreaterThan(25);
  });

  it('is shut for pages of other sites, on every route that changes something', async () => {
    const answered: string[] = [];
    for (const { method, path } of routes) {
      if (method === 'GET') continue;
      const at = foreignPath(path, homes[0] as Furnished);
      for (const origin of ['https://evil.example', 'null']) {
        const headers = { ...admin.headers, origin };
        const body = path.endsWith('/session') ? { username: 'admin', password: 'x' } : {};
        const needsBody = path.endsWith('/link') ? { token: 'x', password: 'y' } : body;
        const answer = await ask(product, at, { method, headers, body: needsBody });
        if (answer.status !== 403) answered.push(`${method} ${path} ${origin}: ${answer.status}`);
      }
    }
    expect(answered).toEqual([]);
    expect(await admin.ask('/api/v1/session')).toMatchObject({ status: 200 });
  });

  it('is shut for a route that names no permission', async () => {
    class Forgotten {
      route = (): void => undefined;
    }
    const reached = { auth: 0 };
    const auth = new Proxy({} as Auth, {
      get: () => {
        reached.auth += 1;
        return undefined;
      },
    });
    const settings = { publicUrl: undefined, secure: false, unit: '' };
    const guard = new AccessGuard(new Reflector(), auth, settings);
    const context = {
      getType: () => 'http',
      getHandler: () => new Forgotten().route,
      getClass: () => Forgotten,
    } as unknown as ExecutionContext;
    await expect(guard.canActivate(context)).rejects.toMatchObject({ problem: { status: 403 } });
    expect(reached.auth).toBe(0);
  });
});

interface Heard {
  readonly frames: string[];
  closed: number | undefined;
}

async function listen(given: Readonly<Record<string, string>>, since = 0): Promise<Heard> {
  const headers = { origin: product.url, ...given };
  const heard: Heard = { frames: [], closed: undefined };
  const socket = new WebSocket(`${product.url.replace('http', 'ws')}/console`, { headers });
  cleanUp(() => socket.terminate());
  socket.on('message', (data: Buffer) => heard.frames.push(data.toString('utf8')));
  socket.on('close', (code) => {
    heard.closed = code;
  });
  socket.on('error', () => undefined);
  socket.on('open', () => {
    const data = { topic: 'incidents', since };
    socket.send(JSON.stringify({ event: 'subscribe', data }));
  });
  await until('the socket says something', () =>
    heard.frames.length > 0 || heard.closed !== undefined ? true : undefined,
  );
  return heard;
}

describe('the websocket', () => {
  it('is closed to strangers and to pages of other sites', async () => {
    const cookie = admin.headers['cookie'] ?? '';
    const ingest = { authorization: `Bearer ${product.ingestKey}` };
    const evil = 'https://evil.example';
    const strangers = [{}, { cookie, origin: evil }, { cookie, origin: 'null' }, ingest];
    for (const headers of strangers) {
      const { closed, frames } = await listen(headers);
      expect([closed, frames]).toEqual([4401, []]);
    }
    const key = viewers.at(-1)?.desk.headers ?? {};
    for (const headers of [{ cookie }, { cookie, origin: '' }, key, { ...key, origin: '' }]) {
      const admitted = await listen(headers);
      expect([admitted.closed, admitted.frames.length]).toEqual([undefined, expect.any(Number)]);
    }
  });

  it('tells of changes in one’s own place only', async () => {
    const [hue, laiChau, bumTo] = homes as [Furnished, Furnished, Furnished];
    const commune = await signInNew(product, admin, {
      user: 'nghe-bt',
      role: 'locality',
      home: bumTo.home,
    });
    const { seq } = await commune.get<IncidentListView>('/api/v1/incidents');
    const heard = await listen(commune.headers, seq);
    const watcher = new WebSocket(`${product.url.replace('http', 'ws')}/console`, {
      headers: { ...admin.headers, origin: product.url },
    });
    cleanUp(() => watcher.terminate());
    await new Promise((resolve) => watcher.once('open', resolve));
    const presence = { incident: hue.incident.id, working: true };
    watcher.send(JSON.stringify({ event: 'presence', data: presence }));
    for (const { home, ingestKey } of [hue, laiChau, bumTo]) {
      await sendLines(product, guesses(home.mark, 'b'), { key: ingestKey });
    }
    await until('the own change is told', () =>
      heard.frames.some((frame) => frame.includes(bumTo.incident.id)) ? true : undefined,
    );
    await until('a clock frame came', () =>
      heard.frames.some((frame) => frame.includes('"clock"')) ? true : undefined,
    );
    const all = heard.frames.join('\n');
    expect(marksIn(all).filter((mark) => mark !== bumTo.home.mark)).toEqual([]);
    expect(all).not.toContain(hue.incident.id);
    expect(all).not.toContain(laiChau.incident.id);
    const clocks = heard.frames.flatMap((frame) => {
      const { event, data } = JSON.parse(frame) as { event: string; data: { expected: number } };
      return event === 'clock' ? [data.expected] : [];
    });
    expect(new Set(clocks)).toEqual(new Set([1]));
  });
});
