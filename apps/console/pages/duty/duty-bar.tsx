import { type ReactNode, type Ref, useEffect, useState } from 'react';

import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { TABS, type Tab } from '../../live/criteria.ts';
import { useLive, useQueue } from '../../shell/desk.tsx';
import { Count, Kbd } from '../../ui/controls.tsx';
import tabStyles from '../../ui/tabs.module.css';
import styles from './duty.module.css';

/** Typing filters after this pause. */
const TYPING_MS = 200;

function Find({
  value,
  onChange,
  inputRef,
}: {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly inputRef: Ref<HTMLInputElement>;
}): ReactNode {
  const text = useText();
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div className={styles.search} role="search">
      <input
        ref={inputRef}
        type="text"
        value={typed}
        placeholder={text.duty.find}
        aria-label={text.duty.find}
        maxLength={200}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <Kbd>/</Kbd>
    </div>
  );
}

/** Views with their counts, find, and the button that holds the list still. */
export function DutyBar(props: {
  readonly tab: Tab;
  readonly onTab: (tab: Tab) => void;
  readonly find: string;
  readonly onFind: (text: string) => void;
  readonly findRef: Ref<HTMLInputElement>;
  readonly onPause: () => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { counts, paused, waiting } = useQueue();
  const { link } = useLive();
  const live = link.kind === 'connected' ? text.duty.live : text.shell.offline;
  return (
    <>
      <nav className={styles.views} aria-label={text.duty.views}>
        <div className={tabStyles.tabs}>
          {TABS.filter(
            (tab) => tab !== 'snoozed' || counts.snoozed > 0 || props.tab === 'snoozed',
          ).map((tab) => (
            <button
              key={tab}
              type="button"
              className={tabStyles.tab}
              aria-current={tab === props.tab}
              onClick={() => props.onTab(tab)}
            >
              {text.duty.tabs[tab]}
              <Count hot={tab === 'critical' && counts[tab] > 0}>
                {number(counts[tab], language)}
              </Count>
            </button>
          ))}
        </div>
      </nav>
      <span className={styles.space} />
      <Find value={props.find} onChange={props.onFind} inputRef={props.findRef} />
      <button
        type="button"
        className={styles.live}
        aria-pressed={paused}
        title={paused ? text.duty.resume : text.duty.pause}
        data-off={link.kind === 'connected' ? undefined : ''}
        onClick={props.onPause}
      >
        <i />
        {paused
          ? waiting === 0
            ? text.duty.paused
            : text.duty.pausedCount(number(waiting, language))
          : live}
        <Kbd>.</Kbd>
      </button>
    </>
  );
}
