import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

import { fold } from '../format/fold.ts';
import { Kbd } from './controls.tsx';
import styles from './popup.module.css';

export interface MenuItem {
  readonly label: ReactNode;
  readonly run: () => void;
  readonly hint?: string;
}

export interface MenuGroup {
  readonly label?: string;
  readonly items: readonly MenuItem[];
}

/** What the button that opens the menu has to carry. */
export interface TriggerProps {
  readonly 'aria-haspopup': 'menu';
  readonly 'aria-expanded': boolean;
  readonly onClick: () => void;
}

/** Between the button and the list, and between the list and the edge of the screen. */
const GAP_PX = 4;
const EDGE_PX = 8;

/** Under the button, or above it where there is more room; never past the edge of the screen. */
function place(button: DOMRect, list: DOMRect): CSSProperties {
  const { clientWidth, clientHeight } = document.documentElement;
  const below = clientHeight - button.bottom - GAP_PX - EDGE_PX;
  const above = button.top - GAP_PX - EDGE_PX;
  const up = list.height > below && above > below;
  const room = up ? above : below;
  const left = Math.min(button.left, clientWidth - EDGE_PX - list.width);
  return {
    left: Math.max(EDGE_PX, left),
    maxHeight: room,
    ...(up ? { bottom: clientHeight - button.top + GAP_PX } : { top: button.bottom + GAP_PX }),
  };
}

function itemsOf(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
}

/** The item that the key leads to, or null when it is no key of a menu. */
function itemFor(key: string, items: readonly HTMLElement[]): HTMLElement | null {
  const at = items.findIndex((item) => item === document.activeElement);
  const count = items.length;
  if (key === 'ArrowDown') return items[(at + 1) % count] ?? null;
  if (key === 'ArrowUp') return items[(at - 1 + count) % count] ?? null;
  if (key === 'Home') return items[0] ?? null;
  if (key === 'End') return items[count - 1] ?? null;
  if (key.length !== 1) return null;
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return after.find((item) => fold(item.textContent ?? '').startsWith(fold(key))) ?? null;
}

function List(props: {
  readonly label: string;
  readonly groups: readonly MenuGroup[];
  readonly root: HTMLElement | null;
  readonly onClose: (refocus: boolean) => void;
}): ReactNode {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [style, setStyle] = useState<CSSProperties>({ visibility: 'hidden' });
  const { root, onClose } = props;
  useLayoutEffect(() => {
    if (root === null || list.current === null) return;
    setStyle(place(root.getBoundingClientRect(), list.current.getBoundingClientRect()));
  }, [root]);
  const placed = style.visibility !== 'hidden';
  useEffect(() => {
    if (placed) itemsOf(list.current)[0]?.focus();
  }, [placed]);
  useEffect(() => {
    const outside = (event: Event): void => {
      if (event.target instanceof Node && root?.contains(event.target) !== true) onClose(false);
    };
    document.addEventListener('pointerdown', outside, true);
    return () => document.removeEventListener('pointerdown', outside, true);
  }, [root, onClose]);
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' || event.key === 'Tab') onClose(event.key === 'Escape');
    else itemFor(event.key, itemsOf(list.current))?.focus();
    if (event.key !== 'Tab' && event.key !== 'Enter' && event.key !== ' ') event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={list}
      role="menu"
      tabIndex={-1}
      aria-label={props.label}
      className={styles.popup}
      style={style}
      onKeyDown={press}
    >
      {props.groups.map((group, at) => (
        <div
          key={group.label ?? at}
          role="group"
          {...(group.label === undefined ? {} : { 'aria-labelledby': `${id}-${at}` })}
          className={styles.group}
        >
          {group.label === undefined ? null : (
            <div id={`${id}-${at}`} role="presentation" className={styles.label}>
              {group.label}
            </div>
          )}
          {group.items.map((item, place) => (
            <button
              key={place}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={styles.item}
              onClick={() => {
                onClose(true);
                item.run();
              }}
            >
              {item.label}
              {item.hint === undefined ? null : <Kbd>{item.hint}</Kbd>}
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}

/**
 * A button that opens a list of acts (WAI-ARIA menu button): arrows, Home, End and first letters
 * move, Escape goes back to the button. It stays where the button is in the document, so nothing
 * leaves its landmark and no focus guards are needed.
 */
export function Menu(props: {
  readonly renderTrigger: (button: TriggerProps) => ReactNode;
  readonly label: string;
  readonly groups: readonly MenuGroup[];
}): ReactNode {
  const [root, setRoot] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  const close = useRef((refocus: boolean): void => {
    setOpen(false);
    if (refocus) root?.querySelector<HTMLElement>('button')?.focus();
  });
  useEffect(() => {
    close.current = (refocus) => {
      setOpen(false);
      if (refocus) root?.querySelector<HTMLElement>('button')?.focus();
    };
  }, [root]);
  const [onClose] = useState(() => (refocus: boolean) => close.current(refocus));
  return (
    <span ref={setRoot} className={styles.root}>
      {props.renderTrigger({
        'aria-haspopup': 'menu',
        'aria-expanded': open,
        onClick: () => setOpen(!open),
      })}
      {open ? (
        <List label={props.label} groups={props.groups} root={root} onClose={onClose} />
      ) : null}
    </span>
  );
}
