import type { ReactNode } from 'react';

import { ago } from '../format/duration.ts';
import { number } from '../format/number.ts';
import { clockTime } from '../format/time.ts';
import { useLanguage, useText } from '../i18n/text.tsx';
import { cx } from '../ui/class-names.ts';
import { useDesk, useLive } from './desk.tsx';
import { SettingsMenu } from './settings-menu.tsx';
import styles from './shell.module.css';
import { useTicking } from './ticking.ts';

const LAG_AMBER_S = 60;
const LAG_RED_S = 300;

function Connection(): ReactNode {
  const text = useText();
  const { link } = useLive();
  if (link.kind === 'connected') {
    return (
      <span className={styles.link} data-state="on">
        <i />
        <b>{text.shell.connected}</b>
      </span>
    );
  }
  const label = link.kind === 'connecting' ? text.shell.connecting : text.shell.offline;
  return (
    <span className={styles.link} data-state="off">
      <i />
      <b>{label}</b>
    </span>
  );
}

function DataAge(): ReactNode {
  const text = useText();
  const { queue } = useDesk();
  const age = useTicking(() =>
    queue.heard === null ? null : ago(performance.now() - queue.heard, text.units),
  );
  return age === null ? null : <span>{text.shell.dataAge(age)}</span>;
}

function Lag(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { lag } = useLive();
  if (lag === null) return null;
  const tone = lag > LAG_RED_S ? styles.red : lag > LAG_AMBER_S ? styles.amber : null;
  return (
    <span className={cx(tone)}>
      {text.shell.lag} <b>{text.units.secondsLong(number(lag, language, lag < 10 ? 1 : 0))}</b>
    </span>
  );
}

function Clock(): ReactNode {
  const { clock } = useDesk();
  const time = useTicking(() => clockTime(clock.now()));
  return (
    <span>
      <b>{time}</b> GMT+7
    </span>
  );
}

export function Footer(): ReactNode {
  const text = useText();
  const { language, speak } = useLanguage();
  const { sending, expected } = useLive();
  const { session } = useDesk();
  return (
    <footer className={styles.footer}>
      <Connection />
      <DataAge />
      <Lag />
      {sending === null || expected === null ? null : (
        <span>{text.shell.sending(number(sending, language), number(expected, language))}</span>
      )}
      <span className={styles.space} />
      <span className={styles.person}>{session.name}</span>
      <Clock />
      <span className={styles.languages} role="group" aria-label={text.shell.language}>
        <button
          type="button"
          lang="vi"
          aria-pressed={language === 'vi'}
          onClick={() => speak('vi')}
        >
          VI
        </button>
        <button
          type="button"
          lang="en"
          aria-pressed={language === 'en'}
          onClick={() => speak('en')}
        >
          EN
        </button>
      </span>
      <SettingsMenu />
    </footer>
  );
}
