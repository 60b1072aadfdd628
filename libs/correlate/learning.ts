import { beginOf, dayOf, sealedAt } from './days.ts';
import type { CorrelateCounters, CorrelateLimits } from './limits.ts';
import type { Plan } from './plan.ts';
import type { Timeline } from './timeline.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
/** A group is known to a baseline that was seen so many sealed days ago at most. */
const KNOWN_DAYS = 30;

function minuteOf(time: number): number {
  return Math.floor(time / MINUTE_MS);
}

/** Minutes in order with the number of matches in each. */
interface Minutes {
  readonly at: number[];
  readonly counts: number[];
}

/** What a rule has learned, for a snapshot. */
export interface SavedLearning {
  readonly days: ReadonlyMap<string, readonly number[]>;
  readonly minutes: ReadonlyMap<string, Minutes>;
}

/** Index of the first number in order that is `value` or more. */
function lowest(numbers: readonly number[], value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * What `baseline` and `new_value` know of the days before. They ask for sealed days only: by then
 * every match within the lateness bound is in, so that what is learned is a function of the set.
 */
export class Learning {
  readonly #plan: Plan;
  readonly #limits: CorrelateLimits;
  readonly #counters: CorrelateCounters;
  /** Days on which a key, or a group without the value that is looked at, was seen. */
  readonly #days: Map<string, number[]>;
  readonly #minutes: Map<string, Minutes>;
  #swept = -Infinity;

  constructor(
    plan: Plan,
    limits: CorrelateLimits,
    counters: CorrelateCounters,
    saved?: SavedLearning,
  ) {
    this.#plan = plan;
    this.#limits = limits;
    this.#counters = counters;
    this.#days = new Map([...(saved?.days ?? [])].map(([key, days]) => [key, [...days]]));
    this.#minutes = new Map(saved?.minutes ?? []);
  }

  save(): SavedLearning {
    return { days: this.#days, minutes: this.#minutes };
  }

  /** A match of a key happened; the same again changes nothing. */
  seen(key: string, time: number): void {
    const day = dayOf(time);
    this.#note(key, day);
    if (this.#plan.type === 'new_value') this.#note(this.#groupOf(key), day);
  }

  #note(key: string, day: number): void {
    let days = this.#days.get(key);
    if (days === undefined) {
      if (this.#days.size >= this.#limits.learntKeysMax) {
        this.#counters.learnt_dropped += 1;
        return;
      }
      days = [];
      this.#days.set(key, days);
    }
    if (days.at(-1) === day) return;
    const at = lowest(days, day);
    if (days[at] !== day) days.splice(at, 0, day);
  }

  /** The group key without the values that are looked at. */
  #groupOf(key: string): string {
    let end = key.length;
    for (const _ of this.#plan.fields) end = key.lastIndexOf('\0', end - 1);
    return key.slice(0, end);
  }

  /** The first `count` matches leave a key's timeline, each of them once. */
  left(key: string, { times }: Timeline, count: number): void {
    if (this.#plan.baseline === undefined || count === 0) return;
    const minutes = this.#minutes.get(key) ?? { at: [], counts: [] };
    this.#minutes.set(key, minutes);
    for (let i = 0; i < count; i += 1) {
      const minute = minuteOf(times[i] as number);
      const at = lowest(minutes.at, minute);
      if (minutes.at[at] === minute) minutes.counts[at] = (minutes.counts[at] ?? 0) + 1;
      else {
        minutes.at.splice(at, 0, minute);
        minutes.counts.splice(at, 0, 1);
      }
    }
  }

  /** Matches that had left are on the timeline again. */
  cameBack(key: string, times: readonly number[]): void {
    const minutes = this.#minutes.get(key);
    if (minutes === undefined) return;
    for (const time of times) {
      const at = lowest(minutes.at, minuteOf(time));
      if (minutes.at[at] === minuteOf(time)) minutes.counts[at] = (minutes.counts[at] ?? 1) - 1;
    }
  }

  /** Whether a value that a group shows at `time` is one that it did not show in sealed days. */
  isNew(key: string, time: number): boolean {
    const to = sealedAt(time);
    const from = to - this.#plan.learnDays + 1;
    return this.#wasSeen(this.#groupOf(key), from, to) && !this.#wasSeen(key, from, to);
  }

  #wasSeen(key: string, from: number, to: number): boolean {
    const days = this.#days.get(key) ?? [];
    const day = days[lowest(days, from)];
    return day !== undefined && day <= to;
  }

  /** Whether a count at `time` is far enough above the same minutes of the sealed days before. */
  isAbove(key: string, count: number, time: number, line: Timeline): boolean {
    return count >= (this.needed(key, time, line) ?? 0);
  }

  /** The count that the sealed days before ask for; undefined where they ask for none. */
  needed(key: string, time: number, line: Timeline): number | undefined {
    const { baseline, spanMs } = this.#plan;
    if (baseline === undefined) return undefined;
    const { gte, days } = baseline;
    const sealed = sealedAt(time);
    if (!this.#wasSeen(key, sealed - KNOWN_DAYS + 1, sealed - days + 1)) return undefined;
    const width = Math.ceil(spanMs / MINUTE_MS);
    let sum = 0;
    for (let day = sealed; day > sealed - days; day -= 1) {
      const to = minuteOf(time) - (dayOf(time) - day) * DAY_MINUTES;
      sum += this.#counted(key, to - width, to, line);
    }
    return (gte * sum) / days;
  }

  /** Matches of the minutes in `(from, to]`. */
  #counted(key: string, from: number, to: number, line: Timeline): number {
    let sum = 0;
    const minutes = this.#minutes.get(key);
    if (minutes !== undefined) {
      const end = lowest(minutes.at, to + 1);
      for (let i = lowest(minutes.at, from + 1); i < end; i += 1) sum += minutes.counts[i] ?? 0;
    }
    // Those that have not left the timeline yet.
    return sum + line.from((to + 1) * MINUTE_MS) - line.from((from + 1) * MINUTE_MS);
  }

  /** Forgets, once a day, what no match within the lateness bound can ask for any more. */
  sweep(reached: number): void {
    const sealed = sealedAt(reached - this.#limits.latenessMs);
    if (sealed <= this.#swept) return;
    this.#swept = sealed;
    const { type, learnDays, baseline } = this.#plan;
    const oldest = sealed - (type === 'new_value' ? learnDays : KNOWN_DAYS);
    for (const [key, days] of this.#days) {
      days.splice(0, lowest(days, oldest));
      if (days.length === 0) this.#days.delete(key);
    }
    // A window of the first day may reach into the one before.
    const first = sealed - (baseline?.days ?? 0) - 1;
    const minute = minuteOf(beginOf(first));
    for (const [key, { at, counts }] of this.#minutes) {
      const gone = lowest(at, minute);
      at.splice(0, gone);
      counts.splice(0, gone);
      if (at.length === 0) this.#minutes.delete(key);
    }
  }
}
