import { useCallback, useMemo, useState } from 'react';

import type { RowGroup } from '../../live/grouping.ts';

/** An item of the list that is a group and no incident begins with this. */
const MARK = 'nhom:';

export function groupItem(key: string): string {
  return `${MARK}${key}`;
}

/** The key of the group that the item stands for, `null` for an incident. */
export function groupOf(item: string): string | null {
  return item.startsWith(MARK) ? item.slice(MARK.length) : null;
}

/** What the list shows line by line: incidents, or groups with the incidents of the open ones. */
export interface Items {
  /** All incidents, in closed groups too. */
  readonly order: readonly string[];
  readonly items: readonly string[];
  readonly groups: ReadonlyMap<string, RowGroup> | null;
  readonly isOpen: (key: string) => boolean;
  readonly toggle: (key: string) => void;
  /** The incidents of a group as it is now. */
  readonly members: (key: string) => readonly string[];
}

const NOBODY: readonly string[] = [];

export function useItems(
  order: readonly string[],
  groups: readonly RowGroup[] | null,
  grouping: string | null,
): Items {
  const [open, setOpen] = useState<{ by: string | null; keys: ReadonlySet<string> }>({
    by: grouping,
    keys: new Set(),
  });
  const keys = open.by === grouping ? open.keys : undefined;
  const byKey = useMemo(
    () => (groups === null ? null : new Map(groups.map((group) => [group.key, group]))),
    [groups],
  );
  const items = useMemo(() => {
    if (groups === null) return order;
    return groups.flatMap(({ key, start, count }) =>
      keys?.has(key) === true
        ? [groupItem(key), ...order.slice(start, start + count)]
        : [groupItem(key)],
    );
  }, [order, groups, keys]);
  const toggle = useCallback(
    (key: string) => {
      setOpen((before) => {
        const next = new Set(before.by === grouping ? before.keys : []);
        if (!next.delete(key)) next.add(key);
        return { by: grouping, keys: next };
      });
    },
    [grouping],
  );
  // The same list as long as the order is the same: a group is painted anew only when it changed.
  const members = useMemo(
    () => new Map(groups?.map(({ key, start, count }) => [key, order.slice(start, start + count)])),
    [order, groups],
  );
  return {
    order,
    items,
    groups: byKey,
    isOpen: (key) => keys?.has(key) === true,
    toggle,
    members: (key) => members.get(key) ?? NOBODY,
  };
}
