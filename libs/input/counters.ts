/** A door of the product, as health and metrics name it. */
export type DoorName = 'http' | 'bulk' | 'syslog_udp' | 'syslog_tcp' | 'syslog_tls';

/** What the doors count; sums since the start. */
export type CounterName =
  | 'accepted_bodies'
  | 'accepted_events'
  | 'accepted_bytes'
  | 'rejected_bodies'
  | 'rejected_lines'
  | 'repeats'
  | 'held_replies'
  | 'dropped_messages'
  | 'oddities'
  | 'connections';

/** One sum; `reason` where the count is by reason. */
export interface Counter {
  readonly name: CounterName;
  readonly door: DoorName;
  readonly reason?: string;
  readonly value: number;
}

/** Counts what went through the doors. Reasons come from the code, never from what was sent. */
export class DoorCounters {
  readonly #sums = new Map<
    string,
    { name: CounterName; door: DoorName; reason?: string; value: number }
  >();

  count(door: DoorName, name: CounterName, by = 1, reason?: string): void {
    const key = `${door} ${name} ${reason ?? ''}`;
    const sum = this.#sums.get(key);
    if (sum !== undefined) {
      sum.value += by;
      return;
    }
    this.#sums.set(key, { name, door, ...(reason === undefined ? {} : { reason }), value: by });
  }

  /** The sum over all reasons. */
  sum(door: DoorName, name: CounterName): number {
    let value = 0;
    for (const each of this.#sums.values()) {
      if (each.door === door && each.name === name) value += each.value;
    }
    return value;
  }

  list(): readonly Counter[] {
    return [...this.#sums.values()].map((each) => ({ ...each }));
  }
}
