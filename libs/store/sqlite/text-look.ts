/**
 * A number of 16 bits that the same text always has, and others mostly not: much quicker than to
 * compare two texts, or to hash a fresh one. 0 is the look of the empty text alone.
 */
export function lookOf(text: string): number {
  const { length } = text;
  if (length === 0) return 0;
  const last = text.charCodeAt(length - 1) * 31 + text.charCodeAt(length >> 1) * 131;
  const first = text.charCodeAt(0) * 7 + text.charCodeAt((length * 3) >> 2) * 257;
  return ((last + first + length * 1_021) & 0xffff) | 1;
}
