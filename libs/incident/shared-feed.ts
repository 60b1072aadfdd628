import { sha256, type Incident, type Place } from '#libs/model';
import type { IncidentRow } from '#libs/protocol';
import type { DocumentNews } from '#libs/store';

import { deltaOf, type Feed, type RowChange } from './feed.ts';
import { INCIDENT_LIMITS } from './limits.ts';
import { INCIDENT_KIND, isOpen, type IncidentRecord } from './record.ts';
import { changedKeys, type Names, rowOf } from './row.ts';

/** Lives of the log take 20 bits of a number, the log's own numbers 32 below them. */
const LIFE_DIGITS = 5;
const LIFE_SPAN = 2 ** 32;
/** Rows of which it is known how consoles were shown them last. */
const SHOWN_MAX = 20_000;

interface Numbered extends RowChange {
  readonly number: number;
}

interface Shown {
  readonly incident: Incident;
  readonly open: boolean;
  readonly place: Place;
  readonly row: IncidentRow;
}

/** What one change of an incident document was. */
export interface ForeignChange {
  readonly before: Incident | undefined;
  readonly after: Incident;
}

/**
 * The numbered changes of incident rows as all processes of a cluster number them alike, so that a
 * console that comes back to another server goes on where it was.
 */
export class SharedFeed implements Feed {
  static readonly kind = INCIDENT_KIND;
  readonly #names: Names;
  readonly #max: number;
  readonly #hearers = new Set<(seq: number) => void>();
  readonly #shown = new Map<string, Shown>();
  #changes: Numbered[] = [];
  /** Changes with numbers above are held. */
  #start = 0;
  #seq = 0;

  constructor(names: Names, max = INCIDENT_LIMITS.feedMax) {
    this.#names = names;
    this.#max = max;
  }

  get seq(): number {
    return this.#seq;
  }

  since(from: number, scope: Place): ReturnType<Feed['since']> {
    if (from > this.#seq) return sameLife(from, this.#seq) ? 'not_yet' : 'too_old';
    if (from < this.#start) return 'too_old';
    return deltaOf(this.#after(from), from, this.#seq, scope);
  }

  listen(hear: (seq: number) => void): () => void {
    this.#hearers.add(hear);
    return () => this.#hearers.delete(hear);
  }

  /** Takes what the log tells and says which incidents changed, each from what was known of it. */
  take({ life, from, to, changes }: DocumentNews): readonly ForeignChange[] {
    const base = baseOf(life);
    if (base + from !== this.#seq) {
      this.#changes = [];
      this.#start = base + from;
    }
    const found: ForeignChange[] = [];
    for (const { number, id, doc } of changes) {
      if (doc === undefined) continue;
      const record = doc.body as IncidentRecord;
      const before = this.#shown.get(id);
      const after = this.#show(id, record);
      found.push({ before: before?.incident, after: record.incident });
      this.#add(base + number, before, after);
    }
    this.#seq = base + to;
    if (found.length > 0) for (const hear of this.#hearers) hear(this.#seq);
    return found;
  }

  #show(id: string, record: IncidentRecord): Shown {
    const { incident } = record;
    const row = rowOf(record, this.#names);
    const shown = { incident, open: isOpen(record), place: incident.place, row };
    this.#shown.delete(id);
    this.#shown.set(id, shown);
    const oldest = this.#shown.keys().next().value;
    if (this.#shown.size > SHOWN_MAX && oldest !== undefined) this.#shown.delete(oldest);
    return shown;
  }

  #add(number: number, before: Shown | undefined, after: Shown): void {
    const { row, place } = after;
    const keys = before === undefined ? {} : changedKeys(before.row, row);
    const moved = before === undefined || !samePlace(before.place, place);
    if (!moved && Object.keys(keys).length === 0) return;
    // A row that comes back may be unknown to a console that dropped it: it is sent whole.
    const isBack = before !== undefined && !before.open && after.open;
    const was = before === undefined || isBack ? 'unknown' : before.place;
    this.#changes.push({ number, id: row.id, before: was, after: place, keys, row });
    if (this.#changes.length <= this.#max) return;
    const dropped = this.#changes.splice(0, Math.ceil(this.#max / 2)).at(-1);
    this.#start = dropped?.number ?? this.#start;
  }

  #after(from: number): readonly Numbered[] {
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle]?.number ?? 0) > from) high = middle;
      else low = middle + 1;
    }
    return this.#changes.slice(low);
  }
}

function baseOf(life: string): number {
  return Number.parseInt(sha256(life).slice(0, LIFE_DIGITS), 16) * LIFE_SPAN;
}

function sameLife(a: number, b: number): boolean {
  return Math.floor(a / LIFE_SPAN) === Math.floor(b / LIFE_SPAN);
}

function samePlace(a: Place, b: Place): boolean {
  return a.province === b.province && a.commune === b.commune;
}
