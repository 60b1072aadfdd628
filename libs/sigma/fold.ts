// One case folding for rules, index and events: context-free, so that a part of a text folds as the
// text does.

// Irregexp drops this whole pattern for one-byte strings, so plain Latin text costs nothing here.
const COMPOSABLE = /[\u0300-\uffff]/;

/** The text in composed form (NFC), in which rules and events are compared. */
export function compose(text: string): string {
  return COMPOSABLE.test(text) ? text.normalize('NFC') : text;
}

/** The text composed and in lower case; the final sigma is an ordinary one. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return COMPOSABLE.test(lower) ? lower.normalize('NFC').replaceAll('ς', 'σ') : lower;
}
