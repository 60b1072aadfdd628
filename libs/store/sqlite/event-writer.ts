import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Batch, Clock, Event } from '#libs/model';

import { DayWriter } from './day-writer.ts';
import { dayFile, dayOf, daysAmong, dayStart, DAY_MS, sealFile, type Day } from './days.ts';
import { replaceFile, syncFile, syncFolder } from './durable-file.ts';

export interface EventWriterOptions {
  readonly clock: Clock;
  /** Events of one transaction; they wait in memory, packed. */
  readonly flushEvents?: number;
  /** An event waits at most so long, ms. */
  readonly flushMs?: number;
  /** Day files open at once. */
  readonly openDays?: number;
}

export interface EventWriterCounts {
  readonly written: number;
  readonly repeats: number;
  readonly replayed: number;
  /** Set while it can not write: why, since when (ms), how often in a row. */
  readonly trouble?: { readonly reason: string; readonly since: number; readonly tries: number };
}

/**
 * Writes events into day files, synchronously, in the thread of its caller. Batches come in the
 * order of their positions; a batch is offered again after a stop or an error as often as needed,
 * without doubling an event.
 */
export interface EventWriter {
  /**
   * Takes a batch whole, or throws and takes nothing: then it can not write now and the batch is to
   * be offered again.
   */
  append(batch: Batch): void;
  /**
   * As `append`, for a batch that ends at position `to` and whose events come one by one: `feed`
   * gives each once, in order, before it returns.
   */
  appendEach(to: number, feed: (take: (event: Event) => void) => void): void;
  /** Makes all that was appended searchable. Throws when it can not write now; nothing is lost. */
  flush(): void;
  /**
   * Flushes, brings every file to disk and gives the position up to which the spool may be freed.
   */
  checkpoint(): number;
  /**
   * Position of the last checkpoint; events after it are to be appended again after a start. -1:
   * none.
   */
  position(): number;
  counts(): EventWriterCounts;
  /** Removes whole days that end at or before `before` (ms since the epoch). */
  dropBefore(before: number): readonly Day[];
  /** Flushes and closes; a last `checkpoint` is the caller's. */
  close(): void;
}

const FLUSH_EVENTS = 20_000;
const FLUSH_MS = 500;
const OPEN_DAYS = 8;
/** Events that wait for a disk that can not be written, before batches are refused. */
const WAITING_MAX = 40_000;
/** What is written lies at the ends of a file: more cache is of no use. */
const HOT_CACHE_KIB = 16_384;
const COLD_CACHE_KIB = 4_096;
const POSITION_FILE = 'position';

/** `folder` is made when absent. Throws when it can not be made or was written by newer code. */
export function openEventWriter(folder: string, options: EventWriterOptions): EventWriter {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return new SqliteEventWriter(folder, options);
}

class SqliteEventWriter implements EventWriter {
  readonly #folder: string;
  readonly #options: EventWriterOptions;
  /** In order of last use. */
  readonly #days = new Map<Day, DayWriter>();
  /** The day that was written last: the next event is mostly of the same. */
  #last: { readonly number: number; readonly writer: DayWriter } | undefined;
  /** Days written since the last checkpoint, open or not. */
  readonly #dirty = new Set<Day>();
  /** Events that wait for a transaction. */
  #waiting = 0;
  #reached: number;
  #durable: number;
  #cancelFlush: (() => void) | undefined;
  readonly #counts = { written: 0, repeats: 0, replayed: 0 };
  #trouble: EventWriterCounts['trouble'];

  constructor(folder: string, options: EventWriterOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#durable = readPosition(join(folder, POSITION_FILE));
    this.#reached = this.#durable;
  }

  append({ events, to }: Batch): void {
    this.appendEach(to, (take) => {
      for (const event of events) take(event);
    });
  }

