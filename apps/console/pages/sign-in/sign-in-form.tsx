import { type FormEvent, type KeyboardEvent, type ReactNode, useRef, useState } from 'react';

import type { SessionView } from '#libs/protocol';

import { ApiFailure, post } from '../../api/client.ts';
import { problemText } from '../../api/problem-text.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { Button, controls } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import styles from './sign-in.module.css';

/** User name and password; used on its own page and over a page whose session has ended. */
export function SignInForm(props: {
  readonly user?: string;
  readonly onDone: (session: SessionView) => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const [user, setUser] = useState(props.user ?? '');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [caps, setCaps] = useState(false);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setWrong(null);
    try {
      props.onDone(await post<SessionView>('/session', { username: user.trim(), password }));
    } catch (failure) {
      const refused = failure instanceof ApiFailure && failure.status === 401;
      setWrong(refused ? text.signIn.wrong : problemText(failure, text, language));
      setBusy(false);
      field.current?.select();
    }
  };
  const watchCaps = (event: KeyboardEvent): void => setCaps(event.getModifierState('CapsLock'));

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <TextField
        label={text.signIn.user}
        value={user}
        onChange={(event) => setUser(event.target.value)}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        maxLength={200}
        autoFocus={props.user === undefined}
      />
      <div className={styles.password}>
        <TextField
          inputRef={field}
          label={text.signIn.password}
          type={shown ? 'text' : 'password'}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          onKeyDown={watchCaps}
          onKeyUp={watchCaps}
          autoComplete="current-password"
          required
          maxLength={1000}
          hint={caps ? text.signIn.caps : undefined}
          autoFocus={props.user !== undefined}
        />
        <button
          type="button"
          className={styles.reveal}
          aria-pressed={shown}
          aria-label={shown ? text.signIn.hidePassword : text.signIn.showPassword}
          onClick={() => setShown(!shown)}
        >
          <Icon name="eye" size={18} />
        </button>
      </div>
      <div role="alert" className={controls.wrong}>
        {wrong}
      </div>
      <Button look="primary" type="submit" disabled={busy} className={styles.submit}>
        {busy ? text.signIn.busy : text.signIn.submit}
      </Button>
    </form>
  );
}
