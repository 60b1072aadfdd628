const drafts = new Map<string, string>();
/** Unsent texts kept at once; the oldest goes first. */
const DRAFTS_MAX = 50;

/**
 * What somebody began to write about an incident, kept while they look elsewhere (console.md R14).
 */
export function draft(key: string): string {
  return drafts.get(key) ?? '';
}

export function keepDraft(key: string, text: string): void {
  drafts.delete(key);
  if (text !== '') drafts.set(key, text);
  const [oldest] = drafts.keys();
  if (drafts.size > DRAFTS_MAX && oldest !== undefined) drafts.delete(oldest);
}
