import type { Problem } from '#libs/protocol';

/** A request that did not give what was asked; `problem` is null when no server answered. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly problem: Problem | null;

  constructor(problem: Problem | null, cause?: unknown) {
    super(problem === null ? 'offline' : problem.code, { cause });
    this.problem = problem;
  }

  get status(): number {
    return this.problem?.status ?? 0;
  }
}

/** How long a request may take before it counts as "no server". */
const REQUEST_TIMEOUT_MS = 30_000;
const BASE = '/api/v1';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const lostSession = new Set<() => void>();

/** Told when a request finds that the session has ended. Returns how to stop listening. */
export function onSessionLost(call: () => void): () => void {
  lostSession.add(call);
  return () => lostSession.delete(call);
}

/** Path and query of an API address; undefined and empty values are left out. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return BASE + path + (text === '' ? '' : `?${text}`);
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    code: `http_${response.status}`,
    detail: '',
    detailVi: '',
  };
  if (!(response.headers.get('content-type') ?? '').includes('json')) return fallback;
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

/** A file goes as it is. */
function typeOf(body: unknown): string {
  return body instanceof Blob ? 'application/octet-stream' : 'application/json';
}

async function ask(method: string, url: string, body?: unknown): Promise<Response> {
  const limit = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      signal: limit,
      credentials: 'same-origin',
      headers: body === undefined ? {} : { 'content-type': typeOf(body) },
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new ApiFailure(null, cause);
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && !url.startsWith(`${BASE}/session`)) {
    for (const call of lostSession) call();
  }
  throw new ApiFailure(problem);
}

/** The body of a GET; throws ApiFailure. */
export async function get<T>(path: string, query?: Query): Promise<T> {
  const response = await ask('GET', address(path, query));
  return (await response.json()) as T;
}

/** The body of a POST's answer, undefined when it has none; throws ApiFailure. */
export async function post<T>(path: string, body: unknown, query?: Query): Promise<T> {
  const response = await ask('POST', address(path, query), body);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** The body of a PUT's answer; throws ApiFailure. */
export async function put<T>(path: string, body: unknown): Promise<T> {
  const response = await ask('PUT', address(path), body);
  return (await response.json()) as T;
}

export async function remove(path: string): Promise<void> {
  await ask('DELETE', address(path));
}
