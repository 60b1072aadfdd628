import type { Event } from '#libs/model';

import type { SearchPage, SearchRequest } from '../ports.ts';
import { compileQuery, type Matcher } from '../query/matches.ts';
import type { Query } from '../query/syntax.ts';
import { eachBit, isEmpty } from './bits.ts';
import type { Catalog } from './catalog.ts';
import { isInDoubt, type Condition } from './conditions.ts';
import type { Chunk, DayReader } from './day-reader.ts';
import { CHUNK_EVENTS } from './layout.ts';
import { SpanWalk } from './span-walk.ts';

/** A place in the order of answers: newest first, then the row that came last. */
interface Place {
  readonly time: number;
  readonly row: number;
}

interface Found extends Place {
  readonly event: Event;
}

/** Most events of one page. */
const PAGE_MAX = 1_000;
const READS_BETWEEN_LOOKS = 32;

/** Work that gives way to other requests at each yield and ends with its answer. */
export type Work<T> = Generator<void, T>;

/** Answers a search. `left` gives the ms that remain. */
export function* searchEvents(
  catalog: Catalog,
  request: SearchRequest,
  query: Query,
  left: () => number,
): Work<SearchPage> {
  const page = new Page(request, compileQuery(query), left);
  const walk = new SpanWalk(catalog, request, query);
  for (const day of walk.days()) {
    yield;
    if (!page.reachesInto(day)) {
      walk.pass(day);
      continue;
    }
    const opened = walk.open(day);
    if (opened === undefined) continue;
    yield* searchDay(page, walk, opened.reader, opened.condition);
    if (page.isFull || page.cutAt !== undefined) break;
  }
  const { scanned, total } = yield* walk.coverage();
  return page.answer(scanned, total);
}

function* searchDay(page: Page, walk: SpanWalk, day: DayReader, condition: Condition): Work<void> {
  page.beginDay(day);
  const chunks = walk.chunksOf(day).toSorted((a, b) => b.high - a.high || b.id - a.id);
  for (const [index, chunk] of chunks.entries()) {
    if (page.isBeyond(chunk)) break;
    const next = chunks[index + 1];
    if (page.isOver(chunk.high)) break;
    if (chunk.low <= page.newest) yield* page.take(chunk, condition, next?.high ?? -Infinity);
    walk.scan(day, chunk);
    if (page.cutAt !== undefined) break;
    yield;
  }
  page.endDay();
}

/** Gathers the newest events of one page. */
class Page {
  readonly #request: SearchRequest;
  readonly #matches: Matcher;
  readonly #left: () => number;
  readonly #limit: number;
  readonly #after: Place;
  readonly #done: Found[] = [];
  #day: DayReader | undefined;
  /** Of the day at hand, newest first. */
  #found: Found[] = [];
  /** Time up to which everything newer was looked at when the deadline passed. */
  cutAt: number | undefined;

  constructor(request: SearchRequest, matches: Matcher, left: () => number) {
    this.#request = request;
    this.#matches = matches;
    this.#left = left;
    this.#limit = Math.max(1, Math.min(Math.floor(request.limit), PAGE_MAX));
    this.#after = readCursor(request.cursor) ?? { time: request.to, row: -1 };
  }

  /** No event newer than this is for this page. */
  get newest(): number {
    return this.#after.time;
  }

  get isFull(): boolean {
    return this.#done.length + this.#found.length >= this.#limit;
  }

  /** Whether a day that begins at `start` can hold events after the cursor. */
  reachesInto(day: { readonly start: number }): boolean {
    return day.start <= this.#after.time;
  }

  beginDay(day: DayReader): void {
    this.#day = day;
    this.#found = [];
  }

  endDay(): void {
    this.#done.push(...this.#found);
    this.#found = [];
  }

  /** Whether nothing of a chunk, or of those that are older, can enter the page any more. */
  isBeyond(chunk: Chunk): boolean {
    return this.isFull && (this.#found.at(-1)?.time ?? -Infinity) > chunk.high;
  }

  isOver(unseen: number): boolean {
    if (this.#left() > 0) return false;
    this.#cut(unseen);
    return true;
  }

  /**
   * Takes what a chunk has for the page; `next` is the latest time of the chunks that come after
   * it.
   */
  *take(chunk: Chunk, condition: Condition, next: number): Work<void> {
    const day = this.#day;
    if (day === undefined) return;
    const hits = condition.evaluate(chunk);
    if (isEmpty(hits.possible)) return;
    const base = chunk.id * CHUNK_EVENTS;
    const candidates = this.#candidates(day, chunk, (use) => eachBit(hits.possible, use));
    let reads = 0;
    for (const place of candidates) {
      if (this.isFull && !isBefore(place, this.#found.at(-1))) break;
      const inDoubt = isInDoubt(hits, place.row - base);
      if (inDoubt && ++reads % READS_BETWEEN_LOOKS === 0) {
        yield;
        if (this.#left() <= 0) {
          this.#cut(Math.max(place.time, next));
          return;
        }
      }
      const event = day.event(place.row);
      if (!inDoubt || this.#matches(event.fields, event.id)) this.#insert({ ...place, event });
    }
  }

  answer(scanned: number, total: number): SearchPage {
    const rows = this.#done.slice(0, this.#limit);
    const last = rows.at(-1);
    const events = rows.map(({ event }) => event);
    const complete = this.cutAt === undefined;
    const coverage = { complete, scanned: complete ? total : scanned, total };
    if (this.cutAt !== undefined && rows.length < this.#limit) {
      return { events, ...coverage, next: writeCursor({ time: this.cutAt, row: Infinity }) };
    }
    if (last === undefined || rows.length < this.#limit) return { events, ...coverage };
    return { events, ...coverage, complete: true, next: writeCursor(last) };
  }

  /** Newest first. */
  #candidates(
    day: DayReader,
    chunk: Chunk,
    each: (use: (row: number) => void) => void,
  ): readonly Place[] {
    const times = day.times(chunk);
    const { from, to } = this.#request;
    const places: Place[] = [];
    each((row) => {
      const place = { time: day.start + (times[row] ?? 0), row: chunk.id * CHUNK_EVENTS + row };
      if (place.time >= from && place.time < to && isBefore(this.#after, place)) places.push(place);
    });
    return places.toSorted((a, b) => b.time - a.time || b.row - a.row);
  }

  #insert(found: Found): void {
    let at = this.#found.length;
    while (at > 0 && isBefore(found, this.#found[at - 1])) at--;
    this.#found.splice(at, 0, found);
    if (this.#done.length + this.#found.length > this.#limit) this.#found.pop();
  }

  /** Ends the page at the deadline: only what is newer than everything unseen may be told. */
  #cut(unseen: number): void {
    this.cutAt = unseen;
    this.#found = this.#found.filter(({ time }) => time > unseen);
  }
}

/** Whether `a` comes before `b` in the answer. */
function isBefore(a: Place, b: Place | undefined): boolean {
  if (b === undefined) return false;
  return a.time > b.time || (a.time === b.time && a.row > b.row);
}

function writeCursor({ time, row }: Place): string {
  return `${time}.${row === Infinity ? '' : row}`;
}

/** Undefined without a cursor, and for one that this store did not make: the first page then. */
function readCursor(cursor: string | undefined): Place | undefined {
  const parts = /^(-?\d{1,16})\.(\d{0,16})$/.exec(cursor ?? '');
  if (parts === null) return undefined;
  return { time: Number(parts[1]), row: parts[2] === '' ? Infinity : Number(parts[2]) };
}
