/**
 * View state in the URL is plain text under short keys (console.md R24): nothing is JSON, nothing
 * needs escaping.
 */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') out.set(key, value);
  }
  const text = out.toString();
  return text === '' ? '' : `?${text}`;
}

/** Longest value taken from a URL. */
const VALUE_LENGTH_MAX = 2_000;

/** The named values that are there and are text; everything else in the URL is left aside. */
export function readTexts<K extends string>(
  search: Readonly<Record<string, unknown>>,
  names: readonly K[],
): Partial<Record<K, string>> {
  const out: Partial<Record<K, string>> = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === 'string' && value !== '') out[name] = value.slice(0, VALUE_LENGTH_MAX);
  }
  return out;
}
