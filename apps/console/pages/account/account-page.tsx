import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';

import type { ListView, SessionView } from '#libs/protocol';

import { ApiFailure, get, post, remove } from '../../api/client.ts';
import { problemText } from '../../api/problem-text.ts';
import { noteSession, sessionQuery } from '../../api/session.ts';
import { CENTRE_PROVINCE } from '../../api/places.ts';
import { placeName } from '../../format/names.ts';
import { dateTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { Button, controls, Notice } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import { useToast } from '../../ui/toast.tsx';
import styles from './account.module.css';

const PASSWORD_LENGTH_MIN = 12;

/** A session as the list shows it; the server may tell less. */
interface OpenSession {
  readonly id: string;
  readonly started?: string;
  readonly address?: string;
  readonly agent?: string;
  readonly current?: boolean;
}

function ChangePassword(props: { readonly forced: boolean }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const toast = useToast();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const short = next.length < PASSWORD_LENGTH_MIN ? text.account.short : undefined;
  const differ = next === again ? undefined : text.account.differ;
  const change = useMutation({
    mutationFn: () => post<unknown>('/session/password', { current, next }),
    onSuccess: async () => {
      setCurrent('');
      setNext('');
      setAgain('');
      setTried(false);
      toast({ text: text.account.changed });
      const session = await get<SessionView>('/session');
      cache.setQueryData(sessionQuery.queryKey, session);
      if (props.forced && !session.mustChangePassword) void navigate({ to: '/truc' });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (short === undefined && differ === undefined) change.mutate();
  };
  const refused = change.error instanceof ApiFailure ? change.error : null;
  return (
    <form className={styles.card} onSubmit={submit}>
      <h2>{text.account.changePassword}</h2>
      {props.forced ? <Notice>{text.account.mustChange}</Notice> : null}
      <TextField
        label={text.account.current}
        type="password"
        autoComplete="current-password"
        required
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
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
        {refused === null ? null : problemText(refused, text, language)}
      </div>
      <div>
        <Button look="primary" type="submit" disabled={change.isPending}>
          {text.account.changePassword}
        </Button>
      </div>
    </form>
  );
}

function Sessions(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const toast = useToast();
  const cache = useQueryClient();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: () => get<ListView<OpenSession>>('/sessions'),
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
              <b>{session.address ?? session.id.slice(0, 8)}</b>
              {session.current === true ? <span> · {text.account.thisSession}</span> : null}
              <div className={styles.quiet}>
                {session.started === undefined
                  ? ''
                  : `${text.account.started} ${dateTime(session.started)}`}
              </div>
              <div className={styles.quiet}>{session.agent}</div>
            </div>
            {session.current === true ? null : (
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
  const whole = session.scope.province === CENTRE_PROVINCE;
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
            {whole ? text.account.whole : placeName(session.scope, text.duty.unknownPlace)}
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
