/** One choice of this person on this browser, from a fixed set of words. */
export interface Preference<T extends string> {
  get(): T | null;
  set(value: T): void;
}

const PREFIX = 'thapcanh.';

/** Storage may be forbidden by the browser's policy; then a choice lasts as long as the page. */
function storage(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

export function preference<T extends string>(name: string, words: readonly T[]): Preference<T> {
  let kept: T | null = null;
  return {
    get() {
      const found = storage()?.getItem(PREFIX + name) ?? kept;
      return words.find((word) => word === found) ?? null;
    },
    set(value) {
      kept = value;
      storage()?.setItem(PREFIX + name, value);
    },
  };
}

/** A number the person set by hand, such as a width in pixels. */
export function numberPreference(
  name: string,
  bounds: { readonly min: number; readonly max: number; readonly start: number },
): { get(): number; set(value: number): void } {
  const clamp = (value: number): number => Math.min(bounds.max, Math.max(bounds.min, value));
  return {
    get() {
      const found = Number(storage()?.getItem(PREFIX + name) ?? Number.NaN);
      return Number.isFinite(found) ? clamp(found) : bounds.start;
    },
    set(value) {
      storage()?.setItem(PREFIX + name, String(clamp(Math.round(value))));
    },
  };
}
