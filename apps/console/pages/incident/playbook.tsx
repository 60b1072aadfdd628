import { type ReactNode, useState } from 'react';

import type { IncidentView, StepView } from '#libs/protocol';

import { number } from '../../format/number.ts';
import { listTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { isOpen } from '../../live/criteria.ts';
import { useDesk, useLive } from '../../shell/desk.tsx';
import styles from './incident.module.css';
import type { Work } from './use-work.ts';

/** Steps done and steps in all, for the name of the tab; empty while there are none. */
export function progressOf(view: IncidentView | undefined): string {
  if (view === undefined || view.playbook.length === 0) return '';
  const done = view.playbook.filter((step) => step.done !== null).length;
  return `${done}/${view.playbook.length}`;
}

function Step(props: {
  readonly view: IncidentView;
  readonly step: StepView;
  readonly work: Work;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { clock, mayAct } = useDesk();
  const { link } = useLive();
  const { view, step, work } = props;
  const { done } = step;
  // What was asked for, until the server has answered.
  const [asked, setAsked] = useState<boolean | null>(null);
  const ticked = asked ?? done !== null;
  const toggle = (): void => {
    setAsked(!ticked);
    void work.run([view.id], 'step', { step: step.step, done: !ticked }).then(() => setAsked(null));
  };
  const fixed = !mayAct || !isOpen(view) || link.kind !== 'connected';
  return (
    <li className={styles.step} data-done={done === null ? undefined : ''}>
      <label>
        <input type="checkbox" checked={ticked} disabled={fixed} onChange={toggle} />
        <span>{language === 'vi' ? step.step : step.stepEn}</span>
      </label>
      {done === null ? null : (
        <small>{text.playbook.doneBy(done.who, listTime(done.at, clock.now()))}</small>
      )}
    </li>
  );
}

/** What is to be done, step by step; a tick says who did it and when, also in the timeline. */
export function Playbook(props: { readonly view: IncidentView; readonly work: Work }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { view, work } = props;
  const { playbook } = view;
  if (playbook.length === 0) return <p className={styles.quiet}>{text.playbook.none}</p>;
  const done = playbook.filter((step) => step.done !== null).length;
  return (
    <>
      <p className={styles.quiet}>
        {text.playbook.progress(number(done, language), number(playbook.length, language))}
      </p>
      <ol className={styles.playbook}>
        {playbook.map((step) => (
          <Step key={step.step} view={view} step={step} work={work} />
        ))}
      </ol>
    </>
  );
}
