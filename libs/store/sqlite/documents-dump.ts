import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';

import type { DumpedDocument } from '../ports.ts';

const GROUP = 2_000;

/**
 * Every document of a file as of one moment, in groups, while others go on writing. The caller
 * reads to the end, or returns the iterator.
 */
export function* dumpDocuments(file: string): Generator<readonly DumpedDocument[]> {
  if (!existsSync(file)) return;
  const db = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  try {
    // A read transaction sees one state of the file, whatever is written meanwhile.
    db.exec('BEGIN');
    const rows = db.prepare(
      `SELECT n, kind, id, province, commune, ord, keys, body FROM doc
       WHERE n > ? ORDER BY n LIMIT ${GROUP}`,
    );
    for (let last = 0; ;) {
      const group = rows.all(last);
      if (group.length === 0) return;
      last = Number(group.at(-1)?.['n']);
      yield group.map(documentOf);
    }
  } finally {
    db.close();
  }
}

function documentOf(row: Record<string, SQLOutputValue>): DumpedDocument {
  const { commune } = row;
  return {
    kind: String(row['kind']),
    id: String(row['id']),
    place: {
      province: String(row['province']),
      ...(commune === null ? {} : { commune: commune as string }),
    },
    order: Number(row['ord']),
    keys: JSON.parse(String(row['keys'])) as Record<string, string>,
    body: JSON.parse(String(row['body'])) as unknown,
  };
}

/** Whether SQLite finds a file whole: `ok`, or the first thing that is wrong. */
export function checkSqliteFile(file: string): string {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  try {
    return String(db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
  } finally {
    db.close();
  }
}
