import type { ReactNode } from 'react';

import styles from './state-mark.module.css';

export type Health = 'ok' | 'degraded' | 'down' | 'silent' | 'maintenance' | 'flapping' | 'unknown';

/**
 * Health is a shape first and a color second (console.md §4.2): nobody has to tell green from red.
 */
const SHAPES: Readonly<Record<Health, ReactNode>> = {
  ok: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  degraded: (
    <>
      <circle cx="6" cy="6" r="4.3" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M6 1.7a4.3 4.3 0 010 8.6z" fill="currentColor" />
    </>
  ),
  down: <path d="M6 .8l5.6 10.2H.4z" fill="currentColor" />,
  silent: (
    <circle
      cx="6"
      cy="6"
      r="4.3"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeDasharray="2 1.4"
    />
  ),
  maintenance: <path d="M1 4.4h10v3.2H1zM4.4 1h3.2v10H4.4z" fill="currentColor" />,
  flapping: (
    <path
      d="M.8 4.6c1.7-2.2 3.5-2.2 5.2 0s3.5 2.2 5.2 0M.8 8.6c1.7-2.2 3.5-2.2 5.2 0s3.5 2.2 5.2 0"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
    />
  ),
  unknown: <path d="M2 5.2h8v1.6H2z" fill="currentColor" />,
};

export function StateMark(props: { readonly health: Health; readonly label: string }): ReactNode {
  return (
    <span className={styles.mark} data-health={props.health}>
      <svg viewBox="0 0 12 12" width="11" height="11" aria-hidden="true">
        {SHAPES[props.health]}
      </svg>
      {props.label}
    </span>
  );
}
