import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';

import { fold } from '../../format/fold.ts';
import { useText } from '../../i18n/text.tsx';
import { isComposing } from '../../keyboard/keys.ts';
import { useDesk, useLive } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { Avatar, Button, controls } from '../../ui/controls.tsx';
import styles from './incident.module.css';
import { sorted } from '../../format/sorted.ts';

/** People offered at once; typing narrows them. */
const OFFERED_MAX = 7;

/** People to choose among: me first, then those who are here or hold something. */
function usePeople(): readonly string[] {
  const { book, session } = useDesk();
  const { people } = useLive();
  return useMemo(() => {
    const others = new Set(people.map((person) => person.user));
    for (const row of book.rows()) if (row.assignee !== null) others.add(row.assignee);
    others.delete(session.user);
    return [session.user, ...sorted(others)];
  }, [book, people, session.user]);
}

/** Gives the incident to somebody; Enter at once gives it to me. */
export function AssignForm(props: {
  readonly onSend: (assignee: string | null) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const text = useText();
  const { session } = useDesk();
  const people = usePeople();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const wanted = fold(typed);
  const offered = people.filter((person) => fold(person).includes(wanted)).slice(0, OFFERED_MAX);
  const active = offered[Math.min(at, offered.length - 1)];
  const press = (event: KeyboardEvent): void => {
    if (isComposing(event.nativeEvent)) return;
    const step = event.code === 'ArrowDown' ? 1 : event.code === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setAt(Math.max(0, Math.min(offered.length - 1, at + step)));
    else if (event.key === 'Enter' && active !== undefined) props.onSend(active);
    else if (event.key === 'Escape') props.onCancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section className={styles.form} aria-label={text.act.assign}>
      <input
        className={controls.input}
        role="combobox"
        aria-label={text.panel.assignTo}
        aria-expanded={offered.length > 0}
        aria-controls="assign-people"
        aria-autocomplete="list"
        {...(active === undefined ? {} : { 'aria-activedescendant': `assign-${active}` })}
        placeholder={text.panel.assignHint}
        autoFocus
        autoComplete="off"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div id="assign-people" role="listbox" aria-label={text.panel.assignTo} tabIndex={-1}>
        {offered.map((person) => (
          <button
            key={person}
            type="button"
            tabIndex={-1}
            id={`assign-${person}`}
            role="option"
            aria-selected={person === active}
            className={cx(styles.person, person === active && styles.personOn)}
            onClick={() => props.onSend(person)}
          >
            <Avatar name={person} />
            {person}
            {person === session.user ? ` (${text.act.me})` : ''}
          </button>
        ))}
      </div>
      <div className={styles.formEnd}>
        <Button onClick={() => props.onSend(null)}>{text.act.nobody}</Button>
        <span className={styles.space} />
        <Button onClick={props.onCancel}>{text.act.cancel}</Button>
      </div>
    </section>
  );
}
