import type { DatabaseSync } from 'node:sqlite';

import { dayFile, sealFile, type Day } from './days.ts';
import { openDayToWrite } from './layout.ts';
import { writeSeal } from './sealed.ts';
import { SegmentWriter } from './token-segments.ts';

/** Pages given back in one step; a step holds the file's write lock for some 10 ms. */
const SHRINK_PAGES = 256;
const CACHE_KIB = 16_384;

/** What a step did. */
export type SealPhase = 'merge' | 'shrink';

/**
 * Makes a day's file small and quick to ask, step by step: merges its token index into one piece.
 * Events may still be added between steps and after; the day is then sealed again later. Each step
 * is short; stop between any two.
 */
export function* sealDay(folder: string, day: Day): Generator<SealPhase> {
  const db = openDayToWrite(dayFile(folder, day), CACHE_KIB);
  try {
    const before = eventsOf(db);
    yield* mergeTokens(db);
    yield* shrink(db);
    // With the write lock no event comes between the look and the file.
    db.exec('BEGIN IMMEDIATE');
    if (eventsOf(db) === before) writeSeal(sealFile(folder, day), before);
    db.exec('COMMIT');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK');
    db.close();
  }
}

function eventsOf(db: DatabaseSync): number {
  return Number(db.prepare("SELECT v FROM meta WHERE k = 'events'").get()?.['v']);
}

function* mergeTokens(db: DatabaseSync): Generator<SealPhase> {
  const segments = new SegmentWriter(db);
  for (const kind of ['block', 'code'] as const) {
    const steps = segments.mergeAll(kind);
    while (steps.next().done !== true) yield 'merge';
  }
}

/** Gives the pages that merging left empty back to the file system. */
function* shrink(db: DatabaseSync): Generator<SealPhase> {
  const free = db.prepare('PRAGMA freelist_count');
  for (let left = Infinity; ;) {
    const empty = Number(free.get()?.['freelist_count']);
    if (empty === 0 || empty >= left) return;
    left = empty;
    db.exec(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`);
    yield 'shrink';
  }
}
