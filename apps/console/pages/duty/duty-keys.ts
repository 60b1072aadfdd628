import { type KeyMap, useKeys } from '../../keyboard/use-keys.ts';
import { useDesk } from '../../shell/desk.tsx';
import { PANEL_TABS, type PanelTab } from '../incident/incident-search.ts';
import type { Work } from '../incident/use-work.ts';
import type { Ticks } from './ticks.ts';

interface DutyKeys {
  readonly cursor: string | null;
  readonly order: readonly string[];
  readonly ticks: Ticks;
  readonly targets: readonly string[];
  readonly work: Work;
  readonly panelOpen: boolean;
  readonly step: (by: number) => void;
  readonly tick: (id: string, extend: boolean) => void;
  readonly openPage: (id: string) => void;
  readonly openForm: (form: 'verdict' | 'assign' | 'comment') => void;
  readonly pause: () => void;
  readonly showFresh: () => void;
  readonly togglePanel: () => void;
  readonly closePanel: () => void;
  readonly find: () => void;
  readonly tab: (tab: PanelTab) => void;
}

/** Rows that Page Up and Page Down jump over. */
const PAGE_STEP = 15;

/** Enter and Space belong to the button or link that has the focus. */
function onControl(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest('a,button,input,[role=tab],[role=separator]') != null;
}

/**
 * The queue's keys (console.md §5): by their place on the keyboard, never while an input method
 * composes.
 */
export function useDutyKeys(keys: DutyKeys): void {
  const { mayAct } = useDesk();
  const { cursor, order, ticks, targets, work, step } = keys;
  const extend = (by: 1 | -1): void => {
    const at = cursor === null ? -1 : order.indexOf(cursor);
    const next = order[at + by];
    if (next === undefined) return;
    ticks.set([...ticks.ids, ...(cursor === null ? [] : [cursor]), next]);
    step(by);
  };
  const act = (run: () => void) => (): boolean => {
    if (!mayAct || targets.length === 0) return false;
    run();
    return true;
  };
  const escape = (): boolean => {
    if (work.form !== null) work.open(null);
    else if (keys.panelOpen) keys.closePanel();
    else if (ticks.ids.size > 0) ticks.set([]);
    else return false;
    return true;
  };
  const map: Record<string, KeyMap[string]> = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    KeyJ: () => step(1),
    KeyK: () => step(-1),
    PageDown: () => step(PAGE_STEP),
    PageUp: () => step(-PAGE_STEP),
    Home: () => step(-order.length),
    End: () => step(order.length),
    'Shift+ArrowDown': () => extend(1),
    'Shift+ArrowUp': () => extend(-1),
    Space: (event) => !onControl(event) && (keys.togglePanel(), true),
    Enter: (event) => !onControl(event) && cursor !== null && (keys.openPage(cursor), true),
    Escape: escape,
    KeyX: () => cursor !== null && (ticks.toggle(cursor), true),
    'Ctrl+KeyA': () => ticks.set(order),
    KeyN: keys.showFresh,
    Period: keys.pause,
    Slash: keys.find,
    KeyT: act(() => void work.run(targets, 'acknowledge')),
    KeyP: act(() => keys.openForm('assign')),
    KeyB: act(() => keys.openForm('comment')),
    KeyV: act(() => keys.openForm('verdict')),
  };
  PANEL_TABS.forEach((tab, at) => {
    map[`Alt+Digit${at + 1}`] = () => keys.tab(tab);
  });
  useKeys(map);
}
