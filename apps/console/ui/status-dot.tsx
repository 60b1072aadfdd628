import type { ReactNode } from 'react';

import type { IncidentStatus } from '#libs/model';

import { useText } from '../i18n/text.tsx';
import { cx } from './class-names.ts';
import styles from './status-dot.module.css';

export function StatusDot(props: {
  readonly status: IncidentStatus;
  readonly long?: boolean;
}): ReactNode {
  const text = useText();
  const label = props.long === true ? text.statusLong[props.status] : text.status[props.status];
  return (
    <span className={cx(styles.status, styles[props.status])}>
      <i className={styles.dot} />
      <span className={styles.label} title={text.statusLong[props.status]}>
        {label}
      </span>
    </span>
  );
}
