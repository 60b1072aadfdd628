import type { FieldValue } from '#libs/model';

/**
 * A field's value as correlation groups and counts it: its text in NFC, the texts of a list joined
 * by ", ". Absent, null, empty text and empty list have none.
 */
export function valueText(value: FieldValue | undefined): string | undefined {
  if (typeof value === 'string') {
    if (value === '') return undefined;
    if (isPlain(value)) return value;
    const text = value.normalize('NFC');
    // Group keys are texts joined by these two, so no value may hold them.
    if (!text.includes('\0') && !text.includes('\u0001')) return text;
    return text.replaceAll('\0', ' ').replaceAll('\u0001', ' ');
  }
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') return String(value);
  const parts = value.map((part) => valueText(part)).filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** Below it every character is in NFC by itself. */
const COMBINING_FIRST = 0x300;

/** True for nearly every value that is grouped by: it is in NFC and holds no sign of a key. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= COMBINING_FIRST || unit < 2) return false;
  }
  return true;
}
