/**
 * The list in order, itself untouched: what `toSorted` does from Chrome 110 on, and our oldest is
 * 109.
 */
export function sorted<T>(list: Iterable<T>, order?: (a: T, b: T) => number): T[] {
  const copy = [...list];
  copy.sort(order);
  return copy;
}
