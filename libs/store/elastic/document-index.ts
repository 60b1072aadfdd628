import type { ListRequest, Page } from '../ports.ts';
import { ElasticError, errorOf, type Connection } from './connection.ts';
import {
  DOCUMENTS_INDEX,
  heldOf,
  listCursor,
  listQuery,
  readListCursor,
  recordName,
  type FoundRecord,
  type Held,
} from './document-record.ts';
import type { Dsl } from './dsl.ts';

/** Most rows of one list page. */
const LIST_MAX = 5_000;
/** Changes of one answer. */
const CHANGES_PAGE = 1_000;
/** Documents of one group of a dump, and how long its moment is kept between two groups. */
const DUMP_PAGE = 2_000;
const DUMP_KEPT = '10m';
/** Remains of removed documents let go in one request. */
const SWEEP_PAGE = 1_000;

/** One document's line of a bulk request: what is to stand there, over what. */
export interface RecordWrite {
  readonly name: string;
  readonly source: string;
  /** Over this change and no other; absent: only when nothing stands there. */
  readonly over?: { readonly seq: number; readonly term: number };
}

export type RecordOutcome =
  | { readonly kind: 'done'; readonly seq: number; readonly term: number }
  | { readonly kind: 'conflict' }
  /** `maybe`: it may have been done all the same. */
  | { readonly kind: 'again'; readonly error: ElasticError };

interface Item {
  readonly status: number;
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly error?: unknown;
}

