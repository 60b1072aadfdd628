import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

import { CENTRE, type Place } from '#libs/model';

import type { Doc, ListRequest, Page, Write, WriteResult } from '../ports.ts';

/** Format of the documents' file; a higher number in a file means that newer code wrote it. */
const DOCUMENTS_FORMAT = 1;
/** Most rows of one list page. */
const LIST_MAX = 10_000;

const SCHEMA = `
  CREATE TABLE doc(
    n INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    province TEXT NOT NULL, commune TEXT, ord REAL NOT NULL, keys TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE(kind, id));
  CREATE INDEX doc_order ON doc(kind, ord DESC, id DESC);
  CREATE TABLE tag(
    kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY(kind, name, value, n)) WITHOUT ROWID;
  CREATE INDEX tag_doc ON tag(n);
`;

interface Row {
  readonly n: number;
  readonly id: string;
  readonly version: number;
  readonly province: string;
  readonly commune: string | null;
  readonly ord: number;
  readonly keys: string;
  readonly body: string;
}

/**
 * The documents' SQLite file; every group of writes is one durable transaction. Not for the main
 * thread.
 */
export class DocumentsFile {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Throws when newer code wrote the file. */
  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 10_000 });
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const format = Number(this.#db.prepare('PRAGMA user_version').get()?.['user_version']);
    if (format > DOCUMENTS_FORMAT) {
      this.#db.close();
      throw new Error(
        `documents file ${file} has format ${format}; this version reads ${DOCUMENTS_FORMAT}`,
      );
    }
    if (format === 0) {
      this.#db.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${DOCUMENTS_FORMAT}; COMMIT`);
    }
  }

  get(kind: string, id: string): Doc<unknown> | undefined {
    const row = this.#row(kind, id);
    return row && docOf(row);
  }

  /** All groups in one transaction; when it fails none of them is done. */
  write(groups: readonly (readonly Write[])[]): WriteResult[][] {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const results = groups.map((writes) => writes.map((write) => this.#apply(write)));
      this.#db.exec('COMMIT');
      return results;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  list(kind: string, request: ListRequest): Page<unknown> {
    const { where, values } = filterOf(kind, request);
    const counted = this.#sql(`SELECT count(*) AS n FROM doc d WHERE ${where}`).get(...values);
    const limit = Math.max(0, Math.min(Math.floor(request.limit), LIST_MAX));
    const after = readCursor(request.cursor);
    const page = after === undefined ? '' : ' AND (d.ord, d.id) < (?, ?)';
    const rows = this.#sql(
      `SELECT * FROM doc d WHERE ${where}${page} ORDER BY d.ord DESC, d.id DESC LIMIT ?`,
    ).all(...values, ...(after ?? []), limit + 1) as unknown as Row[];
    const docs = rows.slice(0, limit).map(docOf);
    const last = docs.at(-1);
    const total = Number(counted?.['n']);
    if (rows.length <= limit || last === undefined) return { rows: docs, total };
    return { rows: docs, total, next: JSON.stringify([last.order, last.id]) };
  }

  close(): void {
    this.#db.close();
  }

  #apply(write: Write): WriteResult {
    const row = this.#row(write.kind, write.id);
    const { expect } = write;
    const meets = expect === 'any' || (expect === 'absent' ? !row : row?.version === expect);
    if (!meets) return { done: false, reason: 'conflict', current: row && docOf(row) };
    const version = (row?.version ?? 0) + 1;
    if (row !== undefined) this.#sql('DELETE FROM tag WHERE n = ?').run(row.n);
    if (write.body === null) {
      if (row !== undefined) this.#sql('DELETE FROM doc WHERE n = ?').run(row.n);
      return { done: true, version };
    }
    this.#put(write, version, row?.n);
    return { done: true, version };
  }

  #put(write: Write, version: number, at: number | undefined): void {
    const { kind, id, place, order, keys = {} } = write;
    const n = this.#sql(
      `INSERT INTO doc(n, kind, id, version, province, commune, ord, keys, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT(n) DO UPDATE SET version = excluded.version, province = excluded.province,
         commune = excluded.commune, ord = excluded.ord, keys = excluded.keys, body = excluded.body
       RETURNING n`,
    ).get(
      at ?? null,
      kind,
      id,
      version,
      place.province,
      place.commune ?? null,
      order,
      JSON.stringify(keys),
      JSON.stringify(write.body),
    )?.['n'] as number;
    for (const [name, value] of Object.entries(keys)) {
      this.#sql('INSERT INTO tag VALUES (?, ?, ?, ?)').run(kind, name, value, n);
    }
  }

  #row(kind: string, id: string): Row | undefined {
    const row = this.#sql('SELECT * FROM doc WHERE kind = ? AND id = ?').get(kind, id);
    return row as unknown as Row | undefined;
  }

  #sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      // Lists differ in their number of keys: the room for prepared ones is bounded.
      if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear();
      this.#statements.set(text, (statement = this.#db.prepare(text)));
    }
    return statement;
  }
}

const STATEMENTS_MAX = 200;

function docOf(row: Row): Doc<unknown> {
  const place: Place =
    row.commune === null
      ? { province: row.province }
      : { province: row.province, commune: row.commune };
  return {
    id: row.id,
    version: row.version,
    place,
    order: row.ord,
    keys: JSON.parse(row.keys) as Record<string, string>,
    body: JSON.parse(row.body) as unknown,
  };
}

/** The one place where a list is bounded by the scope of who asks. */
function filterOf(
  kind: string,
  { scope, keys = {}, from, to }: ListRequest,
): { where: string; values: SQLInputValue[] } {
  const parts = ['d.kind = ?'];
  const values: SQLInputValue[] = [kind];
  const add = (part: string, ...more: SQLInputValue[]) => {
    parts.push(part);
    values.push(...more);
  };
  if (scope.province !== CENTRE) {
    add('d.province = ?', scope.province);
    if (scope.commune !== undefined) add('d.commune = ?', scope.commune);
  }
  if (from !== undefined) add('d.ord >= ?', from);
  if (to !== undefined) add('d.ord < ?', to);
  for (const [name, wanted] of Object.entries(keys)) {
    const list = typeof wanted === 'string' ? [wanted] : wanted;
    add(
      `d.n IN (SELECT n FROM tag
         WHERE kind = ? AND name = ? AND value IN (SELECT value FROM json_each(?)))`,
      kind,
      name,
      JSON.stringify(list),
    );
  }
  return { where: parts.join(' AND '), values };
}

/** Undefined without a cursor and for one that was not made here: the first page then. */
function readCursor(cursor: string | undefined): [number, string] | undefined {
  const parts = /^\[(-?[\d.e+]+),(".*")\]$/s.exec(cursor ?? '');
  if (parts?.[1] === undefined || parts[2] === undefined) return undefined;
  try {
    return [Number(parts[1]), JSON.parse(parts[2]) as string];
  } catch {
    return undefined;
  }
}
