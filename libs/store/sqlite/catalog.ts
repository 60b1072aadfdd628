import { readdirSync, statSync, type Stats } from 'node:fs';

import { DayReader, type ReadCaches } from './day-reader.ts';
import { dayFile, daysAmong, dayStart, DAY_MS, sealFile, type Day } from './days.ts';
import { Recent } from './recent.ts';
import { sealedEvents } from './sealed.ts';

export interface CatalogOptions {
  /** Day files open at once. */
  readonly openDays?: number;
  /** Bytes of columns, of their values, and of texts, kept in memory. */
  readonly columnBytes?: number;
  readonly valueBytes?: number;
  readonly blockBytes?: number;
}

export interface DayFacts {
  readonly day: Day;
  readonly events: number;
  readonly bytes: number;
}

const OPEN_DAYS = 32;
const COLUMN_BYTES = 48 * 1024 * 1024;
const BLOCK_BYTES = 12 * 1024 * 1024;
const VALUE_BYTES = 16 * 1024 * 1024;

/** The day files of a folder as a reader sees them; keeps those open that were used last. */
export class Catalog {
  readonly #folder: string;
  readonly #open: Recent<Day, DayReader>;
  readonly #caches: ReadCaches;
  /** Counts of days, with what the files looked like when they were counted. */
  readonly #counts = new Map<Day, { readonly seen: string; readonly events: number }>();

  constructor(folder: string, options: CatalogOptions = {}) {
    this.#folder = folder;
    this.#open = new Recent(options.openDays ?? OPEN_DAYS, (reader: DayReader) => reader.close());
    this.#caches = {
      columns: new Recent(options.columnBytes ?? COLUMN_BYTES),
      blocks: new Recent(options.blockBytes ?? BLOCK_BYTES),
      values: new Recent(options.valueBytes ?? VALUE_BYTES),
    };
  }

  /** Days that overlap `[from, to)`, newest first. */
  days(from: number, to: number): Day[] {
    return this.#list().filter((day) => dayStart(day) < to && dayStart(day) + DAY_MS > from);
  }

  /**
   * A day as it is now; undefined when retention took it away meanwhile. It is open until other
   * days push it out.
   */
  open(day: Day): DayReader | undefined {
    if (this.#stat(dayFile(this.#folder, day)) === undefined) {
      this.#open.delete(day);
      return undefined;
    }
    let reader = this.#open.get(day);
    if (reader === undefined) {
      try {
        reader = new DayReader(this.#folder, day, this.#caches);
      } catch (error) {
        // Between listing and opening the file may go, or not have its first commit yet.
        if (this.#stat(dayFile(this.#folder, day)) === undefined || isUnborn(error)) {
          return undefined;
        }
        throw error;
      }
      this.#open.set(day, reader, 1);
    }
    reader.refresh();
    return reader;
  }

  /** Events of a day, without opening it when nothing changed. */
  events(day: Day): number {
    const sealed = sealedEvents(sealFile(this.#folder, day));
    if (sealed !== undefined) return sealed;
    const seen = this.#seen(day);
    const known = this.#counts.get(day);
    if (known?.seen === seen) return known.events;
    const events = this.open(day)?.events ?? 0;
    this.#counts.set(day, { seen, events });
    return events;
  }

  facts(): DayFacts[] {
    return this.#list().map((day) => {
      const file = dayFile(this.#folder, day);
      const files = [file, `${file}-wal`, sealFile(this.#folder, day)];
      const bytes = files.reduce((sum, each) => sum + (this.#stat(each)?.size ?? 0), 0);
      return { day, events: this.events(day), bytes };
    });
  }

  close(): void {
    this.#open.clear();
  }

  #list(): Day[] {
    try {
      return daysAmong(readdirSync(this.#folder));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #seen(day: Day): string {
    const file = dayFile(this.#folder, day);
    const marks = [file, `${file}-wal`].map((each) => {
      const found = this.#stat(each);
      return found === undefined ? '' : `${found.mtimeMs}/${found.size}`;
    });
    return marks.join(' ');
  }

  #stat(file: string): Stats | undefined {
    return statSync(file, { throwIfNoEntry: false });
  }
}

function isUnborn(error: unknown): boolean {
  return error instanceof Error && error.message.includes('is not complete yet');
}
