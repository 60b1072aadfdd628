import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { SessionView } from '#libs/protocol';

import { get, post, remove } from '../../api/client.ts';
import { problemText } from '../../api/problem-text.ts';
import { noteSession, sessionQuery } from '../../api/session.ts';
import { reachName } from '../../format/names.ts';
import { dateTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { Button, Notice } from '../../ui/controls.tsx';
import { useToast } from '../../ui/toast.tsx';
import styles from './account.module.css';
import { PasswordForm } from './password-form.tsx';

/** One of my own sessions. */
interface OpenSession {
  readonly id: string;
  readonly created: string;
  readonly address: string;
  readonly agent: string;
  readonly current: boolean;
}

function ChangePassword(props: { readonly forced: boolean }): ReactNode {
  const text = useText();
  const toast = useToast();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const done = (session: SessionView): void => {
    toast({ text: text.account.changed });
    cache.setQueryData(sessionQuery.queryKey, session);
    void cache.invalidateQueries({ queryKey: ['sessions'] });
    if (props.forced) void navigate({ to: '/truc' });
  };
  return (
    <section className={styles.card}>
      <h2>{text.account.changePassword}</h2>
      {props.forced ? <Notice>{text.account.mustChange}</Notice> : null}
      <PasswordForm
        askCurrent
        label={text.account.changePassword}
        send={(next, current) => post<SessionView>('/session/password', { current, next })}
        onDone={done}
      />
    </section>
  );
}

function Sessions(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const toast = useToast();
  const cache = useQueryClient();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: () => get<{ readonly rows: readonly OpenSession[] }>('/sessions'),
  });
  const end = useMutation({
    mutationFn: (id: string) => remove(`/sessions/${encodeURIComponent(id)}`),
    onSuccess: () => {
      toast({ text: text.account.ended });
      void cache.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  return (
    <section className={styles.card}>
      <h2>{text.account.sessions}</h2>
      {sessions.error === null ? null : <p>{problemText(sessions.error, text, language)}</p>}
      <ul className={styles.sessions}>
        {(sessions.data?.rows ?? []).map((session) => (
          <li key={session.id}>
            <div>
              <b>{session.address}</b>
              {session.current ? <span> · {text.account.thisSession}</span> : null}
              <div className={styles.quiet}>
                {text.account.started} {dateTime(session.created)}
              </div>
              <div className={styles.quiet}>{session.agent}</div>
            </div>
            {session.current ? null : (
              <Button onClick={() => end.mutate(session.id)}>{text.account.end}</Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who I am here, my password, my open sessions. */
export function AccountPage(): ReactNode {
  const text = useText();
  const { session, queue } = useDesk();
  const { data = session } = useQuery(sessionQuery);
  const signOut = async (): Promise<void> => {
    noteSession('none');
    queue.stop();
    await remove('/session').catch(() => {});
    location.assign('/dang-nhap');
  };
  return (
    <PageFrame title={text.account.title}>
      <div className={styles.page}>
        <section className={styles.card}>
          <h2>{session.name}</h2>
          <p className={styles.quiet}>
            {session.user} · {text.account.role[session.role]} ·{' '}
            {reachName(session.scope, text.account.whole, text.duty.unknownPlace)}
          </p>
          <div>
            <Button onClick={() => void signOut()}>{text.shell.signOut}</Button>
          </div>
        </section>
        <ChangePassword forced={data.mustChangePassword} />
        {data.mustChangePassword ? null : <Sessions />}
      </div>
    </PageFrame>
  );
}
