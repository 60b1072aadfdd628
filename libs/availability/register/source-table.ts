import { CHARSETS, type LogSource, type Place } from '#libs/model';

import type { Localities } from './localities.ts';

const VN_ZONE_MINUTES = 420;
const REQUIRED = ['id', 'name', 'locality'];
const KNOWN = [...REQUIRED, 'dataset', 'addresses', 'hosts', 'silence_s', 'charset'];
const ID = /^[a-z0-9][a-z0-9._-]{0,99}$/i;
const NAME_CHARS_MAX = 200;
const SILENCE_S_MAX = 30 * 86_400;
/** Lines of one table. */
const LINES_MAX = 50_000;

/** What is wrong with a line of a table, in both languages; lines count from 1. */
export interface TableFault {
  readonly line: number;
  readonly text: Readonly<Record<'vi' | 'en', string>>;
}

/** Sources of a table with their lines, and everything that is wrong with the others. */
export interface SourceTable {
  readonly rows: readonly { readonly line: number; readonly source: LogSource }[];
  readonly faults: readonly TableFault[];
}

/**
 * `46` a province, `00` the centre, `03433` a commune (with its province known from the register);
 * `undefined` when there is none.
 */
export function placeOfCode(code: string, localities: Localities): Place | undefined {
  const commune = /^\d{5}$/.test(code)
    ? localities.all().find((row) => row.code === code)
    : undefined;
  const place: Place =
    commune?.province === undefined
      ? { province: code }
      : { province: commune.province, commune: code };
  return localities.has(place) ? place : undefined;
}

/** One line of a CSV file; quotes may hold commas, and quotes doubled. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)) {
    cells.push(quoted === undefined ? (plain ?? '').trim() : quoted.replaceAll('""', '"'));
  }
  // The expression meets the empty rest behind the last cell once more.
  return line.endsWith(',') ? cells : cells.slice(0, -1);
}

function words(cell: string | undefined): string[] {
  return (cell ?? '').split(/\s+/).filter((word) => word !== '');
}

function sourceOf(
  row: Readonly<Record<string, string>>,
  localities: Localities,
): LogSource | TableFault['text'] {
  const missing = REQUIRED.filter((name) => (row[name] ?? '') === '').join(', ');
  if (missing !== '') return { vi: `thiếu ${missing}`, en: `${missing} missing` };
  const { id = '', name = '', locality = '', dataset = '' } = row;
  if (!ID.test(id)) return { vi: `mã không hợp lệ: ${id}`, en: `not an id: ${id}` };
  if (name.length > NAME_CHARS_MAX) return { vi: 'tên quá dài', en: 'the name is too long' };
  const place = placeOfCode(locality, localities);
  if (place === undefined) {
    return { vi: `không có địa phương ${locality}`, en: `there is no locality ${locality}` };
  }
  const silence = Number(row['silence_s'] ?? '0');
  if (!(silence >= 0 && silence <= SILENCE_S_MAX)) {
    const said = row['silence_s'] ?? '';
    return {
      vi: `silence_s không phải số giây: ${said}`,
      en: `silence_s is no number of seconds: ${said}`,
    };
  }
  const stated = row['charset'] ?? '';
  const charset = CHARSETS.find((one) => one === stated.toLowerCase());
  if (stated !== '' && charset === undefined) {
    const known = CHARSETS.join(', ');
    return { vi: `bảng mã lạ: ${stated} (${known})`, en: `unknown charset ${stated} (${known})` };
  }
  return {
    id,
    name,
    place,
    addresses: words(row['addresses']),
    hosts: words(row['hosts']),
    zoneMinutes: VN_ZONE_MINUTES,
    silenceFloorS: silence,
    expected: 'active',
    ...(dataset === '' ? {} : { dataset }),
    ...(charset === undefined ? {} : { charset }),
  };
}

/**
 * Reads a CSV table of log sources: columns id, name, locality, dataset, addresses, hosts,
 * silence_s, charset by the names in its first line. Names every fault with its line.
 */
export function readSourceTable(text: string, localities: Localities): SourceTable {
  const [head = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const names = cellsOf(head);
  const fault = (line: number, vi: string, en: string): SourceTable => ({
    rows: [],
    faults: [{ line, text: { vi, en } }],
  });
  const unknown = names.filter((name) => !KNOWN.includes(name)).join(', ');
  if (unknown !== '') return fault(1, `cột lạ: ${unknown}`, `unknown column ${unknown}`);
  if (lines.length > LINES_MAX) {
    return fault(1, `nhiều hơn ${LINES_MAX} dòng`, `more than ${LINES_MAX} lines`);
  }
  const rows: { line: number; source: LogSource }[] = [];
  const faults: TableFault[] = [];
  const seen = new Set<string>();
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const cells = cellsOf(line);
    const row = Object.fromEntries(names.map((name, column) => [name, cells[column] ?? '']));
    const source = sourceOf(row, localities);
    const number = at + 2;
    if (!('id' in source)) faults.push({ line: number, text: source });
    else if (seen.has(source.id)) {
      const text = { vi: `mã ${source.id} lặp lại`, en: `id ${source.id} stands twice` };
      faults.push({ line: number, text });
    } else rows.push({ line: number, source });
    if ('id' in source) seen.add(source.id);
  }
  return { rows, faults };
}
