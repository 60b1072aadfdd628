import { covers } from '#libs/model';
import {
  type Doc,
  Documents,
  type ListRequest,
  type Page,
  type Write,
  type WriteResult,
} from '#libs/store';

/**
 * Documents for unit tests, in memory, with the promises of the port; `failNext` makes a later
 * write throw, as a
 * full disk would, after `keep` of its writes were done.
 */
export class MemoryDocuments extends Documents {
  readonly kinds = new Map<string, Map<string, Doc<unknown>>>();
  writes = 0;
  #fail: { keep: number } | undefined;

  failNext(keep = 0): void {
    this.#fail = { keep };
  }

  #of(kind: string): Map<string, Doc<unknown>> {
    const found = this.kinds.get(kind);
    if (found !== undefined) return found;
    const fresh = new Map<string, Doc<unknown>>();
    this.kinds.set(kind, fresh);
    return fresh;
  }

  async get<T>(kind: string, id: string): Promise<Doc<T> | undefined> {
    await Promise.resolve();
    return this.#of(kind).get(id) as Doc<T> | undefined;
  }

  async write(writes: readonly Write[]): Promise<readonly WriteResult[]> {
    await Promise.resolve();
    const results: WriteResult[] = [];
    for (const write of writes) {
      if (this.#fail !== undefined && this.#fail.keep-- <= 0) {
        this.#fail = undefined;
        throw new Error('the disk is full');
      }
      results.push(this.#one(write));
    }
    return results;
  }

  #one(write: Write): WriteResult {
    const docs = this.#of(write.kind);
    const current = docs.get(write.id);
    const isExpected =
      write.expect === 'any' ||
      (write.expect === 'absent' ? current === undefined : current?.version === write.expect);
    if (!isExpected) return { done: false, reason: 'conflict', current };
    this.writes += 1;
    const version = (current?.version ?? 0) + 1;
    if (write.body === null) docs.delete(write.id);
    else {
      docs.set(write.id, {
        id: write.id,
        version,
        place: write.place,
        order: write.order,
        keys: write.keys ?? {},
        body: structuredClone(write.body),
      });
    }
    return { done: true, version };
  }

  async list<T>(kind: string, request: ListRequest): Promise<Page<T>> {
    await Promise.resolve();
    const rows = [...this.#of(kind).values()]
      .filter((doc) => fits(doc, request))
      .toSorted((a, b) => b.order - a.order || (a.id < b.id ? 1 : -1));
    const after = request.cursor === undefined ? undefined : placeOf(request.cursor);
    const left = rows.filter(
      ({ order, id }) =>
        after === undefined || order < after.order || (order === after.order && id < after.id),
    );
    const page = left.slice(0, request.limit) as Doc<T>[];
    const last = page.at(-1);
    const whole = { rows: page, total: rows.length };
    if (last === undefined || page.length === left.length) return whole;
    return { ...whole, next: JSON.stringify({ order: last.order, id: last.id }) };
  }
}

function fits(doc: Doc<unknown>, request: ListRequest): boolean {
  if (!covers(request.scope, doc.place)) return false;
  if (request.from !== undefined && doc.order < request.from) return false;
  if (request.to !== undefined && doc.order >= request.to) return false;
  return Object.entries(request.keys ?? {}).every(([key, wanted]) => {
    const value = doc.keys[key];
    return (
      value !== undefined &&
      (typeof wanted === 'string' ? value === wanted : wanted.includes(value))
    );
  });
}

function placeOf(cursor: string): { readonly order: number; readonly id: string } {
  return JSON.parse(cursor) as { order: number; id: string };
}
