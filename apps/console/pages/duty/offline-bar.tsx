import { type ReactNode, useEffect, useRef } from 'react';

import { ago, shortDuration } from '../../format/duration.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk, useLive } from '../../shell/desk.tsx';
import { useTicking } from '../../shell/ticking.ts';
import { Button } from '../../ui/controls.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useToast } from '../../ui/toast.tsx';
import styles from './duty.module.css';

/** A cut shorter than this is not worth a word. */
const QUIET_MS = 1_500;
/** A resume with fewer changes passes unmentioned. */
const TOLD_CHANGES_MIN = 20;

/**
 * Says how old the list is while there is no connection; the list stays readable (console.md R30).
 */
export function OfflineBar(): ReactNode {
  const text = useText();
  const { queue } = useDesk();
  const { link } = useLive();
  const age = useTicking(() => {
    const since = queue.heard === null ? null : performance.now() - queue.heard;
    return since === null || since < QUIET_MS ? null : ago(since, text.units);
  });
  const next = useTicking(() =>
    link.kind === 'waiting'
      ? shortDuration(link.retryAt - performance.now() + 999, text.units)
      : text.units.now,
  );
  if (link.kind === 'connected' || age === null) return null;
  return (
    <div className={styles.offline} role="alert">
      <Icon name="warning" size={18} />
      {text.duty.disconnected(age, next)}
      <span className={styles.space} />
      <Button onClick={() => queue.reconnect()}>{text.duty.reconnectNow}</Button>
    </div>
  );
}

/** After a cut: how much was caught up on. */
export function useResumeToast(): void {
  const text = useText();
  const { language } = useLanguage();
  const { resumed } = useLive();
  const toast = useToast();
  const told = useRef(resumed.times);
  useEffect(() => {
    if (resumed.times === told.current) return;
    told.current = resumed.times;
    if (resumed.changes < TOLD_CHANGES_MIN) return;
    toast({ text: text.duty.resumed(number(resumed.changes, language)) });
  }, [resumed, text, language, toast]);
}
