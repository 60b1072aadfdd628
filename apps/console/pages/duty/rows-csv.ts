import type { IncidentRow } from '#libs/protocol';

import { placeName } from '../../format/names.ts';
import { dateTime } from '../../format/time.ts';
import type { useText } from '../../i18n/text.tsx';
import { nearestClock } from '../../live/criteria.ts';
import type { RowBook } from '../../live/row-book.ts';

type Text = ReturnType<typeof useText>;

const BOM = '\uFEFF';
/** What a spreadsheet would take for a formula, also behind spaces. */
const FORMULA = /^\s*[=+\-@]/;

function cell(value: string): string {
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Incidents as CSV that a spreadsheet reads in Vietnamese and takes no formula from. */
export function rowsCsv(rows: readonly IncidentRow[], text: Text): string {
  const names = ['severity', 'status', 'incident', 'locality', 'entity'] as const;
  const more = ['events', 'last', 'due', 'owner'] as const;
  const head = ['ID', ...[...names, ...more].map((name) => text.duty.columns[name])];
  const lines = rows.map((row) => {
    const due = nearestClock(row);
    return [
      row.id,
      text.severity[row.severity],
      text.statusLong[row.status],
      row.title,
      placeName(row.locality, text.duty.unknownPlace),
      row.entity ?? '',
      String(row.events),
      dateTime(row.last),
      due === null ? '' : dateTime(due.at),
      row.assignee ?? '',
    ];
  });
  return BOM + [head, ...lines].map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

/** Gives the ticked incidents to the browser as a file. */
export function saveCsv(ids: readonly string[], book: RowBook, text: Text): void {
  const rows = ids.map((id) => book.row(id)).filter((row) => row !== undefined);
  const file = new Blob([rowsCsv(rows, text)], { type: 'text/csv;charset=utf-8' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = 'su-co.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}
