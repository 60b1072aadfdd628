import { type KeyMap, useKeys } from '../../keyboard/use-keys.ts';
import { useDesk } from '../../shell/desk.tsx';
import { PANEL_TABS } from '../incident/incident-search.ts';
import type { Duty } from './duty.ts';
import { groupOf } from './group-items.ts';

/** Rows that Page Up and Page Down jump over. */
const PAGE_STEP = 15;

/** Enter and Space belong to the button or link that has the focus. */
function onControl(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest('a,button,input,[role=tab],[role=separator]') != null;
}

/** Ticks the row under the cursor, or all rows of the group there; takes the ticks off again. */
function tickHere({ cursor, ticks, lines, tickAll }: Duty): boolean {
  if (cursor === null) return false;
  const group = groupOf(cursor);
  if (group === null) ticks.toggle(cursor);
  else {
    const members = lines.members(group);
    tickAll(members, !members.every((id) => ticks.ids.has(id)));
  }
  return true;
}

/** Opens or closes the group under the cursor, as in a tree. */
function fold({ cursor, lines, toggleGroup }: Duty, open: boolean): boolean {
  const group = cursor === null ? null : groupOf(cursor);
  if (group === null || lines.isOpen(group) === open) return false;
  toggleGroup(group);
  return true;
}

/** Moving the cursor and ticking rows. */
function moving(duty: Duty): KeyMap {
  const { cursor, ticks, step, lines } = duty;
  const extend = (by: 1 | -1): void => {
    const at = cursor === null ? -1 : lines.items.indexOf(cursor);
    const next = lines.items[at + by];
    if (next === undefined) return;
    const both = [...(cursor === null ? [] : [cursor]), next];
    ticks.set([...ticks.ids, ...both.filter((id) => groupOf(id) === null)]);
    step(by);
  };
  return {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    KeyJ: () => step(1),
    KeyK: () => step(-1),
    PageDown: () => step(PAGE_STEP),
    PageUp: () => step(-PAGE_STEP),
    Home: () => step(-lines.items.length),
    End: () => step(lines.items.length),
    'Shift+ArrowDown': () => extend(1),
    'Shift+ArrowUp': () => extend(-1),
    KeyX: () => tickHere(duty),
    'Ctrl+KeyA': () => ticks.set(lines.order),
    ArrowRight: () => fold(duty, true),
    ArrowLeft: () => fold(duty, false),
  };
}

/**
 * The queue's keys (console.md §5): by their place on the keyboard, never while an input method
 * composes.
 */
export function useDutyKeys(duty: Duty, find: () => void): void {
  const { mayAct } = useDesk();
  const { cursor, panelOpen, targets, ticks, work } = duty;
  const act = (run: () => void) => (): boolean => {
    if (!mayAct || targets.length === 0) return false;
    run();
    return true;
  };
  const togglePanel = (): void => {
    const group = cursor === null ? null : groupOf(cursor);
    if (cursor === null) duty.step(1);
    else if (group !== null) duty.toggleGroup(group);
    else duty.change({ khung: panelOpen ? '0' : undefined }, true);
  };
  const map: Record<string, KeyMap[string]> = {
    ...moving(duty),
    Space: (event) => !onControl(event) && (togglePanel(), true),
    Enter: (event) => {
      if (onControl(event) || cursor === null) return false;
      const group = groupOf(cursor);
      if (group === null) duty.openPage(cursor);
      else duty.toggleGroup(group);
      return true;
    },
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
    KeyC: act(() => duty.openForm('escalate')),
    KeyH: act(() => duty.openForm('snooze')),
    KeyV: act(() => duty.openForm('verdict')),
  };
  PANEL_TABS.forEach((tab, at) => {
    map[`Alt+Digit${at + 1}`] = () => duty.change({ tab }, true);
  });
  useKeys(map);
}
