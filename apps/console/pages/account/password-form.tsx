import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';

import { problemText } from '../../api/problem-text.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { Button, controls } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import styles from './account.module.css';

/** The server asks for as many; it also refuses what is too simple, in its own words. */
const PASSWORD_LENGTH_MIN = 14;

/** A new password, twice, and where needed the one before. */
export function PasswordForm<T>(props: {
  readonly askCurrent: boolean;
  readonly label: string;
  readonly send: (next: string, current: string) => Promise<T>;
  readonly onDone: (answer: T) => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const short = next.length < PASSWORD_LENGTH_MIN ? text.account.short : undefined;
  const differ = next === again ? undefined : text.account.differ;
  const change = useMutation({
    mutationFn: () => props.send(next, current),
    onSuccess: (answer) => {
      setCurrent('');
      setNext('');
      setAgain('');
      setTried(false);
      props.onDone(answer);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (short === undefined && differ === undefined) change.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      {props.askCurrent ? (
        <TextField
          label={text.account.current}
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
      ) : null}
      <TextField
        label={text.account.next}
        type="password"
        autoComplete="new-password"
        required
        hint={text.account.rule}
        wrong={tried ? short : undefined}
        value={next}
        onChange={(event) => setNext(event.target.value)}
      />
      <TextField
        label={text.account.again}
        type="password"
        autoComplete="new-password"
        required
        wrong={tried ? differ : undefined}
        value={again}
        onChange={(event) => setAgain(event.target.value)}
      />
      <div role="alert" className={controls.wrong}>
        {change.error === null ? null : problemText(change.error, text, language)}
      </div>
      <div>
        <Button look="primary" type="submit" disabled={change.isPending}>
          {props.label}
        </Button>
      </div>
    </form>
  );
}
