const PLAIN = /^[\p{L}\p{N}_.@-]+$/u;

/**
 * A value as the query language wants it: quoted when it holds anything but letters, digits and
 * `_.@-`.
 */
export function quoted(value: string): string {
  if (PLAIN.test(value) && !/^(AND|OR|NOT|TO)$/.test(value)) return value;
  return `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
}

export function term(field: string, value: string): string {
  return `${field}:${quoted(value)}`;
}

/** Adds a condition; a query with OR is bracketed so that the condition holds for all of it. */
export function withCondition(query: string, condition: string): string {
  const before = query.trim();
  if (before === '') return condition;
  const head = /\bOR\b/.test(before) && !/^\(.*\)$/.test(before) ? `(${before})` : before;
  return `${head} AND ${condition}`;
}
