import { CENTRE, sha256, type Place } from '#libs/model';

import type { Doc, ListRequest, Write } from '../ports.ts';
import type { Dsl } from './dsl.ts';
import { tokenStart } from './event-document.ts';

/** Format of the documents' index; a higher number there means newer code runs. */
export const DOCUMENTS_FORMAT = 1;
/** Longest name of a document in the index, in bytes; the server takes 512. */
const NAME_BYTES_MAX = 500;
/** Longer values of keys stand as a hash. */
const KEY_CHARS_MAX = 1_000;

/** Settings and mapping of the index of all documents; one shard, so that changes are numbered. */
export const DOCUMENTS_INDEX = {
  settings: { index: { number_of_shards: 1, auto_expand_replicas: '0-1' } },
  mappings: {
    _meta: { product: 'thapcanh', format: DOCUMENTS_FORMAT },
    dynamic: false,
    properties: {
      kind: { type: 'keyword' },
      id: { type: 'keyword' },
      /** Kind of a document that was removed; what is left tells others so. */
      gone: { type: 'keyword' },
      goneAt: { type: 'date', format: 'epoch_millis' },
      province: { type: 'keyword' },
      commune: { type: 'keyword' },
      order: { type: 'double' },
      keys: { type: 'keyword', doc_values: false },
    },
  },
} as const;

/** A document as it lies in the index. Body and tags are JSON text: no name in them can disturb. */
interface Source {
  readonly kind?: string;
  readonly gone?: string;
  readonly goneAt?: number;
  readonly id: string;
  readonly version: number;
  readonly province?: string;
  readonly commune?: string;
  readonly order?: number;
  readonly keys?: readonly string[];
  readonly tags?: string;
  readonly body?: string;
  /** Names the one attempt to write it, so that its writer knows it again after a lost answer. */
  readonly by: string;
}

/** One document with its place in the order of all changes; `doc` is absent once it was removed. */
export interface Held {
  readonly kind: string;
  readonly id: string;
  readonly doc?: Doc<unknown>;
  readonly seq: number;
  readonly term: number;
  readonly by: string;
}

/** As answers of get, mget and search give it. */
export interface FoundRecord {
  readonly _source: Source;
  readonly _seq_no: number;
  readonly _primary_term: number;
}

export function recordName(kind: string, id: string): string {
  const name = `${kind}:${id}`;
  return Buffer.byteLength(name) <= NAME_BYTES_MAX ? name : `${kind.slice(0, 64)}#${sha256(name)}`;
}

/** The source of what a write leaves, as JSON text. */
export function sourceOf(write: Write, version: number, by: string, now: number): string {
  const { kind, id, place, order, keys = {}, body } = write;
  const source: Source =
    body === null
      ? { gone: kind, goneAt: now, id, version: 0, by }
      : {
          kind,
          id,
          version,
          province: place.province,
          ...(place.commune === undefined ? {} : { commune: place.commune }),
          order,
          keys: Object.entries(keys).map(([name, value]) => keyToken(name, value)),
          tags: JSON.stringify(keys),
          body: JSON.stringify(body),
          by,
        };
  return JSON.stringify(source);
}

export function heldOf({ _source: source, _seq_no: seq, _primary_term: term }: FoundRecord): Held {
  const { id, by } = source;
  const base = { id, seq, term, by };
  if (source.kind === undefined) return { ...base, kind: source.gone ?? '' };
  const place: Place = {
    province: source.province ?? '',
    ...(source.commune === undefined ? {} : { commune: source.commune }),
  };
  const doc: Doc<unknown> = {
    id,
    version: source.version,
    place,
    order: source.order ?? 0,
    keys: JSON.parse(source.tags ?? '{}') as Record<string, string>,
    body: JSON.parse(source.body ?? 'null') as unknown,
  };
  return { ...base, kind: source.kind, doc };
}

export function keyToken(name: string, value: string): string {
  const held = value.length > KEY_CHARS_MAX ? `\u0001${sha256(value)}` : value.toWellFormed();
  return tokenStart(name) + held;
}

/** The one place where a list of the index is bounded by the scope of who asks. */
export function listQuery(kind: string, { scope, keys = {}, from, to }: ListRequest): Dsl {
  const filter: Dsl[] = [{ term: { kind } }];
  if (scope.province !== CENTRE) {
    filter.push({ term: { province: scope.province } });
    if (scope.commune !== undefined) filter.push({ term: { commune: scope.commune } });
  }
  if (from !== undefined || to !== undefined) {
    const bounds = {
      ...(from === undefined ? {} : { gte: from }),
      ...(to === undefined ? {} : { lt: to }),
    };
    filter.push({ range: { order: bounds } });
  }
  for (const [name, wanted] of Object.entries(keys)) {
    const list = typeof wanted === 'string' ? [wanted] : wanted;
    filter.push({ terms: { keys: list.map((value) => keyToken(name, value)) } });
  }
  return { bool: { filter } };
}

/** Undefined without a cursor and for one that was not made here: the first page then. */
export function readListCursor(
  cursor: string | undefined,
): readonly [order: number, id: string] | undefined {
  const parts = /^\[(-?[\d.e+-]+),(".*")\]$/s.exec(cursor ?? '');
  if (parts?.[1] === undefined || parts[2] === undefined) return undefined;
  try {
    const order = Number(parts[1]);
    return Number.isNaN(order) ? undefined : [order, JSON.parse(parts[2]) as string];
  } catch {
    return undefined;
  }
}

export function listCursor({ order, id }: Doc<unknown>): string {
  return JSON.stringify([order, id]);
}
