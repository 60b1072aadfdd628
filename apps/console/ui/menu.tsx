import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';

import { Kbd } from './controls.tsx';
import styles from './popup.module.css';

/** Menus open inside the page's main part, so that all content stays in a landmark. */
const container = {
  get current(): HTMLElement | null {
    return document.getElementById('main');
  },
};

export interface MenuItem {
  readonly label: ReactNode;
  readonly run: () => void;
  readonly hint?: string;
  readonly disabled?: boolean;
}

export interface MenuGroup {
  readonly label?: string;
  readonly items: readonly MenuItem[];
}

/** A button that opens a list of acts; the only place that knows which library draws it. */
export function Menu(props: {
  readonly trigger: ReactElement;
  readonly label: string;
  readonly groups: readonly MenuGroup[];
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
}): ReactNode {
  const controlled = props.open === undefined ? {} : { open: props.open };
  return (
    <Base.Root modal={false} {...controlled} onOpenChange={(open) => props.onOpenChange?.(open)}>
      <Base.Trigger render={props.trigger} />
      <Base.Portal container={container}>
        <Base.Positioner
          sideOffset={4}
          align="end"
          positionMethod="fixed"
          className={styles.positioner}
        >
          <Base.Popup className={styles.popup} aria-label={props.label}>
            {props.groups.map((group, index) => (
              <Base.Group key={group.label ?? index}>
                {index > 0 ? <Base.Separator className={styles.line} /> : null}
                {group.label === undefined ? null : (
                  <Base.GroupLabel className={styles.label}>{group.label}</Base.GroupLabel>
                )}
                {group.items.map((item, place) => (
                  <Base.Item
                    key={place}
                    className={styles.item}
                    disabled={item.disabled ?? false}
                    onClick={item.run}
                  >
                    {item.label}
                    {item.hint === undefined ? null : <Kbd>{item.hint}</Kbd>}
                  </Base.Item>
                ))}
              </Base.Group>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
