import type { CorrelateCounters } from './limits.ts';

/**
 * Something that happened to windows of a rule at a province over `[from, to)` of event time, ms:
 * evaluated again because matches came late, or cut by the named limit.
 */
export interface WindowMark {
  readonly rule: string;
  readonly province: string;
  readonly kind: 'late' | 'limit';
  /** Name of the limit; empty for `late`. */
  readonly limit: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

type Limit = keyof CorrelateCounters &
  ('too_late' | 'keys_dropped' | 'matches_dropped' | 'learnt_dropped');

const HOUR_MS = 3_600_000;
/** Marks that wait to be taken; beyond, the limits are counted but not where they hit. */
const MARKS_MAX = 10_000;

/** Marks since they were last taken, those of one rule, province, kind and hour as one. */
export class Marks {
  #marks = new Map<string, WindowMark>();

  late(rule: string, province: string, from: number, to: number): void {
    this.#add({ rule, province, kind: 'late', limit: '', from, to, count: 1 });
  }

  /** A limit dropped `count` things of windows that `[from, to)` lies in. */
  limit(
    limit: Limit,
    rule: string,
    province: string,
    { from, to, count }: Pick<WindowMark, 'from' | 'to' | 'count'>,
  ): void {
    this.#add({ rule, province, kind: 'limit', limit, from, to, count });
  }

  #add(mark: WindowMark): void {
    const { rule, province, kind, limit, from, to, count } = mark;
    const id = [rule, province, kind, limit, Math.floor(from / HOUR_MS)].join('\0');
    const known = this.#marks.get(id);
    if (known === undefined) {
      if (this.#marks.size < MARKS_MAX) this.#marks.set(id, mark);
      return;
    }
    this.#marks.set(id, {
      ...known,
      from: Math.min(known.from, from),
      to: Math.max(known.to, to),
      count: known.count + count,
    });
  }

  /** All marks since the last call. */
  take(): readonly WindowMark[] {
    const taken = [...this.#marks.values()];
    if (taken.length > 0) this.#marks = new Map();
    return taken;
  }
}

/** The province that a key begins with. */
export function provinceOf(key: string): string {
  const end = key.indexOf('\0');
  return end < 0 ? key : key.slice(0, end);
}