  appendEach(to: number, feed: (take: (event: Event) => void) => void): void {
    if (this.#waiting >= WAITING_MAX) this.flush();
    try {
      this.#take(to, feed);
    } catch (error) {
      // What was taken of the batch already is none of its repeats when it comes again.
      for (const writer of this.#days.values()) writer.expectAgain(to);
      this.#fail(error);
      throw error;
    }
    this.#reached = Math.max(this.#reached, to);
    const full = [...this.#days.values()].some(({ isFull }) => isFull);
    if (full || this.#waiting >= (this.#options.flushEvents ?? FLUSH_EVENTS)) this.#tryFlush();
    else this.#flushSoon();
  }

  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    try {
      for (const [day, writer] of this.#days) this.#commit(day, writer);
      this.#trouble = undefined;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const since = this.#trouble?.since ?? this.#options.clock.now();
    this.#trouble = { reason, since, tries: (this.#trouble?.tries ?? 0) + 1 };
  }

  /** Takes the events of a batch day by day, so that no more days than may be are open at once. */
  #take(to: number, feed: (take: (event: Event) => void) => void): void {
    const others = new Map<number, Event[]>();
    let first: number | undefined;
    let writer: DayWriter | undefined;
    let before = 0;
    try {
      feed((event) => {
        const number = numberOf(event);
        if (writer === undefined) {
          first = number;
          writer = this.#writerOf(number);
          before = writer.waiting;
        }
        if (number === first) writer.take(event, to);
        else setApart(others, number, event);
      });
    } finally {
      if (writer !== undefined) this.#waiting += writer.waiting - before;
    }
    for (const day of [...others.keys()].toSorted((a, b) => a - b)) {
      this.#takeDay(day, others.get(day) ?? [], to);
    }
  }

  #writerOf(number: number): DayWriter {
    if (this.#last?.number !== number) {
      this.#last = { number, writer: this.#openDay(dayOf(number * DAY_MS)) };
    }
    return this.#last.writer;
  }

  #takeDay(number: number, events: readonly Event[], position: number): void {
    const writer = this.#writerOf(number);
    const before = writer.waiting;
    try {
      for (const event of events) writer.take(event, position);
    } finally {
      this.#waiting += writer.waiting - before;
    }
  }

  #commit(day: Day, writer: DayWriter): void {
    if (!writer.hasNews) return;
    const { waiting } = writer;
    // A sealed day is none any more; readers must not take it for one once these events are in.
    if (waiting > 0) rmSync(sealFile(this.#folder, day), { force: true });
    const { written, repeats, replayed } = writer.commit(this.#reached);
    this.#waiting -= waiting;
    this.#counts.written += written;
    this.#counts.repeats += repeats;
    this.#counts.replayed += replayed;
    this.#dirty.add(day);
  }

  checkpoint(): number {
    this.flush();
    const reached = this.#reached;
    for (const day of this.#dirty) {
      // The log holds every commit since SQLite itself brought the file to disk. The file is left
      // alone: closing another handle of it would drop this process's locks on it.
      syncFile(`${dayFile(this.#folder, day)}-wal`);
    }
    syncFolder(this.#folder);
    this.#dirty.clear();
    if (reached !== this.#durable) {
      replaceFile(join(this.#folder, POSITION_FILE), `${reached}\n`);
      this.#durable = reached;
    }
    return reached;
  }

  position(): number {
    return this.#durable;
  }

  counts(): EventWriterCounts {
    return { ...this.#counts, ...(this.#trouble === undefined ? {} : { trouble: this.#trouble }) };
  }

  dropBefore(before: number): readonly Day[] {
    this.flush();
    const gone = daysAmong(readdirSync(this.#folder)).filter(
      (day) => dayStart(day) + DAY_MS <= before,
    );
    for (const day of gone) {
      this.#closeDay(day);
      this.#dirty.delete(day);
      const file = dayFile(this.#folder, day);
      rmSync(sealFile(this.#folder, day), { force: true });
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    }
    if (gone.length > 0) syncFolder(this.#folder);
    return gone;
  }

  close(): void {
    try {
      this.flush();
    } finally {
      for (const day of this.#days.keys()) this.#closeDay(day);
    }
  }

  #flushSoon(): void {
    const { clock, flushMs = FLUSH_MS } = this.#options;
    this.#cancelFlush ??= clock.after(flushMs, () => {
      this.#cancelFlush = undefined;
      this.#tryFlush();
    });
  }

  /**
   * A failure is kept in `counts().trouble` and tried again; an append that finds no room meets it
   * as an error.
   */
  #tryFlush(): void {
    try {
      this.flush();
    } catch {
      this.#flushSoon();
    }
  }

  #openDay(day: Day): DayWriter {
    const open = this.#days.get(day);
    if (open !== undefined) {
      this.#days.delete(day);
      this.#days.set(day, open);
      return open;
    }
    const oldest = this.#days.keys().next();
    const limit = this.#options.openDays ?? OPEN_DAYS;
    if (this.#days.size >= limit && oldest.value !== undefined) {
      const writer = this.#days.get(oldest.value);
      if (writer !== undefined) this.#commit(oldest.value, writer);
      this.#closeDay(oldest.value);
    }
    const hot = this.#options.clock.now() - dayStart(day) < 2 * DAY_MS;
    const cache = hot ? HOT_CACHE_KIB : COLD_CACHE_KIB;
    const writer = new DayWriter(dayFile(this.#folder, day), dayStart(day), cache);
    this.#days.set(day, writer);
    return writer;
  }

  #closeDay(day: Day): void {
    const writer = this.#days.get(day);
    if (writer === undefined) return;
    if (this.#last?.writer === writer) this.#last = undefined;
    this.#days.delete(day);
    this.#waiting -= writer.waiting;
    writer.close();
  }
}

/** The day of an event, counted from the epoch. */
function numberOf(event: Event): number {
  return Math.floor(event.time / DAY_MS);
}

function setApart(days: Map<number, Event[]>, number: number, event: Event): void {
  const events = days.get(number);
  if (events === undefined) days.set(number, [event]);
  else events.push(event);
}

/**
 * The position of the last checkpoint of the events in a folder, without opening them; -1 when
 * there is none.
 */
export function savedEventPosition(folder: string): number {
  return readPosition(join(folder, POSITION_FILE));
}

function readPosition(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return -1;
    throw error;
  }
}
