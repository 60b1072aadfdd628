import { DatabaseSync } from 'node:sqlite';

import { SEGMENT_SCHEMA } from './token-segments.ts';

/** Format of a day file; a higher number in a file means that newer code wrote it. */
export const DAY_FORMAT = 4;
/**
 * Events whose texts are compressed as one. A row number divided by it is the number of its block.
 */
export const BLOCK_EVENTS = 256;
/** Events whose columns are kept as one; a multiple of `BLOCK_EVENTS`. */
export const CHUNK_EVENTS = 4_096;
/** Different values of one dictionary in one day; what comes beyond is found by tokens instead. */
export const DICTIONARY_VALUES_MAX = 49_152;
/** Code of a value beyond `DICTIONARY_VALUES_MAX`; 0 is an absent field. */
export const CODE_BEYOND = 0xff_ff;
/**
 * Field names of one day that have a number; the rest of a flood of names is found by reading the
 * originals.
 */
export const DAY_FIELDS_MAX = 4_096;
/** Different lists of field names in one day. */
export const DAY_SHAPES_MAX = 4_096;
/** Shape of events beyond these bounds; their originals carry their names. */
export const SHAPE_BEYOND = 0;
/** Fields of few values, on which people filter and count. They are columns. */
export const COLUMN_FIELDS: readonly string[] = [
  'gov.locality.code',
  'gov.locality.commune_code',
  'gov.source.id',
  'gov.system.id',
  'gov.vendor.id',
  'gov.upstream',
  'gov.otp.stage',
  'gov.otp.provider',
  'gov.time.flag',
  'event.kind',
  'event.category',
  'event.type',
  'event.action',
  'event.outcome',
  'event.dataset',
  'event.module',
  'event.provider',
  'event.code',
  'event.severity',
  'log.level',
  'log.syslog.facility.code',
  'log.syslog.severity.code',
  'host.name',
  'observer.name',
  'service.name',
  'process.name',
  'user.name',
  'source.ip',
  'destination.ip',
  'destination.port',
  'network.protocol',
  'network.transport',
  'url.domain',
  'http.request.method',
  'http.response.status_code',
  'rule.name',
  'ecs.version',
  'agent.type',
  'agent.name',
  'input.type',
  'error.type',
  'error.code',
  'http.version',
  'http.request.referrer',
  'user_agent.original',
  'source.address',
  'destination.address',
  'related.ip',
  'related.user',
  'related.hosts',
];

/**
 * Fields of a number or a time of its own in nearly every event: read from the originals, not
 * indexed.
 */
const READ_FIELDS: ReadonlySet<string> = new Set([
  'message',
  'event.original',
  '@timestamp',
  'event.ingested',
  'event.created',
  'event.start',
  'event.end',
  'event.duration',
  'event.sequence',
  'http.request.bytes',
  'http.response.bytes',
  'http.request.body.bytes',
  'http.response.body.bytes',
  'source.nat.port',
  'process.thread.id',
  'log.offset',
  'source.bytes',
  'source.packets',
  'destination.bytes',
  'destination.packets',
  'network.bytes',
  'network.packets',
]);

/** Whether the values of a field have tokens; of those that are columns, the ones beyond them. */
export function hasTokens(field: string): boolean {
  return !READ_FIELDS.has(field);
}

