import type { IncidentRow } from '#libs/protocol';

import { sorted } from '../format/sorted.ts';
import { type Grouping, severityRank } from './criteria.ts';

/** A run of neighboring rows of the order that have one thing in common. */
export interface RowGroup {
  readonly key: string;
  /** Place of its first row in the order. */
  readonly start: number;
  readonly count: number;
}

/** The word that puts a row into its group; empty when the row has none. */
export function groupKey(row: IncidentRow, by: Grouping): string {
  switch (by) {
    case 'rule':
      return row.rules[0] ?? '';
    case 'locality':
      return row.locality.province;
    case 'entity':
      return row.entity ?? '';
    case 'owner':
      return row.assignee ?? '';
  }
}

/** Places of groups: the one with the worst row first, then the largest. */
function ranked(rows: readonly IncidentRow[], by: Grouping): Map<string, number> {
  const groups = new Map<string, { worst: number; count: number }>();
  for (const row of rows) {
    const key = groupKey(row, by);
    const rank = severityRank(row.severity);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { worst: rank, count: 1 });
    else {
      group.worst = Math.min(group.worst, rank);
      group.count += 1;
    }
  }
  const order = sorted(
    groups,
    ([a, one], [b, other]) =>
      one.worst - other.worst || other.count - one.count || (a < b ? -1 : 1),
  );
  return new Map(order.map(([key], at) => [key, at]));
}

/**
 * Which group every placed row lies in. A row keeps its group as it keeps its place (console.md
 * R1), whatever becomes of it, until the list is built anew.
 */
export class Groups {
  readonly #by: Grouping;
  readonly #ranks: Map<string, number>;
  readonly #placed = new Map<string, string>();

  constructor(by: Grouping, rows: readonly IncidentRow[]) {
    this.#by = by;
    this.#ranks = ranked(rows, by);
    for (const row of rows) this.#placed.set(row.id, groupKey(row, by));
  }

  /** Place of the row's group; a group that is new comes after all others. */
  rank(row: IncidentRow): number {
    let key = this.#placed.get(row.id);
    if (key === undefined) {
      key = groupKey(row, this.#by);
      this.#placed.set(row.id, key);
    }
    const known = this.#ranks.get(key);
    if (known !== undefined) return known;
    const rank = this.#ranks.size;
    this.#ranks.set(key, rank);
    return rank;
  }

  /** The groups of an order in which the rows of each stand together. */
  over(order: readonly string[]): readonly RowGroup[] {
    const groups: { key: string; start: number; count: number }[] = [];
    order.forEach((id, at) => {
      const key = this.#placed.get(id) ?? '';
      const last = groups[groups.length - 1];
      if (last?.key === key) last.count += 1;
      else groups.push({ key, start: at, count: 1 });
    });
    return groups;
  }
}
