import type { Language } from '../i18n/catalogue.ts';

const LOCALE: Readonly<Record<Language, string>> = { vi: 'vi-VN', en: 'en-GB' };
const cached = new Map<string, Intl.NumberFormat>();

function formatter(language: Language, digits: number): Intl.NumberFormat {
  const key = language + digits;
  let found = cached.get(key);
  if (found === undefined) {
    found = new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: digits });
    cached.set(key, found);
  }
  return found;
}

/** `1.234.567,8` in Vietnamese, `1,234,567.8` in English; always whole, never "1,2 Tr". */
export function number(value: number, language: Language, digits = 0): string {
  return formatter(language, digits).format(value);
}
