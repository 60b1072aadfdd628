import { errorOf } from './connection.ts';

/** What became of one document of a bulk request. */
export type BulkOutcome =
  | { readonly kind: 'stored' }
  /** Its index held the id already. */
  | { readonly kind: 'repeat' }
  /** The node or the cluster cannot now; the same document is sent again. */
  | { readonly kind: 'again'; readonly rejected: boolean; readonly detail: string }
  | { readonly kind: 'index_missing'; readonly detail: string }
  /** Its index takes no writes at present. */
  | { readonly kind: 'blocked'; readonly detail: string }
  /** It will never be taken as it is. */
  | { readonly kind: 'refused'; readonly detail: string };

/** One item of an answer to `_bulk`. */
export interface BulkItem {
  readonly create?: { readonly status: number; readonly error?: unknown };
}

const BLOCKED = 'cluster_block_exception';
const INDEX_MISSING = 'index_not_found_exception';
/** Said with status 400 or 403, though they pass: too many shards, a role that is being mended. */
const PASSING: ReadonlySet<string> = new Set(['validation_exception', 'security_exception']);

/** The 4xx that speak of the server's or the way's state, not of the document. */
function passes(status: number): boolean {
  return status >= 500 || status === 429 || status === 408 || status === 401;
}

export function outcomeOf(item: BulkItem | undefined): BulkOutcome {
  const { status = 0, error } = item?.create ?? {};
  if (status === 201 || status === 200) return { kind: 'stored' };
  if (status === 409) return { kind: 'repeat' };
  const { type, reason } = errorOf({ error });
  const detail = `${status} ${type}: ${reason}`;
  if (type === BLOCKED) return { kind: 'blocked', detail };
  if (type === INDEX_MISSING) return { kind: 'index_missing', detail };
  if (status === 0 || passes(status) || PASSING.has(type)) {
    return { kind: 'again', rejected: status === 429, detail };
  }
  return { kind: 'refused', detail: `${type}: ${reason}${causeOf(error)}` };
}

function causeOf(error: unknown): string {
  const cause = (error as { caused_by?: { reason?: unknown } } | undefined)?.caused_by?.reason;
  return typeof cause === 'string' ? ` (${cause})` : '';
}

/** What an answer means that speaks of the whole request. */
export function wholeOutcome(status: number, body: unknown): 'again' | 'smaller' {
  const { type } = errorOf(body);
  if (type === BLOCKED || PASSING.has(type) || passes(status) || status === 403) return 'again';
  // 413, and 400 for bytes that make no request: the document at fault is found by halving.
  return status === 413 || status === 400 ? 'smaller' : 'again';
}
