import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';

import type { SessionView } from '#libs/protocol';

import { noteSession, sessionQuery } from '../../api/session.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { Icon } from '../../ui/icon.tsx';
import { SignInForm } from './sign-in-form.tsx';
import styles from './sign-in.module.css';

/** Where to go after sign-in: only an address of this console, never one of another site. */
function safeTarget(asked: string | undefined): string {
  if (asked === undefined || !asked.startsWith('/') || /^\/[/\\]/.test(asked)) return '/truc';
  return asked.startsWith('/dang-nhap') ? '/truc' : asked;
}

export function SignInPage(): ReactNode {
  const text = useText();
  const { language, speak } = useLanguage();
  const cache = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  const { tiep } = useSearch({ strict: false });
  useEffect(() => {
    document.title = `${text.signIn.title} – ${text.product}`;
  }, [text]);
  const done = (session: SessionView): void => {
    cache.clear();
    noteSession('open');
    cache.setQueryData(sessionQuery.queryKey, session);
    if (session.mustChangePassword) void navigate({ to: '/tai-khoan' });
    else router.history.push(safeTarget(tiep));
  };
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <span className={styles.logo}>
            <Icon name="tower" size={30} />
          </span>
          <div>
            <h1>{text.product}</h1>
            <p>{text.signIn.lead}</p>
          </div>
        </div>
        <SignInForm onDone={done} />
        <p className={styles.note}>{text.signIn.note}</p>
      </div>
      <div className={styles.languages} role="group" aria-label={text.shell.language}>
        {(['vi', 'en'] as const).map((tag) => (
          <button
            key={tag}
            type="button"
            lang={tag}
            aria-pressed={language === tag}
            onClick={() => speak(tag)}
          >
            {text.languages[tag]}
          </button>
        ))}
      </div>
    </main>
  );
}
