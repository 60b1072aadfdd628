import type { DatabaseSync } from 'node:sqlite';

import type { FieldValue } from '#libs/model';

import { fold } from '../query/words.ts';
import { dayFile, vocabularyFile, type Day } from './days.ts';
import { COLUMN_FIELDS, openDayToWrite, SLOT_OF_FIELD, WORD_SLOT } from './layout.ts';
import { namedToken } from './needed-tokens.ts';
import { TokenFilter } from './sealed-vocabulary.ts';
import { valueToken } from './tokens.ts';

/** Pages of the index merged in one step; a step holds the file's write lock for some 10 ms. */
const MERGE_PAGES = 256;
const MERGE_STEPS_MAX = 100_000;
const TERMS_PER_STEP = 20_000;
const CACHE_KIB = 16_384;

/** What a step did. */
export type SealPhase = 'merge' | 'shrink' | 'tokens';

/**
 * Makes a day's file small and quick to rule out, step by step: merges its index into one piece and
 * writes down which tokens it holds. Events may still be added between steps and after; they take
 * the vocabulary away, and the day is sealed again later. Each step is short; stop between any two.
 */
export function* sealDay(folder: string, day: Day): Generator<SealPhase> {
  const db = openDayToWrite(dayFile(folder, day), CACHE_KIB);
  try {
    yield* mergeIndex(db);
    yield* shrink(db);
    const before = eventsOf(db);
    const filter = yield* vocabularyOf(db);
    // With the write lock no event comes between the look and the file.
    db.exec('BEGIN IMMEDIATE');
    if (eventsOf(db) === before) filter.save(vocabularyFile(folder, day), before);
    db.exec('COMMIT');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

function eventsOf(db: DatabaseSync): number {
  return Number(db.prepare("SELECT v FROM meta WHERE k = 'events'").get()?.['v']);
}

function* mergeIndex(db: DatabaseSync): Generator<SealPhase> {
  const merge = db.prepare("INSERT INTO fts(fts, rank) VALUES ('merge', ?)");
  const changes = db.prepare('SELECT total_changes() AS n');
  const count = () => Number(changes.get()?.['n']);
  // A negative number begins a merge of all pieces; what follows goes on with it.
  merge.run(-MERGE_PAGES);
  for (let step = 0; step < MERGE_STEPS_MAX; step++) {
    yield 'merge';
    const before = count();
    merge.run(MERGE_PAGES);
    // FTS5 counts at least two changes as long as it had something to merge.
    if (count() - before < 2) return;
  }
}

/** Gives the pages that merging left empty back to the file system. */
function* shrink(db: DatabaseSync): Generator<SealPhase> {
  const free = db.prepare('PRAGMA freelist_count');
  for (let left = Infinity; ;) {
    const empty = Number(free.get()?.['freelist_count']);
    if (empty === 0 || empty >= left) return;
    left = empty;
    db.exec(`PRAGMA incremental_vacuum(${MERGE_PAGES})`);
    yield 'shrink';
  }
}

function* vocabularyOf(db: DatabaseSync): Generator<SealPhase, TokenFilter> {
  const names = new Map(
    db
      .prepare('SELECT id, name FROM field')
      .all()
      .map(({ id, name }) => [Number(id).toString(36), String(name)]),
  );
  db.exec("CREATE VIRTUAL TABLE temp.tokens USING fts5vocab('main', 'fts', 'row')");
  const columns = columnTokens(db);
  const found: string[] = [];
  const page = db.prepare(
    `SELECT term FROM temp.tokens WHERE term > ? ORDER BY term LIMIT ${TERMS_PER_STEP}`,
  );
  for (let last = ''; ;) {
    const terms = page.all(last).map(({ term }) => String(term));
    found.push(...terms);
    yield 'tokens';
    if (terms.length < TERMS_PER_STEP) break;
    last = terms.at(-1) ?? last;
  }
  const filter = new TokenFilter(found.length + columns.length);
  for (const term of found) filter.add(plainToken(term, names));
  for (const token of columns) filter.add(token);
  return filter;
}

/** A token apart from the day's own field numbers. */
function plainToken(term: string, names: ReadonlyMap<string, string>): string {
  if (!term.startsWith(':')) return term;
  const end = term.indexOf('=');
  return namedToken(names.get(term.slice(1, end)) ?? '', term.slice(end + 1));
}

function columnTokens(db: DatabaseSync): string[] {
  const fieldOfSlot = new Map(COLUMN_FIELDS.map((field) => [SLOT_OF_FIELD.get(field), field]));
  const rows = db.prepare('SELECT slot, v FROM value').all();
  return rows.flatMap(({ slot, v }) => {
    const value = JSON.parse(String(v)) as FieldValue;
    if (Number(slot) >= WORD_SLOT) return [String(value)];
    const field = fieldOfSlot.get(Number(slot)) ?? '';
    const values = Array.isArray(value) ? value : [value];
    return values
      .filter((one) => one !== null)
      .map((one) => namedToken(field, valueToken(fold(String(one)))));
  });
}
