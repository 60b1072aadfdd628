import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import {
  Documents,
  type Doc,
  type ListRequest,
  type Page,
  type Write,
  type WriteResult,
} from '../ports.ts';
import type { DocumentsAnswer, DocumentsOrder } from './documents-thread.ts';
import { ThreadCalls } from './thread-calls.ts';

/**
 * Documents in one SQLite file; writes that come together share one commit, in a thread of their
 * own.
 */
export class SqliteDocuments extends Documents {
  readonly #calls: ThreadCalls<DocumentsOrder, DocumentsAnswer>;

  /** `file` is made when absent, its folder too. */
  constructor(file: string) {
    super();
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#calls = new ThreadCalls(import.meta.url, 'documents-thread', { file });
  }

  async get<T>(kind: string, id: string): Promise<Doc<T> | undefined> {
    return (await this.#calls.ask({ kind: 'get', of: kind, id })) as Doc<T> | undefined;
  }

  async write(writes: readonly Write[]): Promise<readonly WriteResult[]> {
    return (await this.#calls.ask({ kind: 'write', writes })) as readonly WriteResult[];
  }

  async list<T>(kind: string, request: ListRequest): Promise<Page<T>> {
    return (await this.#calls.ask({ kind: 'list', of: kind, request })) as Page<T>;
  }

  /** Resolves when all that was asked is done and the thread has ended. */
  close(): Promise<void> {
    return this.#calls.close();
  }
}
