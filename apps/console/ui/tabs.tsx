import { type KeyboardEvent, type ReactNode, useRef } from 'react';

import { cx } from './class-names.ts';
import styles from './tabs.module.css';

interface TabItem<T extends string> {
  readonly id: T;
  readonly label: ReactNode;
}

/** Tabs of one page part; arrows move, and the panel below carries `id` as `${name}-panel`. */
export function Tabs<T extends string>(props: {
  readonly name: string;
  readonly label: string;
  readonly items: readonly TabItem<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly small?: boolean;
}): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const step = event.code === 'ArrowRight' ? 1 : event.code === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = props.items.findIndex((item) => item.id === props.value);
    const next = props.items[(at + step + props.items.length) % props.items.length];
    if (next === undefined) return;
    props.onChange(next.id);
    list.current?.querySelector<HTMLElement>(`#${props.name}-${next.id}`)?.focus();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- the tabs in it have the focus
    <div
      ref={list}
      role="tablist"
      aria-label={props.label}
      className={cx(styles.tabs, props.small === true && styles.small)}
      onKeyDown={move}
    >
      {props.items.map((item) => (
        <button
          key={item.id}
          type="button"
          role="tab"
          id={`${props.name}-${item.id}`}
          aria-selected={item.id === props.value}
          aria-controls={`${props.name}-panel`}
          tabIndex={item.id === props.value ? 0 : -1}
          className={styles.tab}
          onClick={() => props.onChange(item.id)}
        >
          {item.label}
        </button>
      ))}
    </div>
  );
}

export function TabPanel(props: {
  readonly name: string;
  readonly value: string;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div
      role="tabpanel"
      id={`${props.name}-panel`}
      aria-labelledby={`${props.name}-${props.value}`}
      tabIndex={0}
      className={props.className}
    >
      {props.children}
    </div>
  );
}
