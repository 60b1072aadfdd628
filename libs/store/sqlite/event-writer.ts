import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Batch, Clock } from '#libs/model';

import { DayWriter, type Arrival } from './day-writer.ts';
import { dayFile, dayOf, daysAmong, dayStart, DAY_MS, vocabularyFile, type Day } from './days.ts';
import { replaceFile, syncFile, syncFolder } from './durable-file.ts';

export interface EventWriterOptions {
  readonly clock: Clock;
  /** Events of one transaction (5,000 to 20,000 is cheapest; all of them wait in memory). */
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

const FLUSH_EVENTS = 5_000;
const FLUSH_MS = 500;
const OPEN_DAYS = 8;
/** Events that wait for a disk that can not be written, before batches are refused. */
const PENDING_MAX = 20_000;
const HOT_CACHE_KIB = 65_536;
const COLD_CACHE_KIB = 8_192;
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
  /** Days written since the last checkpoint, open or not. */
  readonly #dirty = new Set<Day>();
  #pending: Arrival[] = [];
  #reached: number;
  #durable: number;
  #cancelFlush: (() => void) | undefined;
  #counts = { written: 0, repeats: 0, replayed: 0 };
  #trouble: EventWriterCounts['trouble'];

  constructor(folder: string, options: EventWriterOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#durable = readPosition(join(folder, POSITION_FILE));
    this.#reached = this.#durable;
  }

  append(batch: Batch): void {
    if (this.#pending.length >= PENDING_MAX) this.flush();
    for (const event of batch.events) this.#pending.push({ event, position: batch.to });
    this.#reached = Math.max(this.#reached, batch.to);
    if (this.#pending.length >= (this.#options.flushEvents ?? FLUSH_EVENTS)) this.#tryFlush();
    else this.#flushSoon();
  }

  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    try {
      this.#writePending();
      this.#trouble = undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const since = this.#trouble?.since ?? this.#options.clock.now();
      this.#trouble = { reason, since, tries: (this.#trouble?.tries ?? 0) + 1 };
      throw error;
    }
  }

  #writePending(): void {
    if (this.#pending.length === 0) return;
    const groups = Map.groupBy(this.#pending, ({ event }) => Math.floor(event.time / DAY_MS));
    for (const day of [...groups.keys()].toSorted((a, b) => a - b)) {
      this.#writeDay(dayOf(day * DAY_MS), groups.get(day) ?? []);
      // What one file has is not offered to it again when a later one fails.
      groups.delete(day);
      this.#pending = [...groups.values()].flat();
    }
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
      rmSync(vocabularyFile(this.#folder, day), { force: true });
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

  #writeDay(day: Day, arrivals: Arrival[]): void {
    arrivals.sort((a, b) => a.event.time - b.event.time);
    // A sealed day's vocabulary no longer tells all; readers must not find it once these events are
    // in.
    rmSync(vocabularyFile(this.#folder, day), { force: true });
    const writer = this.#openDay(day);
    try {
      const counts = writer.write(arrivals, this.#reached);
      this.#dirty.add(day);
      this.#counts.written += counts.written;
      this.#counts.repeats += counts.repeats;
      this.#counts.replayed += counts.replayed;
    } catch (error) {
      this.#closeDay(day);
      throw error;
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
    if (this.#days.size >= limit && oldest.value !== undefined) this.#closeDay(oldest.value);
    const hot = this.#options.clock.now() - dayStart(day) < 2 * DAY_MS;
    const cache = hot ? HOT_CACHE_KIB : COLD_CACHE_KIB;
    const writer = new DayWriter(dayFile(this.#folder, day), dayStart(day), cache);
    this.#days.set(day, writer);
    return writer;
  }

  #closeDay(day: Day): void {
    this.#days.get(day)?.close();
    this.#days.delete(day);
  }
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
