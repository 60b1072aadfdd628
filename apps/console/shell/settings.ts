import { useSyncExternalStore } from 'react';

import { preference } from './preference.ts';

/** How this person wants the console on this browser. */
export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  readonly density: 'normal' | 'dense' | 'relaxed';
  /** `pages`: 50 rows at a time without a virtual list, for screen readers that need it. */
  readonly layout: 'scroll' | 'pages';
  readonly keys: 'on' | 'off';
  readonly sound: 'on' | 'off';
}

const kept = {
  theme: preference('theme', ['system', 'light', 'dark']),
  density: preference('density', ['normal', 'dense', 'relaxed']),
  layout: preference('layout', ['scroll', 'pages']),
  keys: preference('keys', ['on', 'off']),
  sound: preference('sound', ['on', 'off']),
};

let settings: Settings = {
  theme: kept.theme.get() ?? 'system',
  density: kept.density.get() ?? 'normal',
  layout: kept.layout.get() ?? 'scroll',
  keys: kept.keys.get() ?? 'on',
  sound: kept.sound.get() ?? 'off',
};
const listeners = new Set<() => void>();
const dark = globalThis.matchMedia('(prefers-color-scheme: dark)');

export const ROW_HEIGHT = { dense: 28, normal: 32, relaxed: 40 } as const;

function apply(): void {
  const root = document.documentElement;
  const theme = settings.theme === 'system' ? (dark.matches ? 'dark' : 'light') : settings.theme;
  root.dataset['theme'] = theme;
  root.dataset['density'] = settings.density;
}

/** Puts theme and row height on the page, now and whenever the system's own theme changes. */
export function startSettings(): void {
  apply();
  dark.addEventListener('change', apply);
}

export function setSetting<K extends keyof Settings>(name: K, value: Settings[K]): void {
  settings = { ...settings, [name]: value };
  (kept[name] as { set(value: Settings[K]): void }).set(value);
  apply();
  for (const call of listeners) call();
}

export function currentSettings(): Settings {
  return settings;
}

function subscribe(call: () => void): () => void {
  listeners.add(call);
  return () => listeners.delete(call);
}

export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, currentSettings);
}
