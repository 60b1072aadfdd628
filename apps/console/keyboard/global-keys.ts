import { useNavigate } from '@tanstack/react-router';

import { openHelp } from '../shell/help.tsx';
import { openPalette } from '../shell/palette.tsx';
import { useUndo } from '../shell/use-report.ts';
import { type KeyMap, useKeys } from './use-keys.ts';

/** A second letter after G must come within this time. */
const SEQUENCE_MS = 1_200;

const PAGES: Readonly<Record<string, string>> = {
  KeyT: '/truc',
  KeyK: '/tim-kiem',
  KeyN: '/nguon',
  KeyL: '/luat',
  KeyB: '/bao-cao',
  KeyQ: '/quan-tri',
};

/** Moves the focus to the next part of the page: navigation, list, panel. */
function nextRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')];
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + step + regions.length) % regions.length];
  const target =
    next?.querySelector<HTMLElement>('[data-region-focus]') ??
    next?.querySelector<HTMLElement>("a,button,input,[tabindex='0']") ??
    next;
  target?.focus();
}

let goingUntil = 0;

/** True when G was pressed just before: the next letter names a page, not an act. */
function going(): boolean {
  return performance.now() < goingUntil;
}

/** Keys that work on every page. */
export function useGlobalKeys(): void {
  const navigate = useNavigate();
  const undo = useUndo();
  const map: Record<string, KeyMap[string]> = {
    'Shift+Slash': openHelp,
    'Ctrl+KeyZ': undo,
    'Ctrl+KeyK': openPalette,
    F6: () => nextRegion(1),
    'Shift+F6': () => nextRegion(-1),
    KeyG: () => {
      goingUntil = performance.now() + SEQUENCE_MS;
    },
  };
  for (const [code, path] of Object.entries(PAGES)) {
    map[code] = () => {
      if (!going()) return false;
      goingUntil = 0;
      void navigate({ to: path });
      return true;
    };
  }
  useKeys(map, true);
}
