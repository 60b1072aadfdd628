import { type KeyMap, useKeys } from '../../keyboard/use-keys.ts';
import { useDesk } from '../../shell/desk.tsx';
import { PANEL_TABS } from '../incident/incident-search.ts';
import type { Duty } from './duty.ts';

/** Rows that Page Up and Page Down jump over. */
const PAGE_STEP = 15;

/** Enter and Space belong to the button or link that has the focus. */
function onControl(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest('a,button,input,[role=tab],[role=separator]') != null;
}

/** Moving the cursor and ticking rows. */
function moving(duty: Duty, order: readonly string[]): KeyMap {
  const { cursor, ticks, step } = duty;
  const extend = (by: 1 | -1): void => {
    const at = cursor === null ? -1 : order.indexOf(cursor);
    const next = order[at + by];
    if (next === undefined) return;
    ticks.set([...ticks.ids, ...(cursor === null ? [] : [cursor]), next]);
    step(by);
  };
  return {
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
    KeyX: () => cursor !== null && (ticks.toggle(cursor), true),
    'Ctrl+KeyA': () => ticks.set(order),
  };
}

/**
 * The queue's keys (console.md §5): by their place on the keyboard, never while an input method
 * composes.
 */
export function useDutyKeys(duty: Duty, order: readonly string[], find: () => void): void {
  const { mayAct } = useDesk();
  const { cursor, panelOpen, targets, ticks, work } = duty;
  const act = (run: () => void) => (): boolean => {
    if (!mayAct || targets.length === 0) return false;
    run();
    return true;
  };
  const togglePanel = (): void => {
    if (cursor === null) duty.step(1);
    else duty.change({ khung: panelOpen ? '0' : undefined }, true);
  };
  const map: Record<string, KeyMap[string]> = {
    ...moving(duty, order),
    Space: (event) => !onControl(event) && (togglePanel(), true),
    Enter: (event) => !onControl(event) && cursor !== null && (duty.openPage(cursor), true),
    Escape: () => {
      if (work.form !== null) work.open(null);
      else if (panelOpen) duty.closePanel();
      else if (ticks.ids.size > 0) ticks.set([]);
      else return false;
      return true;
    },
    KeyN: duty.showFresh,
    Period: duty.pause,
    Slash: find,
    KeyT: act(() => void work.run(targets, 'acknowledge')),
    KeyP: act(() => duty.openForm('assign')),
    KeyB: act(() => duty.openForm('comment')),
    KeyV: act(() => duty.openForm('verdict')),
  };
  PANEL_TABS.forEach((tab, at) => {
    map[`Alt+Digit${at + 1}`] = () => duty.change({ tab }, true);
  });
  useKeys(map);
}
