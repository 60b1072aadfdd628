const KEY = 'thapcanh.queries';
/** Queries remembered; they go with the browser tab, as a desk is shared. */
const QUERIES_MAX = 12;

/** Queries run in this browser tab, the latest first. */
export function recentQueries(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((query) => typeof query === 'string') : [];
  } catch {
    return [];
  }
}

export function rememberQuery(query: string): void {
  if (query === '') return;
  const others = recentQueries().filter((one) => one !== query);
  try {
    sessionStorage.setItem(KEY, JSON.stringify([query, ...others].slice(0, QUERIES_MAX)));
  } catch {
    // Storage is full or forbidden: nothing is remembered.
  }
}
