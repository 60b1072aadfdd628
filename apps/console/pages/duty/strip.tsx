import { type ReactNode, useEffect, useRef, useState } from 'react';

import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useLive, useQueue } from '../../shell/desk.tsx';
import { Kbd } from '../../ui/controls.tsx';
import styles from './duty.module.css';

/** A screen reader is told of new rows no more often than this. */
const SPOKEN_MS = 10_000;

/** The reserved place for new rows: it never covers one (console.md R3). */
export function Strip(props: { readonly onShow: () => void }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { fresh } = useQueue();
  const { rows } = useLive();
  const whole = rows === 'whole';
  if (!whole || fresh === 0) {
    return (
      <div className={styles.strip}>
        {whole ? text.duty.upToDate : rows === 'failed' ? null : text.duty.loading}
      </div>
    );
  }
  return (
    <button type="button" className={styles.strip} data-on="" onClick={props.onShow}>
      <svg viewBox="0 0 10 9" className={styles.triangle} aria-hidden="true">
        <path d="M5 0l5 9H0z" />
      </svg>
      {text.duty.fresh(number(fresh, language))}
      <Kbd>N</Kbd>
    </button>
  );
}

/** The one polite live region of the page. */
export function Announcer(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { fresh, freshCritical } = useQueue();
  const [said, setSaid] = useState('');
  const last = useRef(0);
  useEffect(() => {
    const now = performance.now();
    if (fresh === 0 || now - last.current < SPOKEN_MS) return;
    last.current = now;
    setSaid(text.duty.freshSpoken(number(fresh, language), number(freshCritical, language)));
  }, [fresh, freshCritical, language, text]);
  return (
    <div className="sr" aria-live="polite">
      {said}
    </div>
  );
}
