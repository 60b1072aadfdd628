import { covers, type Place } from '#libs/model';
import type { Delta, IncidentRow } from '#libs/protocol';

import { changedKeys } from './row.ts';

/** One change of a row, as a feed keeps it. */
export interface RowChange {
  readonly id: string;
  /**
   * Where the row belonged before and after; `null` when it was not or is no longer shown,
   * `unknown` when anybody may have been shown it.
   */
  readonly before: Place | 'unknown' | null;
  readonly after: Place | null;
  readonly keys: Partial<IncidentRow>;
  readonly row: IncidentRow;
}

/** The numbered changes of incident rows, for consoles that follow and for those that come back. */
export interface Feed {
  /** Number of the last change. */
  readonly seq: number;
  /**
   * What changed after `seq` for somebody of this scope, in one delta of absolute values, or
   * `too_old` when the feed no longer reaches back so far (or `seq` is of another process): read
   * the list anew. `not_yet` when another process is ahead of this one: ask again in a moment.
   */
  since(seq: number, scope: Place): Delta | 'too_old' | 'not_yet';
  /** Calls after every batch of changes; the returned function ends it. */
  listen(hear: (seq: number) => void): () => void;
}

/**
 * A feed that can be added to; its numbers start at `start` so that those of a former process are
 * never taken for its own.
 */
export function createFeed(start: number, max: number): Feed & { readonly add: Add; tell(): void } {
  const ring: (RowChange | undefined)[] = Array.from({ length: max });
  const hearers = new Set<(seq: number) => void>();
  let seq = start;

  const add: Add = (before, after) => {
    const row = after?.row ?? before?.row;
    if (row === undefined) return;
    const keys = before === null || after === null ? {} : changedKeys(before.row, after.row);
    const moved = before === null || after === null || !samePlace(before.place, after.place);
    if (!moved && Object.keys(keys).length === 0) return;
    seq += 1;
    ring[seq % max] = {
      id: row.id,
      before: before?.place ?? null,
      after: after?.place ?? null,
      keys,
      row,
    };
  };

  const since: Feed['since'] = (from, scope) => {
    if (!(from <= seq && from >= start && seq - from <= max)) return 'too_old';
    const changes: RowChange[] = [];
    for (let at = from + 1; at <= seq; at += 1) {
      const change = ring[at % max];
      if (change !== undefined) changes.push(change);
    }
    return deltaOf(changes, from, seq, scope);
  };

  return {
    get seq() {
      return seq;
    },
    since,
    listen(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    add,
    tell() {
      for (const hear of hearers) hear(seq);
    },
  };
}

interface Shown {
  readonly place: Place;
  readonly row: IncidentRow;
}

type Add = (before: Shown | null, after: Shown | null) => void;

function samePlace(a: Place, b: Place): boolean {
  return a.province === b.province && a.commune === b.commune;
}

interface Merged {
  readonly seenBefore: boolean;
  /** Some change of it came without what stood there before: the row goes out whole. */
  whole: boolean;
  seenNow: boolean;
  row: IncidentRow;
  keys: Partial<IncidentRow>;
}

/** Changes with numbers above `from` up to `to`, oldest first, as somebody of a scope sees them. */
export function deltaOf(
  changes: readonly RowChange[],
  from: number,
  to: number,
  scope: Place,
): Delta {
  const merged = new Map<string, Merged>();
  for (const change of changes) {
    const seenNow = change.after !== null && covers(scope, change.after);
    const known = merged.get(change.id);
    if (known === undefined) {
      const { before } = change;
      const seenBefore = before === 'unknown' || (before !== null && covers(scope, before));
      const whole = before === null || before === 'unknown';
      merged.set(change.id, { seenBefore, whole, seenNow, row: change.row, keys: change.keys });
    } else {
      known.whole ||= change.before === null || change.before === 'unknown';
      known.seenNow = seenNow;
      known.row = change.row;
      known.keys = { ...known.keys, ...change.keys };
    }
  }
  const shown = [...merged.entries()];
  return {
    from: from + 1,
    to,
    set: shown
      .filter(([, m]) => m.seenBefore && m.seenNow && !m.whole && Object.keys(m.keys).length > 0)
      .map(([id, m]) => [id, m.keys] as const),
    add: shown.filter(([, m]) => m.seenNow && (m.whole || !m.seenBefore)).map(([, m]) => m.row),
    drop: shown.filter(([, m]) => m.seenBefore && !m.seenNow).map(([id]) => id),
  };
}
