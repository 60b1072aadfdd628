import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isCharacterKey, type KeyLike, keyName } from './keys.ts';

function press(over: Partial<Record<keyof KeyLike, unknown>>): KeyLike {
  return {
    code: 'KeyT',
    key: 't',
    keyCode: 84,
    isComposing: false,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    target: null,
    ...over,
  } as KeyLike;
}

describe('a key press', () => {
  it('is named by its place on the keyboard, whatever letter the layout puts there', () => {
    expect(keyName(press({ key: 'т' }))).toBe('KeyT');
    expect(keyName(press({ code: 'KeyZ', ctrlKey: true }))).toBe('Ctrl+KeyZ');
    expect(keyName(press({ code: 'Slash', shiftKey: true }))).toBe('Shift+Slash');
    expect(keyName(press({ code: 'Digit1', altKey: true }))).toBe('Alt+Digit1');
  });

  it('means nothing while an input method composes', () => {
    const composing = fc.constantFrom({ isComposing: true }, { keyCode: 229 }, { key: 'Process' });
    const codes = fc.constantFrom('KeyT', 'KeyV', 'Enter', 'Backspace', 'Escape', 'Digit1');
    fc.assert(
      fc.property(composing, codes, (state, code) => {
        expect(keyName(press({ ...state, code }))).toBeNull();
      }),
    );
  });

  it('belongs to the text field it goes into, and to the system with the system key', () => {
    expect(keyName(press({ target: { tagName: 'TEXTAREA' } }))).toBeNull();
    expect(keyName(press({ target: { tagName: 'INPUT', type: 'text' } }))).toBeNull();
    expect(keyName(press({ target: { tagName: 'DIV', isContentEditable: true } }))).toBeNull();
    expect(keyName(press({ target: { tagName: 'INPUT', type: 'checkbox' } }))).toBe('KeyT');
    expect(keyName(press({ metaKey: true }))).toBeNull();
  });

  it('can be switched off only where it is a single character', () => {
    expect(['KeyT', 'Digit3', 'Slash', 'Shift+Slash', 'Period'].every(isCharacterKey)).toBe(true);
    const kept = ['Ctrl+KeyZ', 'ArrowDown', 'Enter', 'Alt+Digit1', 'F6', 'Escape'];
    expect(kept.some(isCharacterKey)).toBe(false);
  });
});
