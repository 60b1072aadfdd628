import { beforeAll, describe, expect, it } from 'vitest';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startProduct, type Product } from '../support/product.ts';
import { signIn, type Desk } from './desk.ts';
import { Described, type Description } from './described.ts';

const DOORS = { '/api/v1/ingest': 1, '/es/_bulk': 1, '/es/{index}/_bulk': 1 };

const cleanUp = suiteCleanUp();
let product: Product;
let admin: Desk;
let description: Description;

beforeAll(async () => {
  product = await startProduct(cleanUp);
  admin = await signIn(product);
  description = await admin.get<Description>('/api/v1/openapi.json');
});

describe('the description of the API', () => {
  it('says of every route what it answers with and which problems it may have', () => {
    const silent: string[] = [];
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const [method, { responses }] of Object.entries(methods)) {
        const codes = Object.keys(responses);
        const done = codes.find((code) => code.startsWith('2')) ?? '';
        const content = responses[done]?.content;
        if (done !== '204' && content === undefined) silent.push(`${method} ${path}`);
        // A door of senders never fails: what it cannot take is to come again.
        const failing = path in DOORS ? '429' : '500';
        if (!codes.includes(failing)) silent.push(`${method} ${path}: no problems`);
      }
    }
    expect(silent).toEqual([]);
    expect(Object.keys(description.paths)).toEqual(
      expect.arrayContaining([...Object.keys(DOORS), '/api/v1/incidents/{id}/{action}']),
    );
  });

  it('is what the acceptance tests hold every answer to: a wrong one is found', async () => {
    const described = new Described(description);
    const path = '/api/v1/session';
    const body = await admin.get<object>(path);
    const given = { method: 'GET', path, status: 200, body };
    expect(described.fault(given)).toBeUndefined();
    expect(described.fault({ ...given, body: { ...body, more: 1 } })).toContain('more');
    expect(described.fault({ ...given, body: { ...body, role: 'king' } })).toContain('role');
    expect(described.fault({ ...given, status: 418 })).toContain('418');
    const problem = (code: string): object => ({
      type: 'x',
      title: 'x',
      status: 401,
      code,
      detail: 'x',
      detailVi: 'x',
    });
    const refused = { ...given, status: 401 };
    expect(described.fault({ ...refused, body: problem('not_signed_in') })).toBeUndefined();
    expect(described.fault({ ...refused, body: problem('conflict') })).toContain('code');
  });

  it('holds for requests that are broken in every way', async () => {
    const asked = [
      ['POST', '/api/v1/users', '{"user":'],
      ['POST', '/api/v1/users', '[]'],
      ['POST', '/api/v1/keys', { kind: 'x' }],
      ['PUT', '/api/v1/sources/a b', { name: 'x', province: '01' }],
      ['PUT', '/api/v1/sources/ok', { name: 'x', province: '99' }],
      ['GET', '/api/v1/events?from=yesterday', undefined],
      ['GET', '/api/v1/events?query=(', undefined],
      ['GET', '/api/v1/summary?period=2026-W99', undefined],
      ['GET', '/api/v1/incidents?cursor=x', undefined],
      ['DELETE', '/api/v1/keys/nothing', undefined],
      ['POST', '/api/v1/incidents/SC-2026-999999/acknowledge', { version: 1 }],
    ] as const;
    const statuses: number[] = [];
    for (const [method, path, body] of asked) {
      const answer = await admin.ask(path, { method, ...(body === undefined ? {} : { body }) });
      statuses.push(answer.status);
    }
    expect(statuses.filter((status) => status < 400 || status >= 500)).toEqual([]);
  });
});
