import type { BulkAction, BulkRuns } from './bulk-body.ts';

const STATUS: Readonly<Record<BulkAction, number>> = {
  index: 201,
  create: 201,
  update: 200,
  delete: 200,
};

interface Shown {
  readonly took: boolean;
  readonly errors: boolean;
  readonly items: boolean;
}

function fits(part: string, name: string): boolean {
  const regex = part.replaceAll(/[^a-z0-9_*]/gi, '').replaceAll(/\*+/g, '.*');
  return new RegExp(`^${regex}$`).test(name);
}

/** Whether a `filter_path` pattern (`a.*.b`, `**.b`) lets a path through. */
function lets(pattern: string, path: readonly string[]): boolean {
  const parts = pattern.split('.');
  for (const [index, name] of path.entries()) {
    const part = parts[index];
    // A pattern that ends here names the whole subtree.
    if (part === undefined) return index > 0;
    if (part === '**')
      return index === parts.length - 1 || fits(parts.at(-1) ?? '', path.at(-1) ?? '');
    if (!fits(part, name)) return false;
  }
  return parts.length <= path.length;
}

const PATTERN_CHARS_MAX = 200;
const PATTERNS_MAX = 20;

function shown(filterPath: string | undefined): Shown {
  const patterns = (filterPath ?? '')
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '' && pattern.length <= PATTERN_CHARS_MAX)
    .slice(0, PATTERNS_MAX);
  const wanted = patterns.filter((pattern) => !pattern.startsWith('-'));
  const unwanted = patterns.filter((p) => p.startsWith('-')).map((p) => p.slice(1));
  const asks = (path: readonly string[]) =>
    (wanted.length === 0 || wanted.some((pattern) => lets(pattern, path))) &&
    !unwanted.some((pattern) => lets(pattern, path));
  return {
    took: asks(['took']),
    errors: asks(['errors']),
    items: asks(['items', 'create', 'status']),
  };
}

function itemsOf(runs: BulkRuns): string {
  return runs
    .map(([action, count]) => {
      const item = `{"${action}":{"status":${STATUS[action]}}}`;
      return `${`${item},`.repeat(count - 1)}${item}`;
    })
    .join(',');
}

/**
 * The reply to a bulk request: everything was taken. Compact and in this order of keys, since
 * Vector and Fluent Bit search the text instead of parsing it (spec ingest.md, finding 4).
 */
export function bulkReply(runs: BulkRuns, filterPath: string | undefined): string {
  const show = shown(filterPath);
  const parts = [
    ...(show.took ? ['"took":1'] : []),
    ...(show.errors ? ['"errors":false'] : []),
    ...(show.items ? [`"items":[${itemsOf(runs)}]`] : []),
  ];
  return `{${parts.join(',')}}`;
}
