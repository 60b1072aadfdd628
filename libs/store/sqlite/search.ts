import type { Event } from '#libs/model';

import type { SearchPage, SearchRequest } from '../ports.ts';
import type { Query } from '../query/syntax.ts';
import { eachBit, firstBits, isEmpty, noBits, setBit, type Bits } from './bits.ts';
import type { Catalog } from './catalog.ts';
import { evaluate, type Condition, type Work } from './conditions.ts';
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

/** Answers a search. `left` gives the ms that remain. */
export function* searchEvents(
  catalog: Catalog,
  request: SearchRequest,
  query: Query,
  left: () => number,
): Work<SearchPage> {
  const page = new Page(request, left);
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
  for (const chunk of chunks) {
    if (page.isBeyond(chunk)) break;
    if (page.isOver(chunk.high)) break;
    if (chunk.low <= page.newest && !(yield* page.take(chunk, condition))) break;
    walk.scan(day, chunk);
    yield;
  }
  page.endDay();
}

/** Gathers the newest events of one page. */
class Page {
  readonly #request: SearchRequest;
  readonly #left: () => number;
  readonly #limit: number;
  readonly #after: Place;
  readonly #done: Found[] = [];
  #day: DayReader | undefined;
  /** Of the day at hand, newest first. */
  #found: Found[] = [];
  /** Time up to which everything newer was looked at when the deadline passed. */
  cutAt: number | undefined;

  constructor(request: SearchRequest, left: () => number) {
    this.#request = request;
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

  /** Takes what a chunk has for the page; false when the deadline passed meanwhile. */
  *take(chunk: Chunk, condition: Condition): Work<boolean> {
    const day = this.#day;
    if (day === undefined) return true;
    const within = this.#within(day, chunk);
    const bits = isEmpty(within) ? within : yield* evaluate(condition, chunk, within, this.#left);
    if (bits === undefined) {
      this.#cut(chunk.high);
      return false;
    }
    for (const place of this.#places(day, chunk, bits)) {
      if (this.isFull && !isBefore(place, this.#found.at(-1))) break;
      this.#insert({ ...place, event: day.event(place.row) });
    }
    return true;
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

  /** Rows of a chunk that lie in the span and after the cursor. */
  #within(day: DayReader, chunk: Chunk): Bits {
    const { from, to } = this.#request;
    const { time: after } = this.#after;
    if (chunk.low >= from && chunk.high < to && chunk.high < after) return firstBits(chunk.n);
    const bits = noBits();
    const first = chunk.id * CHUNK_EVENTS;
    day.times(chunk).forEach((offset, row) => {
      const time = day.start + offset;
      if (time < from || time >= to || time > after) return;
      if (time < after || isBefore(this.#after, { time, row: first + row })) setBit(bits, row);
    });
    return bits;
  }

  /** The newest of these rows, as many as the page may take, newest first. */
  #places(day: DayReader, chunk: Chunk, bits: Bits): Place[] {
    const times = day.times(chunk);
    // A time of a day and a row of a chunk together stay whole numbers.
    const keys: number[] = [];
    eachBit(bits, (row) => keys.push((times[row] ?? 0) * CHUNK_EVENTS + row));
    const newest = Float64Array.from(keys).toSorted().subarray(-this.#limit).toReversed();
    return Array.from(newest, (key) => ({
      time: day.start + Math.floor(key / CHUNK_EVENTS),
      row: chunk.id * CHUNK_EVENTS + (key % CHUNK_EVENTS),
    }));
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

/** Undefined without a cursor, and for one that this store did not make. */
export function readCursor(cursor: string | undefined): Place | undefined {
  const parts = /^(-?\d{1,16})\.(\d{0,16})$/.exec(cursor ?? '');
  if (parts === null) return undefined;
  return { time: Number(parts[1]), row: parts[2] === '' ? Infinity : Number(parts[2]) };
}
