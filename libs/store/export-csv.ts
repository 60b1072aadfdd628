import type { Event, FieldValue } from '#libs/model';

import type { EventStore, SearchRequest } from './ports.ts';

/** Most rows of one export. */
const EXPORT_ROWS_MAX = 100_000;

const BOM = '\uFEFF';
const LINE_END = '\r\n';
const PAGE = 500;
/** What a spreadsheet would take for a formula, also behind spaces. */
const FORMULA = /^[\s\0]*[=+\-@\t\r]/;
/** A plain number is no formula, whatever its sign. */
const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;
const SPECIAL = /[",\r\n]/;

export interface CsvExport {
  readonly request: Omit<SearchRequest, 'limit' | 'cursor'>;
  /** Field names; `time`, `received` and `id` stand for the event's own. */
  readonly columns: readonly string[];
  readonly rowsMax?: number;
}

/** How an export ended: `cut` when there was more than `rowsMax` or the store ran out of time. */
export interface CsvEnd {
  readonly rows: number;
  readonly cut: boolean;
}

/**
 * Writes the events of a search as CSV (RFC 4180), newest first, in pieces of some hundred rows. It
 * begins with a byte order mark, so that spreadsheets read Vietnamese, and no cell is a formula.
 */
export async function* exportCsv(
  store: EventStore,
  { request, columns, rowsMax = EXPORT_ROWS_MAX }: CsvExport,
): AsyncGenerator<string, CsvEnd> {
  yield BOM + columns.map(csvCell).join(',') + LINE_END;
  const most = Math.min(rowsMax, EXPORT_ROWS_MAX);
  let rows = 0;
  let cursor: string | undefined;
  do {
    const limit = Math.min(PAGE, most - rows);
    if (limit <= 0) return { rows, cut: true };
    const at = cursor === undefined ? {} : { cursor };
    const page = await store.search({ ...request, limit, ...at });
    rows += page.events.length;
    if (page.events.length > 0) yield page.events.map((event) => csvRow(event, columns)).join('');
    if (!page.complete) return { rows, cut: true };
    cursor = page.next;
  } while (cursor !== undefined);
  return { rows, cut: false };
}

function csvRow(event: Event, columns: readonly string[]): string {
  return columns.map((column) => csvCell(textOf(event, column))).join(',') + LINE_END;
}

function textOf(event: Event, column: string): string {
  if (column === 'time') return new Date(event.time).toISOString();
  if (column === 'received') return new Date(event.received).toISOString();
  if (column === 'id') return event.id;
  const value: FieldValue = event.fields[column] ?? null;
  if (Array.isArray(value)) return value.filter((one) => one !== null).join('; ');
  return value === null ? '' : String(value);
}

/** One cell: quoted where CSV needs it, and with `'` before what a spreadsheet would calculate. */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return SPECIAL.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
