import * as generated from './generated-events.ts';
import * as pages from './generated-pages.ts';

/** A request, read. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly user: string | null;
}

/** Status, body and headers of a reply. */
export type Answer = readonly [
  status: number,
  body: unknown,
  headers?: Readonly<Record<string, string>>,
];

export function problem(
  status: number,
  code: string,
  detail: string,
  detailVi: string,
  more: object = {},
): Answer {
  return [status, { type: 'about:blank', title: code, status, code, detail, detailVi, ...more }];
}

export function sessions(method: string): Answer {
  if (method === 'DELETE') return [204, undefined];
  const started = new Date(Date.now() - 3_600_000).toISOString();
  const rows = [
    {
      id: 'one',
      created: started,
      seen: started,
      address: '10.1.0.7',
      agent: 'Chromium 156',
      current: true,
    },
    {
      id: 'two',
      created: started,
      seen: started,
      address: '10.1.0.9',
      agent: 'Firefox 140',
      current: false,
    },
  ];
  return [200, { rows }];
}

/** What an administrator's act gives back; nothing of it is kept. */
export function administered(method: string, path: string, body: unknown): Answer {
  const now = Date.now();
  const [user] = pages.users(now);
  const [key] = pages.keys(now);
  if (method === 'DELETE') return [200, { ...key, revoked: new Date(now).toISOString() }];
  if (path === '/users') return [201, { ...user, ...(body as object), link: null }];
  if (path === '/keys') return [201, { ...key, ...(body as object), text: 'tc_0123456789abcdef' }];
  return [200, { ...user, disabled: true }];
}

export function events({ path, query }: Asked): Answer {
  const now = Date.now();
  const text = query.get('query') ?? '';
  const open = text.lastIndexOf('(');
  if (open >= 0 && !text.includes(')', open)) {
    const vi = 'Thiếu dấu đóng ngoặc';
    return problem(400, 'query_syntax', 'A bracket is not closed', vi, { at: open });
  }
  const from = Date.parse(query.get('from') ?? '') || now - 3_600_000;
  const to = Date.parse(query.get('to') ?? '') || now;
  if (path === '/events/histogram') {
    return [200, generated.histogram(from, to, Number(query.get('buckets') ?? 60))];
  }
  if (path === '/events/top') return [200, generated.top(query.get('field') ?? '')];
  if (path === '/events/export.csv') {
    return [200, '\ufefftime,message\r\n', { 'content-type': 'text/csv' }];
  }
  if (text.includes('khongco')) {
    return [200, { ...generated.search(to, 0, null), rows: [], cursor: null, total: 0 }];
  }
  return [200, generated.search(to, Number(query.get('limit') ?? 100), query.get('cursor'))];
}
