import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';

import { post } from '../../api/client.ts';
import { useText } from '../../i18n/text.tsx';
import { Empty } from '../../ui/controls.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useToast } from '../../ui/toast.tsx';
import { PasswordForm } from '../account/password-form.tsx';
import styles from './sign-in.module.css';

/** The one-time link that the server printed; its token stands behind `#`, which no server sees. */
export function SetPasswordPage(): ReactNode {
  const text = useText();
  const toast = useToast();
  const navigate = useNavigate();
  const [token] = useState(() => location.hash.slice(1));
  useEffect(() => {
    document.title = `${text.signIn.setPassword} – ${text.product}`;
    // A token that was read has no business in the history.
    history.replaceState(history.state, '', location.pathname);
  }, [text]);
  const done = (): void => {
    toast({ text: text.account.changed });
    void navigate({ to: '/dang-nhap' });
  };
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <span className={styles.logo}>
            <Icon name="tower" size={30} />
          </span>
          <div>
            <h1>{text.signIn.setPassword}</h1>
            <p>{text.product}</p>
          </div>
        </div>
        {token === '' ? (
          <Empty icon="warning" title={text.signIn.noLink} text={text.signIn.noLinkText} />
        ) : (
          <PasswordForm
            askCurrent={false}
            label={text.signIn.setPassword}
            send={(password) => post<undefined>('/session/link', { token, password })}
            onDone={done}
          />
        )}
      </div>
    </main>
  );
}
