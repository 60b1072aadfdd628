import type { ButtonHTMLAttributes, ReactNode } from 'react';

import { initials } from '../format/names.ts';
import { cx } from './class-names.ts';
import styles from './controls.module.css';
import { Icon, type IconName } from './icon.tsx';

type Look = 'plain' | 'primary' | 'quiet' | 'icon' | 'danger';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
  /** The key that does the same. */
  readonly hint?: string;
}

export function Button({ look, hint, children, className, ...rest }: ButtonProps): ReactNode {
  const lookClass = look === undefined || look === 'plain' ? null : styles[look];
  return (
    <button type="button" {...rest} className={cx(styles.button, lookClass, className)}>
      {children}
      {hint === undefined ? null : <Kbd>{hint}</Kbd>}
    </button>
  );
}

/** A button that shows only a drawing; `label` is its name. */
export function IconButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
}): ReactNode {
  return (
    <Button
      look="icon"
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
      disabled={props.disabled ?? false}
      {...(props.pressed === undefined ? {} : { 'aria-pressed': props.pressed })}
    >
      <Icon name={props.icon} size={18} />
    </Button>
  );
}

/** The hint is for eyes only: a name that ends in a letter would confuse a reader. */
export function Kbd(props: { readonly children: ReactNode }): ReactNode {
  return (
    <kbd className={styles.kbd} aria-hidden="true">
      {props.children}
    </kbd>
  );
}

export function Avatar(props: { readonly name: string; readonly present?: boolean }): ReactNode {
  return (
    <span
      className={cx(styles.avatar, props.present === true && styles.present)}
      aria-hidden="true"
    >
      {initials(props.name)}
    </span>
  );
}

export function Count(props: { readonly children: ReactNode; readonly hot?: boolean }): ReactNode {
  return (
    <span className={cx(styles.count, props.hot === true && styles.countHot)}>
      {props.children}
    </span>
  );
}

export function Notice(props: {
  readonly tone?: 'amber' | 'red';
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={cx(styles.notice, props.tone === 'red' && styles.noticeRed)} role="status">
      {props.children}
    </div>
  );
}

/** Says why there is nothing, and what to do about it (console.md R29). */
export function Empty(props: {
  readonly icon: IconName;
  readonly good?: boolean;
  readonly title: string;
  /** True where nothing else on the page is its heading. */
  readonly heading?: boolean;
  readonly text?: string;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className={styles.empty}>
      <span className={cx(styles.emptyIcon, props.good === true && styles.emptyGood)}>
        <Icon name={props.icon} />
      </span>
      {props.heading === true ? <h1>{props.title}</h1> : <strong>{props.title}</strong>}
      {props.text === undefined ? null : <span>{props.text}</span>}
      {props.children}
    </div>
  );
}

/** Grey bars of the height that the text will have, so that nothing jumps when it comes. */
export function Skeleton(props: { readonly lines: number }): ReactNode {
  const widths = ['92%', '78%', '85%', '60%'];
  return (
    <div aria-hidden="true">
      {Array.from({ length: props.lines }, (_, line) => (
        <div key={line} style={{ padding: '6px 0' }}>
          <span className={styles.skeleton} style={{ width: widths[line % widths.length] }} />
        </div>
      ))}
    </div>
  );
}

export { styles as controls };
