import { forEachLine } from './line-count.ts';

/** Elasticsearch bulk API: what an action line asks for. */
export type BulkAction = 'index' | 'create' | 'update' | 'delete';

/** Runs of equal actions in order: `[action, how many]`. */
export type BulkRuns = readonly (readonly [BulkAction, number])[];

const ACTIONS: ReadonlySet<string> = new Set(['index', 'create', 'update', 'delete']);
const ACTION_BYTES_MAX = 16_384;

function actionOf(line: string): BulkAction | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const [name, ...others] = Object.keys(parsed);
    if (name === undefined || others.length > 0 || !ACTIONS.has(name)) return undefined;
    const target: unknown = (parsed as Record<string, unknown>)[name];
    return typeof target === 'object' && target !== null ? (name as BulkAction) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The actions of a bulk body, as many as its reply must have items. A line that is no action is
 * answered as a `create` of its own: it is kept, and its sender must not be told to send the batch
 * again.
 */
export function bulkRuns(bytes: Buffer): BulkRuns {
  const runs: [BulkAction, number][] = [];
  let lastStart = 0;
  let lastEnd = 0;
  let last: BulkAction | undefined;
  let document = false;
  forEachLine(bytes, (_, start, end) => {
    if (document) {
      document = false;
      return;
    }
    // Senders repeat one action line for thousands of documents.
    const same = bytes.compare(bytes, lastStart, lastEnd, start, end) === 0;
    const action = same
      ? last
      : end - start > ACTION_BYTES_MAX
        ? undefined
        : actionOf(bytes.toString('utf8', start, end));
    [lastStart, lastEnd, last] = [start, end, action];
    document = action !== undefined && action !== 'delete';
    const run = runs.at(-1);
    const name = action ?? 'create';
    if (run?.[0] === name) run[1] += 1;
    else runs.push([name, 1]);
  });
  return runs;
}

export function bulkCount(runs: BulkRuns): number {
  return runs.reduce((sum, [, count]) => sum + count, 0);
}
