import { type ReactNode, useEffect } from 'react';

import { useText } from '../i18n/text.tsx';
import styles from './shell.module.css';

/** A page: its bar with the heading, and what it shows; the tab's title follows. */
export function PageFrame(props: {
  readonly title: string;
  readonly bar?: ReactNode;
  /** Unseen critical incidents, shown before the title. */
  readonly alarming?: number;
  readonly children: ReactNode;
}): ReactNode {
  const text = useText();
  const count = props.alarming === undefined || props.alarming === 0 ? '' : `(${props.alarming}) `;
  const title = `${count}${props.title} – ${text.product}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <header className={styles.bar}>
        <h1>{props.title}</h1>
        {props.bar}
      </header>
      {/* It scrolls, so the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <main id="main" className={styles.main} data-region="main" tabIndex={0}>
        {props.children}
      </main>
    </>
  );
}
