import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';

import type { TimelineView } from '#libs/protocol';

import { fullTime, listTime } from '../../format/time.ts';
import { useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { Avatar, Button, controls, Skeleton } from '../../ui/controls.tsx';
import { draft, keepDraft } from './drafts.ts';
import styles from './incident.module.css';
import type { Work } from './use-work.ts';

/** Characters of a comment. */
const TEXT_MAX = 4_000;

/**
 * Writing a comment; what is typed survives leaving the incident, a conflict and a lost session.
 */
function Write(props: { readonly id: string; readonly work: Work }): ReactNode {
  const text = useText();
  const { id, work } = props;
  const [value, setValue] = useState(() => draft(`comment ${id}`));
  const field = useRef<HTMLTextAreaElement>(null);
  const wanted = work.form === 'comment';
  useEffect(() => {
    if (wanted) field.current?.focus();
  }, [wanted]);
  const change = (next: string): void => {
    keepDraft(`comment ${id}`, next);
    setValue(next);
  };
  const send = (): void => {
    const written = value.trim();
    if (written === '') return;
    change('');
    work.open(null);
    field.current?.blur();
    void work.run([id], 'comment', { text: written }).then((done) => {
      if (!done) change(written);
    });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };
  return (
    <form onSubmit={submit}>
      <textarea
        ref={field}
        className={controls.input}
        aria-label={text.panel.write}
        placeholder={text.panel.write}
        value={value}
        maxLength={TEXT_MAX}
        onChange={(event) => change(event.target.value)}
        onBlur={() => work.open(null)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && event.ctrlKey) send();
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <div className={styles.formEnd}>
        <span className={controls.hint}>{text.panel.writeHint}</span>
        <span className={styles.space} />
        <Button type="submit" disabled={value.trim() === ''}>
          {text.act.send}
        </Button>
      </div>
    </form>
  );
}

/**
 * What was said, and room to say more: that is there before the rest is read, for whoever presses
 * the key writes at once.
 */
export function Comments(props: {
  readonly id: string;
  readonly entries: readonly TimelineView[] | undefined;
  readonly work: Work;
}): ReactNode {
  const text = useText();
  const { clock, mayAct } = useDesk();
  const now = clock.now();
  const comments = props.entries?.filter((entry) => entry.what === 'commented');
  return (
    <>
      {comments === undefined ? <Skeleton lines={3} /> : null}
      {comments?.length === 0 ? <p className={styles.quiet}>{text.panel.noComments}</p> : null}
      {comments?.map((entry, at) => (
        <div key={at} className={styles.comment}>
          <Avatar name={entry.who} />
          <div>
            <b>{entry.who}</b>{' '}
            <time className={styles.quiet} dateTime={entry.at} title={fullTime(entry.at)}>
              {listTime(entry.at, now)}
            </time>
            <p>{entry.facts['text']}</p>
          </div>
        </div>
      ))}
      {mayAct ? <Write key={props.id} id={props.id} work={props.work} /> : null}
    </>
  );
}
