import type { EventView, IncidentRow } from '#libs/protocol';

import type { Product } from '../support/product.ts';
import { until } from '../support/until.ts';
import { Described, type Description } from './described.ts';

/** What the product answered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** How a question is asked. */
export interface Question {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where the product listens, and how to get in. */
type Place = Pick<Product, 'url'>;

/** What each running product says of its answers, known from the first sign-in on. */
const descriptions = new Map<string, Described>();

/** One question without any session; throws when the answer is not as the product describes it. */
export async function ask(product: Place, path: string, question: Question = {}): Promise<Answer> {
  const answer = await fetched(product, path, question);
  const { status, body } = answer;
  const given = { method: question.method ?? 'GET', path, status, body };
  const fault = descriptions.get(product.url)?.fault(given);
  if (fault !== undefined) throw new Error(fault);
  return answer;
}

async function fetched(product: Place, path: string, question: Question): Promise<Answer> {
  const { method = 'GET', body, headers = {} } = question;
  const reply = await fetch(`${product.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await reply.text();
  const isJson = (reply.headers.get('content-type') ?? '').includes('json');
  return {
    status: reply.status,
    body: isJson && text !== '' ? JSON.parse(text) : text,
    headers: reply.headers,
  };
}

/** Somebody who is signed in, or a program with a key. */
export interface Desk {
  readonly headers: Readonly<Record<string, string>>;
  ask(path: string, question?: Question): Promise<Answer>;
  /** The body of a 2xx answer; anything else throws with what was said. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
}

/** A desk that sends these headers with everything; the address is asked anew each time. */
export function deskWith(product: Place, headers: Readonly<Record<string, string>>): Desk {
  const asked = (path: string, question: Question = {}) =>
    ask(product, path, { ...question, headers: { ...headers, ...question.headers } });
  const good = async <T>(path: string, question: Question): Promise<T> => {
    const { status, body } = await asked(path, question);
    if (status >= 300) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
    return body as T;
  };
  return {
    headers,
    ask: asked,
    get: (path) => good(path, {}),
    post: (path, body) => good(path, { method: 'POST', body }),
  };
}

/** Signs in as the administrator, or as somebody else. */
export async function signIn(
  product: Product,
  username = 'admin',
  password = product.adminPassword,
): Promise<Desk> {
  const answer = await ask(product, '/api/v1/session', {
    method: 'POST',
    body: { username, password },
  });
  if (answer.status !== 200) {
    throw new Error(`${username} could not sign in: ${JSON.stringify(answer.body)}`);
  }
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const desk = deskWith(product, { cookie });
  if (!descriptions.has(product.url)) {
    const description = await desk.ask('/api/v1/openapi.json');
    if (description.status === 200) {
      descriptions.set(product.url, new Described(description.body as Description));
    }
  }
  return desk;
}

/** Sends lines to the ingest door and gives back how many were accepted. */
export async function sendLines(
  product: Product,
  lines: readonly (string | object)[],
  {
    key = product.ingestKey,
    headers = {},
  }: { key?: string; headers?: Record<string, string> } = {},
): Promise<number> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const { status, body } = await ask(product, '/api/v1/ingest', {
    method: 'POST',
    body: `${text.join('\n')}\n`,
    headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${key}`, ...headers },
  });
  if (status !== 200) throw new Error(`ingest answered ${status}: ${JSON.stringify(body)}`);
  return (body as { accepted: number }).accepted;
}

/** Sends documents with the sender's ids to the `_bulk` door. */
export async function sendBulk(
  product: Product,
  documents: readonly { readonly id: string; readonly doc: object }[],
  key = product.ingestKey,
): Promise<void> {
  const text = documents.map(
    ({ id, doc }) => `{"create":{"_id":${JSON.stringify(id)}}}\n${JSON.stringify(doc)}\n`,
  );
  const { status, body } = await ask(product, '/es/logs-test/_bulk', {
    method: 'POST',
    body: text.join(''),
    headers: {
      'content-type': 'application/x-ndjson',
      'user-agent': 'test',
      authorization: `ApiKey ${key}`,
    },
  });
  if (status !== 200) throw new Error(`_bulk answered ${status}: ${JSON.stringify(body)}`);
}

interface Page<T> {
  readonly total: number;
  readonly rows: readonly T[];
  readonly cursor: string | null;
}

/** Every row of a paged list. */
export async function every<T>(desk: Desk, path: string): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | null = null;
  do {
    const joint = path.includes('?') ? '&' : '?';
    const at: string = cursor === null ? '' : `${joint}cursor=${encodeURIComponent(cursor)}`;
    const page: Page<T> = await desk.get(`${path}${at}`);
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor !== null);
  return rows;
}

/** The events that match, once there are at least this many. */
export function searched(desk: Desk, query: string, count: number): Promise<EventView[]> {
  const path = `/api/v1/events?query=${encodeURIComponent(query)}&limit=1000`;
  return until(
    `${count} events match '${query}'`,
    async () => {
      const found = await every<EventView>(desk, path);
      if (found.length < count) throw new Error(`${found.length} events match`);
      return found;
    },
    { everyMs: 250 },
  );
}

/**
 * Incidents of what was sent; those about the product itself (a full disk of the test machine) are
 * left out.
 */
export async function incidentsOf(desk: Desk): Promise<IncidentRow[]> {
  const rows = await every<IncidentRow>(desk, '/api/v1/incidents?status=all&limit=1000');
  return rows.filter(({ rules }) => !rules.some((rule) => rule.startsWith('OPS-')));
}
