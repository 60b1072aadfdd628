import type { ReactNode } from 'react';

import type { Severity } from '#libs/model';

import { useText } from '../i18n/text.tsx';
import { cx } from './class-names.ts';
import styles from './severity-badge.module.css';

/** Severity is word, shape, color and fill at once (console.md §4.2). */
const SHAPES: Readonly<Record<Severity, ReactNode>> = {
  critical: <path fill="currentColor" d="M3.6.5h4.8l3.1 3.1v4.8l-3.1 3.1H3.6L.5 8.4V3.6z" />,
  high: <path fill="currentColor" d="M6 .8l5.6 10.2H.4z" />,
  medium: <path fill="currentColor" d="M6 .4L11.6 6 6 11.6.4 6z" />,
  low: (
    <rect
      x="1.5"
      y="1.5"
      width="9"
      height="9"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
    />
  ),
  informational: (
    <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.6" />
  ),
};

export function SeverityBadge(props: {
  readonly severity: Severity;
  readonly ghost?: boolean;
}): ReactNode {
  const text = useText();
  return (
    <span
      className={cx(styles.badge, styles[props.severity], props.ghost === true && styles.ghost)}
    >
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {SHAPES[props.severity]}
      </svg>
      {text.severity[props.severity]}
    </span>
  );
}