/** Numbers of the columns of a chunk; fields follow the fixed ones. */
export const TIME_SLOT = 0;
export const SHAPE_SLOT = 1;
export const SLOT_OF_FIELD: ReadonlyMap<string, number> = new Map(
  COLUMN_FIELDS.map((field, index) => [field, index + 2]),
);
/** Columns whose values are mostly of the same set, and have the same codes. */
const SHARED: readonly (readonly string[])[] = [
  ['source.ip', 'source.address', 'destination.ip', 'destination.address', 'related.ip'],
  ['user.name', 'related.user'],
  ['host.name', 'observer.name', 'agent.name', 'related.hosts'],
];
/** By column number: the column whose dictionary it uses, its own mostly. */
export const DICTIONARY_OF_SLOT: readonly number[] = (() => {
  const dictionaries = Array.from({ length: COLUMN_FIELDS.length + 2 }, (_, slot) => slot);
  for (const fields of SHARED) {
    const [first = 0, ...others] = fields.map((field) => SLOT_OF_FIELD.get(field) ?? 0);
    for (const slot of others) dictionaries[slot] = first;
  }
  return dictionaries;
})();
const SHARED_DICTIONARIES = new Set(SHARED.map(([field = '']) => SLOT_OF_FIELD.get(field)));

/** Whether several columns use a dictionary. */
export function isShared(dictionary: number): boolean {
  return SHARED_DICTIONARIES.has(dictionary);
}

/** How a field stands in a shape: with a value, empty, or as a list of one text. */
export const WITH_VALUE = 0;
export const EMPTY = 1;
export const LIST_OF_ONE = 2;
export type Form = typeof WITH_VALUE | typeof EMPTY | typeof LIST_OF_ONE;
/** A shape lists the numbers of its fields times this, plus their forms. */
export const FORMS = 4;

/** Room for column numbers in the row id of a column; never changed within a format. */
export const SLOTS_MAX = 256;

const SCHEMA = `
  CREATE TABLE meta(k TEXT PRIMARY KEY, v) WITHOUT ROWID;
  CREATE TABLE field(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE shape(id INTEGER PRIMARY KEY, fields TEXT NOT NULL);
  CREATE TABLE value(slot INTEGER, code INTEGER, v TEXT NOT NULL, PRIMARY KEY(slot, code))
    WITHOUT ROWID;
  CREATE TABLE chunk(
    id INTEGER PRIMARY KEY, n INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL);
  CREATE TABLE col(id INTEGER PRIMARY KEY, z BLOB NOT NULL);
  CREATE TABLE ids(id INTEGER PRIMARY KEY, z BLOB NOT NULL);
  CREATE TABLE idrun(id INTEGER PRIMARY KEY, z BLOB NOT NULL);
  CREATE TABLE blk(id INTEGER PRIMARY KEY, z BLOB NOT NULL);
  ${SEGMENT_SCHEMA}
`;

/** How long one connection waits for another's write, ms. */
const BUSY_MS = 10_000;

/** Opens a day file to write, making it when it is absent. Throws when newer code wrote it. */
export function openDayToWrite(file: string, cacheKib: number): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    db.exec(`PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -${cacheKib}; PRAGMA wal_autocheckpoint = 8000;
      PRAGMA temp_store = MEMORY;`);
    if (readFormat(db) === undefined) {
      db.exec('BEGIN IMMEDIATE');
      db.exec(SCHEMA);
      db.prepare("INSERT INTO meta VALUES ('format', ?), ('events', 0), ('position', -1)").run(
        DAY_FORMAT,
      );
      db.exec('COMMIT');
    }
    checkFormat(db, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens a day file to read. Throws when it is absent, empty or written by newer code. */
export function openDayToRead(file: string, cacheKib: number): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
  try {
    db.exec(`PRAGMA cache_size = -${cacheKib}; PRAGMA temp_store = MEMORY;`);
    checkFormat(db, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function readFormat(db: DatabaseSync): number | undefined {
  const made = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'meta'").get();
  if (made?.['n'] === 0) return undefined;
  const row = db.prepare("SELECT v FROM meta WHERE k = 'format'").get();
  return Number(row?.['v']);
}

function checkFormat(db: DatabaseSync, file: string): void {
  const format = readFormat(db);
  if (format === DAY_FORMAT) return;
  throw new Error(
    format === undefined
      ? `day file ${file} is not complete yet`
      : `day file ${file} has format ${format}; this version reads ${DAY_FORMAT}`,
  );
}
