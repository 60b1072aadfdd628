import { describe, expect, it } from 'vitest';

import { languageOf } from './catalogue.ts';

describe('the language', () => {
  it('is the first that the browser asks for and we speak', () => {
    expect(languageOf(['fr-FR', 'en-US', 'vi'])).toBe('en');
    expect(languageOf(['vi-VN', 'en'])).toBe('vi');
  });

  it('is Vietnamese when in doubt', () => {
    expect(languageOf([])).toBe('vi');
    expect(languageOf(['ja', 'fr'])).toBe('vi');
  });
});
