import { Client, errors, type ClientOptions } from '@elastic/elasticsearch';

import type { ElasticSettings } from './settings.ts';
import { judgeVersion, type VersionCheck } from './version.ts';

/** How long an ordinary request may take; a node that stands still must not hold callers longer. */
const REQUEST_MS_MAX = 30_000;
/** Longest answer taken, in bytes. */
const ANSWER_BYTES_MAX = 256 * 1_024 * 1_024;

/** One request. Exactly one of `json` and `lines` at most; `lines` is NDJSON, its last `\n` too. */
export interface Ask {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly json?: object;
  readonly lines?: string | Buffer;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An answer that came, whatever its status says. */
export interface Reply<T> {
  readonly status: number;
  readonly body: T;
}

/** Elasticsearch answered, but not with what was asked for. */
export class ElasticError extends Error {
  override readonly name = 'ElasticError';
  readonly status: number;
  /** `index_not_found_exception` and the like; empty when the answer names none. */
  readonly type: string;

  constructor(asked: string, reply: Reply<unknown>) {
    const { type, reason } = errorOf(reply.body);
    super(`${asked}: ${reply.status} ${type} ${reason}`.slice(0, 2_000));
    this.status = reply.status;
    this.type = type;
  }
}

/** The type and reason of an error answer. */
export function errorOf(body: unknown): { readonly type: string; readonly reason: string } {
  const error = (body as { error?: unknown } | null)?.error;
  if (typeof error === 'string') return { type: '', reason: error };
  const { type, reason } = (error ?? {}) as { type?: unknown; reason?: unknown };
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { type: text(type), reason: text(reason) };
}

/**
 * One way to one cluster. It never tries again by itself: who asks knows what may be repeated.
 */
export class Connection {
  readonly prefix: string;
  readonly #client: Client;

  constructor(settings: ElasticSettings) {
    this.prefix = settings.prefix ?? '';
    this.#client = new Client(optionsOf(settings));
  }

  /** Rejects when no answer came: refused, broken off, or not within the time. */
  async ask<T>(ask: Ask): Promise<Reply<T>> {
    const { method, path, query, json, lines, timeoutMs = REQUEST_MS_MAX, signal } = ask;
    try {
      const { statusCode, body } = await this.#client.transport.request<T>(
        {
          method,
          path,
          ...(query === undefined ? {} : { querystring: query }),
          ...(json === undefined ? {} : { body: json }),
          ...(lines === undefined ? {} : { bulkBody: lines }),
        },
        {
          meta: true,
          requestTimeout: timeoutMs,
          ...(signal === undefined ? {} : { signal }),
        },
      );
      return { status: statusCode ?? 0, body };
    } catch (error) {
      if (error instanceof errors.ResponseError) {
        return { status: error.statusCode ?? 0, body: error.body as T };
      }
      throw error;
    }
  }

  /** As `ask`, but anything else than success rejects with `ElasticError`; `allow` takes more. */
  async get<T>(ask: Ask, allow: readonly number[] = []): Promise<T> {
    const reply = await this.ask<T>(ask);
    if (reply.status >= 300 && !allow.includes(reply.status)) {
      throw new ElasticError(`${ask.method} ${ask.path}`, reply);
    }
    return reply.body;
  }

  /** What stands there; rejects when nothing answers. `GET /` is not needed and not asked for. */
  async check(): Promise<VersionCheck> {
    try {
      // Plain JSON: an older server refuses the media type that names a newer one.
      const { statusCode, body, headers } = await this.#client.transport.request(
        {
          method: 'GET',
          path: '/_nodes',
          querystring: { filter_path: 'nodes.*.version' },
        },
        { meta: true, headers: { accept: 'application/json' }, requestTimeout: REQUEST_MS_MAX },
      );
      if (statusCode !== 200)
        throw new ElasticError('GET /_nodes', { status: statusCode ?? 0, body });
      const product = headers?.['x-elastic-product'];
      return judgeVersion(typeof product === 'string' ? product : undefined, body);
    } catch (error) {
      if (error instanceof errors.ProductNotSupportedError) {
        return judgeVersion(undefined, error.meta?.body);
      }
      if (error instanceof errors.ResponseError) {
        throw new ElasticError('GET /_nodes', { status: error.statusCode ?? 0, body: error.body });
      }
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

function optionsOf({ urls, auth, ca }: ElasticSettings): ClientOptions {
  return {
    nodes: [...urls],
    maxRetries: 0,
    requestTimeout: REQUEST_MS_MAX,
    maxResponseSize: ANSWER_BYTES_MAX,
    enableMetaHeader: false,
    ...(auth === undefined ? {} : { auth }),
    ...(ca === undefined ? {} : { tls: { ca, rejectUnauthorized: true } }),
  };
}
