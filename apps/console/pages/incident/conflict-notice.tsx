import type { ReactNode } from 'react';

import { useText } from '../../i18n/text.tsx';
import { currentOf } from '../../live/acts.ts';
import { Button } from '../../ui/controls.tsx';
import { StatusDot } from '../../ui/status-dot.tsx';
import styles from './incident.module.css';
import type { Work } from './use-work.ts';

/**
 * Somebody was faster: who, what stands there now, and my text kept for another try (console.md
 * R14).
 */
export function ConflictNotice(props: { readonly id: string; readonly work: Work }): ReactNode {
  const text = useText();
  const { conflict, forget, run } = props.work;
  if (conflict === null || conflict.act.incident !== props.id) return null;
  const { act, problem } = conflict;
  const now = currentOf(problem);
  return (
    <div className={styles.conflict} role="alert">
      <strong>{text.panel.conflict(problem.changedBy ?? text.timeline.system)}</strong>
      {now === null ? null : (
        <span>
          {text.panel.conflictNow} <StatusDot status={now.status} long />
          {now.verdict === null ? null : ` · ${text.verdict[now.verdict]}`}
          {now.assignee === null ? null : ` · ${text.duty.owner(now.assignee)}`}
        </span>
      )}
      {act.fields.text === undefined ? null : (
        <span>
          {text.panel.conflictKept} “{act.fields.text.slice(0, 120)}”
        </span>
      )}
      <div className={styles.formEnd}>
        <Button
          onClick={() => {
            forget();
            void run([act.incident], act.action, act.fields);
          }}
        >
          {text.act.retry}
        </Button>
        <Button onClick={forget}>{text.act.cancel}</Button>
      </div>
    </div>
  );
}
