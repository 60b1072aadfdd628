import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';

import type { IncidentRow, PersonView } from '#libs/protocol';

import { peopleQuery } from '../../api/desk.ts';
import { fold } from '../../format/fold.ts';
import { placeName } from '../../format/names.ts';
import { sorted } from '../../format/sorted.ts';
import { useText } from '../../i18n/text.tsx';
import { isComposing } from '../../keyboard/keys.ts';
import { useDesk, useLive } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { Avatar, Button, controls } from '../../ui/controls.tsx';
import styles from './incident.module.css';

/** People offered at once; typing narrows them. */
const OFFERED_MAX = 7;

/** Code of the whole country. */
const CENTER = '00';

/** True for a person whose own place holds the incident's. */
function reaches({ scope }: PersonView, { locality }: IncidentRow): boolean {
  if (scope.province === CENTER) return true;
  if (scope.province !== locality.province) return false;
  return scope.commune === undefined || scope.commune === locality.commune;
}

interface Choice {
  readonly person: PersonView;
  readonly here: boolean;
}

/** Who may work on it: me first, then those who are here, then the others by name. */
function useChoices(row: IncidentRow): readonly Choice[] {
  const { session } = useDesk();
  const { people } = useLive();
  const { data } = useQuery(peopleQuery);
  return useMemo(() => {
    const { user, name, role, scope } = session;
    const all = data?.rows.filter((person) => reaches(person, row)) ?? [];
    const me = all.find((person) => person.user === user) ?? { user, name, role, scope };
    const online = new Set(people.map((person) => person.user));
    const others = all
      .filter((person) => person.user !== user)
      .map((person) => ({ person, here: online.has(person.user) }));
    const byName = sorted(
      others,
      (a, b) => Number(b.here) - Number(a.here) || a.person.name.localeCompare(b.person.name, 'vi'),
    );
    return [{ person: me, here: true }, ...byName];
  }, [data, people, row, session]);
}

/** Gives the incident to somebody; Enter at once gives it to me. */
export function AssignForm(props: {
  readonly row: IncidentRow;
  readonly onSend: (assignee: string | null) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const text = useText();
  const { session } = useDesk();
  const choices = useChoices(props.row);
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const wanted = fold(typed);
  const offered = choices
    .filter(({ person }) => fold(`${person.name} ${person.user}`).includes(wanted))
    .slice(0, OFFERED_MAX);
  const active = offered[Math.min(at, offered.length - 1)]?.person.user;
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
        placeholder={text.assignees.find}
        autoFocus
        autoComplete="off"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      {offered.length === 0 ? <p className={styles.quiet}>{text.assignees.none}</p> : null}
      <div id="assign-people" role="listbox" aria-label={text.panel.assignTo} tabIndex={-1}>
        {offered.map(({ person, here }) => (
          <button
            key={person.user}
            type="button"
            tabIndex={-1}
            id={`assign-${person.user}`}
            role="option"
            aria-selected={person.user === active}
            className={cx(styles.person, person.user === active && styles.personOn)}
            onClick={() => props.onSend(person.user)}
          >
            <Avatar name={person.name} present={here} />
            <span>
              {person.name}
              {person.user === session.user ? ` (${text.assignees.me})` : ''}
            </span>
            <small>
              {person.scope.province === CENTER
                ? text.account.role[person.role]
                : placeName(person.scope, text.duty.unknownPlace)}
              {here && person.user !== session.user ? ` · ${text.assignees.here}` : ''}
            </small>
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