/** The requests that documents make of their index. */
export class DocumentIndex {
  readonly index: string;
  readonly #connection: Connection;
  #refreshing: Promise<void> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.index = `${connection.prefix}soc-documents`;
  }

  /** Makes the index where it is missing; rejects when newer code made it. */
  async open(): Promise<void> {
    const made = await this.#connection.ask({
      method: 'PUT',
      path: `/${this.index}`,
      json: DOCUMENTS_INDEX,
    });
    if (made.status < 300) return;
    const error = new ElasticError(`PUT /${this.index}`, made);
    if (error.type !== 'resource_already_exists_exception') throw error;
    const found = await this.#connection.get<
      Record<string, { readonly mappings?: { readonly _meta?: { readonly format?: number } } }>
    >({ method: 'GET', path: `/${this.index}/_mapping` });
    const format = found[this.index]?.mappings?._meta?.format;
    const { format: ours } = DOCUMENTS_INDEX.mappings._meta;
    if (format !== ours) {
      const found = format ?? 'of another';
      throw new Error(`index ${this.index} has format ${found}; this version reads ${ours}`);
    }
  }

  /** As they stand at this moment, in the order asked for. */
  async read(
    names: readonly { readonly kind: string; readonly id: string }[],
  ): Promise<readonly (Held | undefined)[]> {
    if (names.length === 0) return [];
    const { docs } = await this.#connection.get<{
      readonly docs: readonly (FoundRecord & { readonly found?: boolean; error?: unknown })[];
    }>({
      method: 'POST',
      path: `/${this.index}/_mget`,
      json: { ids: names.map(({ kind, id }) => recordName(kind, id)) },
    });
    return docs.map((found) => {
      if (found.error !== undefined) {
        throw new ElasticError('POST _mget', { status: 503, body: found });
      }
      return found.found === true ? heldOf(found) : undefined;
    });
  }

  /** Rejects when no answer came; then some may be done. */
  async write(writes: readonly RecordWrite[]): Promise<readonly RecordOutcome[]> {
    const lines = writes.map(({ name, source, over }) => {
      const action =
        over === undefined
          ? { create: { _id: name } }
          : { index: { _id: name, if_seq_no: over.seq, if_primary_term: over.term } };
      return `${JSON.stringify(action)}\n${source}\n`;
    });
    const { items } = await this.#connection.get<{
      readonly items: readonly { readonly create?: Item; readonly index?: Item }[];
    }>({
      method: 'POST',
      path: `/${this.index}/_bulk`,
      query: {
        filter_path: 'items.*.status,items.*._seq_no,items.*._primary_term,items.*.error',
        require_alias: false,
      },
      lines: lines.join(''),
    });
    return writes.map((_, at) => outcomeOf(items[at]?.create ?? items[at]?.index));
  }

  async list(kind: string, request: ListRequest): Promise<Page<unknown>> {
    await this.refresh();
    const limit = Math.max(0, Math.min(Math.floor(request.limit), LIST_MAX));
    const after = readListCursor(request.cursor);
    const { hits } = await this.#search({
      query: listQuery(kind, request),
      sort: [{ order: 'desc' }, { id: 'desc' }],
      size: limit + 1,
      track_total_hits: true,
      ...(after === undefined ? {} : { search_after: after }),
    });
    const rows = hits.hits.slice(0, limit).flatMap((hit) => heldOf(hit).doc ?? []);
    const total = hits.total?.value ?? 0;
    const last = rows.at(-1);
    if (hits.hits.length <= limit || last === undefined) return { rows, total };
    return { rows, total, next: listCursor(last) };
  }

  /** Changes after a sequence number, oldest first, at most a thousand. */
  async changes(after: number, which: Dsl): Promise<readonly Held[]> {
    const { hits } = await this.#search({
      query: { bool: { filter: [{ range: { _seq_no: { gt: after } } }, which] } },
      sort: [{ _seq_no: 'asc' }],
      size: CHANGES_PAGE,
      track_total_hits: false,
    });
    return hits.hits.map(heldOf);
  }

  /** Lets go what is left of documents removed before `before`; says how many there were. */
  async sweep(before: number): Promise<number> {
    const gone = await this.#search({
      query: { bool: { filter: [{ range: { goneAt: { lt: before } } }] } },
      size: SWEEP_PAGE,
      track_total_hits: false,
    });
    const { hits } = gone.hits;
    if (hits.length === 0) return 0;
    const lines = hits.map(({ _source: { gone: kind = '', id }, _seq_no, _primary_term }) => {
      const at = { if_seq_no: _seq_no, if_primary_term: _primary_term };
      return `${JSON.stringify({ delete: { _id: recordName(kind, id), ...at } })}\n`;
    });
    // One that was written again in between stays: its number is another then.
    await this.#connection.get({
      method: 'POST',
      path: `/${this.index}/_bulk`,
      query: { filter_path: 'errors' },
      lines: lines.join(''),
    });
    return hits.length;
  }

  /** Every document as of one moment, in groups, while others go on writing. */
  async *dump(): AsyncGenerator<readonly Held[]> {
    await this.refresh();
    const opened = await this.#connection.get<{ readonly id: string }>({
      method: 'POST',
      path: `/${this.index}/_pit`,
      query: { keep_alive: DUMP_KEPT },
    });
    let { id } = opened;
    try {
      for (let after: readonly unknown[] | undefined; ;) {
        const page = await this.#connection.get<{
          readonly pit_id: string;
          readonly hits: { readonly hits: readonly (FoundRecord & { sort: readonly unknown[] })[] };
        }>({
          method: 'POST',
          path: '/_search',
          json: {
            pit: { id, keep_alive: DUMP_KEPT },
            query: { bool: { filter: [{ exists: { field: 'kind' } }] } },
            sort: [{ kind: 'asc' }, { id: 'asc' }, { _shard_doc: 'asc' }],
            size: DUMP_PAGE,
            seq_no_primary_term: true,
            track_total_hits: false,
            ...(after === undefined ? {} : { search_after: after }),
          },
          query: { allow_partial_search_results: false },
        });
        const { hits } = page.hits;
        if (hits.length === 0) return;
        id = page.pit_id;
        after = hits.at(-1)?.sort;
        yield hits.map(heldOf);
      }
    } finally {
      const json = { id };
      await this.#connection.ask({ method: 'DELETE', path: '/_pit', json }).catch(() => undefined);
    }
  }

  /** Makes searchable what was written before the call. */
  async refresh(): Promise<void> {
    // One that is under way may have begun before the write that must be seen.
    const before = this.#refreshing;
    const mine = (async () => {
      await before?.catch(() => undefined);
      await this.#connection.get({ method: 'POST', path: `/${this.index}/_refresh` });
    })();
    this.#refreshing = mine;
    try {
      await mine;
    } finally {
      if (this.#refreshing === mine) this.#refreshing = undefined;
    }
  }

  #search(body: Dsl) {
    return this.#connection.get<{
      readonly hits: {
        readonly total?: { readonly value: number };
        readonly hits: readonly FoundRecord[];
      };
    }>({
      method: 'POST',
      path: `/${this.index}/_search`,
      json: { seq_no_primary_term: true, ...body },
      query: { allow_partial_search_results: false },
    });
  }
}

function outcomeOf(item: Item | undefined): RecordOutcome {
  const status = item?.status ?? 0;
  if ((status === 200 || status === 201) && item?._seq_no !== undefined) {
    return { kind: 'done', seq: item._seq_no, term: item._primary_term ?? 0 };
  }
  if (status === 409) return { kind: 'conflict' };
  const error = new ElasticError('bulk of documents', { status, body: { error: item?.error } });
  const isPassing = status === 0 || status === 429 || status >= 500;
  if (isPassing || errorOf({ error: item?.error }).type === 'cluster_block_exception') {
    return { kind: 'again', error };
  }
  throw error;
}
