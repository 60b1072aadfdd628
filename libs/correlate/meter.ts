import { compares, isPresent, orderedMembers } from './condition.ts';
import type { Plan } from './plan.ts';
import type { Timeline } from './timeline.ts';

/**
 * What a sliding window over a timeline holds. Entries of one time are all added before `holds` is
 * asked; those that left the window are removed in the order they came.
 */
export interface Meter {
  add(line: Timeline, i: number): void;
  remove(line: Timeline, i: number): void;
  /** `inWindow`: entries in the window. */
  holds(inWindow: number, time: number): boolean;
  /** The measured number, for a ratio. */
  measure(inWindow: number): number;
}

const MILLION = 1e6;

/**
 * Exact number of millionths, so that no order of adding decides an alert; undefined when it is no
 * number.
 */
export function millionths(text: string): bigint | undefined {
  const scaled = Number(text) * MILLION;
  return Number.isFinite(scaled) ? BigInt(Math.round(scaled)) : undefined;
}

/** An empty window for a rule. */
export function newMeter(plan: Plan): Meter {
  const { type } = plan;
  if (type === 'temporal') return new PresenceMeter(plan);
  if (type === 'temporal_ordered') return new OrderMeter(plan);
  if (type === 'value_count') return new ValuesMeter(plan, (line, i) => line.values?.[i] as string);
  if (type === 'value_sum' || type === 'value_avg') return distinctly(plan, new SumMeter(plan));
  if (plan.numeric) return distinctly(plan, new PercentileMeter(plan));
  if (plan.chained) return new ValuesMeter(plan, (line, i) => line.ident(i));
  return new CountMeter(plan);
}

function thresholds(plan: Plan) {
  return 'length' in plan.condition ? plan.condition : [];
}

class CountMeter implements Meter {
  readonly #condition;

  constructor(plan: Plan) {
    this.#condition = thresholds(plan);
  }

  add(): void {
    // The bounds of the window say it all.
  }

  remove(): void {
    // The bounds of the window say it all.
  }

  holds(inWindow: number): boolean {
    return compares(this.#condition, inWindow);
  }

  measure(inWindow: number): number {
    return inWindow;
  }
}

/** Distinct values, each with how often it stands in the window. */
class ValuesMeter implements Meter {
  readonly #condition;
  readonly #valueOf: (line: Timeline, i: number) => string;
  readonly #counts = new Map<string, number>();

  constructor(plan: Plan, valueOf: (line: Timeline, i: number) => string) {
    this.#condition = thresholds(plan);
    this.#valueOf = valueOf;
  }

  add(line: Timeline, i: number): void {
    const value = this.#valueOf(line, i);
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  remove(line: Timeline, i: number): void {
    const value = this.#valueOf(line, i);
    const count = this.#counts.get(value) ?? 0;
    if (count > 1) this.#counts.set(value, count - 1);
    else this.#counts.delete(value);
  }

  holds(): boolean {
    return compares(this.#condition, this.#counts.size);
  }

  measure(): number {
    return this.#counts.size;
  }
}

class PresenceMeter implements Meter {
  readonly #plan: Plan;
  readonly #counts: number[];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#counts = plan.members.map(() => 0);
  }

  add(line: Timeline, i: number): void {
    const member = line.members?.[i] ?? 0;
    this.#counts[member] = (this.#counts[member] ?? 0) + 1;
  }

  remove(line: Timeline, i: number): void {
    const member = line.members?.[i] ?? 0;
    this.#counts[member] = (this.#counts[member] ?? 0) - 1;
  }

  holds(): boolean {
    const { condition, members } = this.#plan;
    if ('length' in condition) return compares(condition, this.measure());
    return isPresent(condition, (rule) => (this.#counts[members.indexOf(rule)] ?? 0) > 0);
  }

  measure(): number {
    return this.#counts.filter((count) => count > 0).length;
  }
}

/**
 * For each place in the wanted order, the latest start of a chain of matches that reaches it: the
 * order holds when the last place was reached by a chain that starts inside the window. Nothing
 * need be removed.
 */
class OrderMeter implements Meter {
  readonly #presence: PresenceMeter;
  readonly #spanMs: number;
  /** Place of each member in the order; -1 when it has none. */
  readonly #placeOf: readonly number[];
  readonly #starts: number[];
  /**
   * When each place's member was last seen, for matches of equal time that come in another order.
   */
  readonly #seen: number[];

  constructor(plan: Plan) {
    const order = orderedMembers(plan.members, plan.condition);
    this.#presence = new PresenceMeter(plan);
    this.#spanMs = plan.spanMs;
    this.#placeOf = plan.members.map((member) => order.indexOf(member));
    this.#starts = order.map(() => -Infinity);
    this.#seen = order.map(() => -Infinity);
  }

  add(line: Timeline, i: number): void {
    this.#presence.add(line, i);
    const at = this.#placeOf[line.members?.[i] ?? 0] ?? -1;
    if (at < 0) return;
    const time = line.times[i] as number;
    this.#seen[at] = time;
    for (let k = at; k < this.#starts.length && this.#seen[k] === time; k += 1) {
      const start = k === 0 ? time : (this.#starts[k - 1] as number);
      if (start > (this.#starts[k] as number)) this.#starts[k] = start;
    }
  }

  remove(line: Timeline, i: number): void {
    this.#presence.remove(line, i);
  }

  holds(_inWindow: number, time: number): boolean {
    const start = this.#starts.at(-1) ?? time;
    return start > time - this.#spanMs && this.#presence.holds();
  }

  measure(): number {
    return this.#presence.measure();
  }
}

class SumMeter implements Meter {
  readonly #plan: Plan;
  #sum = 0n;
  #n = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  add(line: Timeline, i: number): void {
    this.#sum += line.values?.[i] as bigint;
    this.#n += 1;
  }

  remove(line: Timeline, i: number): void {
    this.#sum -= line.values?.[i] as bigint;
    this.#n -= 1;
  }

  holds(): boolean {
    return compares(thresholds(this.#plan), this.measure());
  }

  measure(): number {
    const sum = Number(this.#sum) / MILLION;
    return this.#plan.type === 'value_sum' ? sum : sum / this.#n;
  }
}

class PercentileMeter implements Meter {
  readonly #plan: Plan;
  readonly #sorted: bigint[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  add(line: Timeline, i: number): void {
    const value = line.values?.[i] as bigint;
    this.#sorted.splice(this.#lowest(value), 0, value);
  }

  remove(line: Timeline, i: number): void {
    this.#sorted.splice(this.#lowest(line.values?.[i] as bigint), 1);
  }

  #lowest(value: bigint): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as bigint) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  holds(): boolean {
    return compares(thresholds(this.#plan), this.measure());
  }

  measure(): number {
    const rank = Math.ceil((this.#plan.percentile / 100) * this.#sorted.length);
    return Number(this.#sorted[Math.max(0, rank - 1)]) / MILLION;
  }
}

/** Counts what several entries of one ident bring once. */
function distinctly(plan: Plan, meter: Meter): Meter {
  if (!plan.chained) return meter;
  const counts = new Map<string, number>();
  return {
    add(line, i) {
      const count = counts.get(line.ident(i)) ?? 0;
      counts.set(line.ident(i), count + 1);
      if (count === 0) meter.add(line, i);
    },
    remove(line, i) {
      const count = (counts.get(line.ident(i)) ?? 0) - 1;
      counts.set(line.ident(i), count);
      if (count > 0) return;
      counts.delete(line.ident(i));
      meter.remove(line, i);
    },
    holds: (n, time) => meter.holds(n, time),
    measure: (n) => meter.measure(n),
  };
}
