import type { vi } from './vi.ts';

/** The strings of one language: exactly the keys, and parameters, that Vietnamese has. */
export type Catalogue = typeof vi;

export type Language = 'vi' | 'en';

/** The first of the person's languages that we speak; Vietnamese when in doubt. */
export function languageOf(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const language = tag.toLowerCase().split('-')[0];
    if (language === 'vi' || language === 'en') return language;
  }
  return 'vi';
}
