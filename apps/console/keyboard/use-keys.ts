import { useEffect, useRef } from 'react';

import { currentSettings } from '../shell/settings.ts';
import { isCharacterKey, keyName } from './keys.ts';

/** A bound act; false says "not mine now", and the browser goes on as usual. */
export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => boolean | void>>;

/** True when a menu or dialog has the keyboard. */
function overlaid(): boolean {
  const active = document.activeElement;
  return active !== null && active.closest('dialog,[role=menu],[role=listbox]') !== null;
}

/**
 * Binds keys on the whole page, by their place on the keyboard, while the component is there.
 * `first` goes before
 * every other binding and may keep a key from them.
 */
export function useKeys(map: KeyMap, first = false): void {
  const latest = useRef(map);
  useEffect(() => {
    latest.current = map;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || overlaid()) return;
      const name = keyName(event);
      if (name === null) return;
      if (isCharacterKey(name) && currentSettings().keys === 'off') return;
      const act = latest.current[name];
      if (act !== undefined && act(event) !== false) event.preventDefault();
    };
    document.addEventListener('keydown', press, first);
    return () => document.removeEventListener('keydown', press, first);
  }, [first]);
}
