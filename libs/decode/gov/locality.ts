import type { Fields, FieldValue } from '#libs/model';

import { asText } from '../fields.ts';

/**
 * Province or commune code that a record states under `locality`; undefined for anything else that
 * stands there.
 */
export function statedLocality(fields: Fields): string | undefined {
  const value: FieldValue | undefined = fields['locality'];
  if (value === undefined) return undefined;
  const code = typeof value === 'number' ? String(value).padStart(2, '0') : asText(value);
  return code !== undefined && /^\d{2}(?:\d{3})?$/.test(code) ? code : undefined;
}
