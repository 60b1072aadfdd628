import { Combobox } from '@base-ui/react/combobox';
import { type ReactNode, useMemo, useState } from 'react';

import { useText } from '../../i18n/text.tsx';
import { useDesk, useLive } from '../../shell/desk.tsx';
import { Avatar, Button, controls } from '../../ui/controls.tsx';
import popup from '../../ui/popup.module.css';
import styles from './incident.module.css';

/** People to choose among: me first, then those who are here or hold something. */
function usePeople(): readonly string[] {
  const { book, session } = useDesk();
  const { people } = useLive();
  return useMemo(() => {
    const others = new Set(people.map((person) => person.user));
    for (const row of book.rows()) if (row.assignee !== null) others.add(row.assignee);
    others.delete(session.user);
    return [session.user, ...[...others].sort()];
  }, [book, people, session.user]);
}

/** Gives the incident to somebody; Enter at once gives it to me. */
export default function AssignForm(props: {
  readonly onSend: (assignee: string | null) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const text = useText();
  const { session } = useDesk();
  const people = usePeople();
  const [typed, setTyped] = useState('');
  return (
    <section className={styles.form} aria-label={text.act.assign}>
      <Combobox.Root
        items={people}
        inputValue={typed}
        autoHighlight
        defaultOpen
        onInputValueChange={(value) => setTyped(value)}
        onValueChange={(value: string | null) => {
          if (value !== null) props.onSend(value);
        }}
      >
        <label>
          <span className={controls.label}>{text.panel.assignTo}</span>
          <Combobox.Input
            className={controls.input}
            placeholder={text.panel.assignHint}
            autoFocus
            onKeyDown={(event) => {
              if (event.key === 'Escape') props.onCancel();
            }}
          />
        </label>
        <Combobox.Portal>
          <Combobox.Positioner sideOffset={4} className={popup.positioner}>
            <Combobox.Popup className={popup.popup}>
              <Combobox.List>
                {(person: string) => (
                  <Combobox.Item key={person} value={person} className={popup.item}>
                    <Avatar name={person} />
                    {person}
                    {person === session.user ? ` (${text.act.me})` : ''}
                  </Combobox.Item>
                )}
              </Combobox.List>
            </Combobox.Popup>
          </Combobox.Positioner>
        </Combobox.Portal>
      </Combobox.Root>
      <div className={styles.formEnd}>
        <Button onClick={() => props.onSend(null)}>{text.act.nobody}</Button>
        <span className={styles.space} />
        <Button onClick={props.onCancel}>{text.act.cancel}</Button>
      </div>
    </section>
  );
}
