import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';

import type { Role } from '#libs/model';
import type { ListView, UserView } from '#libs/protocol';

import { get, post } from '../../api/client.ts';
import { CENTRE_PROVINCE } from '../../api/places.ts';
import { problemText } from '../../api/problem-text.ts';
import { placeName } from '../../format/names.ts';
import { dateTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button, controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import table from '../../ui/table.module.css';
import { useToast } from '../../ui/toast.tsx';
import { NO_PLACE, PlaceFields, placeBody } from '../sources/place-fields.tsx';
import styles from './admin.module.css';
import { Confirm } from './confirm.tsx';

/** People shown at once. */
const USERS_MAX = 500;
const ROLES: readonly Role[] = ['analyst', 'locality', 'manager', 'admin'];

function AddUser(props: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const toast = useToast();
  const cache = useQueryClient();
  const [user, setUser] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('analyst');
  const [place, setPlace] = useState(NO_PLACE);
  const [password, setPassword] = useState('');
  const add = useMutation({
    mutationFn: () => post<UserView>('/users', { user, name, role, password, ...placeBody(place) }),
    onSuccess: (added) => {
      toast({ text: text.admin.created(added.name) });
      void cache.invalidateQueries({ queryKey: ['users'] });
      props.onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Dialog title={text.admin.addUser} open onClose={props.onClose}>
      <form className={styles.form} onSubmit={submit}>
        <TextField
          label={text.admin.user}
          required
          maxLength={64}
          autoCapitalize="none"
          autoComplete="off"
          value={user}
          onChange={(event) => setUser(event.target.value)}
        />
        <TextField
          label={text.admin.name}
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label={text.admin.role}
          value={role}
          onChange={(event) =>
            setRole(ROLES.find((one) => one === event.target.value) ?? 'analyst')
          }
          options={ROLES.map((one) => [one, text.account.role[one]] as const)}
        />
        <PlaceFields centre value={place} onChange={setPlace} />
        <TextField
          label={text.admin.password}
          hint={text.admin.passwordHint}
          type="password"
          autoComplete="new-password"
          required
          maxLength={1000}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <div role="alert" className={controls.wrong}>
          {add.error === null ? null : problemText(add.error, text, language)}
        </div>
        <div className={styles.end}>
          <Button look="primary" type="submit" disabled={add.isPending}>
            {text.admin.addUser}
          </Button>
          <Button onClick={props.onClose}>{text.act.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function UserRow(props: { readonly user: UserView; readonly onDisable: () => void }): ReactNode {
  const text = useText();
  const { session } = useDesk();
  const { user } = props;
  const whole = user.scope.province === CENTRE_PROVINCE;
  return (
    <tr className={cx(user.disabled && table.quiet)}>
      <td className={table.nowrap}>{user.user}</td>
      <td>{user.name}</td>
      <td>{text.account.role[user.role]}</td>
      <td>{whole ? text.account.whole : placeName(user.scope, text.duty.unknownPlace)}</td>
      <td>{user.disabled ? text.admin.off : text.admin.on}</td>
      <td className={table.nowrap}>
        {user.lastSignIn === null ? text.admin.never : dateTime(user.lastSignIn)}
      </td>
      <td className={table.right}>
        {user.disabled || user.user === session.user ? null : (
          <Button onClick={props.onDisable} aria-label={`${text.admin.disable}: ${user.name}`}>
            {text.admin.disable}
          </Button>
        )}
      </td>
    </tr>
  );
}

/** People who may sign in, with their role and place. */
export function UsersPart(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const toast = useToast();
  const cache = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<UserView | null>(null);
  const query = useQuery({
    queryKey: ['users'],
    queryFn: () => get<ListView<UserView>>('/users', { limit: USERS_MAX }),
  });
  const disable = useMutation({
    mutationFn: (user: string) => post<UserView>(`/users/${encodeURIComponent(user)}/disable`, {}),
    onSuccess: (user) => {
      toast({ text: text.admin.disabled(user.name) });
      void cache.invalidateQueries({ queryKey: ['users'] });
    },
    onError: (failure) => toast({ text: problemText(failure, text, language) }),
    onSettled: () => setLeaving(null),
  });
  return (
    <>
      <div className={table.tools}>
        <span className={table.space} />
        <Button look="primary" onClick={() => setAdding(true)}>
          {text.admin.addUser}
        </Button>
      </div>
      <Loaded query={query} what={text.admin.users}>
        {({ rows }) => (
          <table className={table.table}>
            <thead>
              <tr>
                <th>{text.admin.user}</th>
                <th>{text.admin.name}</th>
                <th>{text.admin.role}</th>
                <th>{text.admin.scope}</th>
                <th>{text.admin.active}</th>
                <th>{text.admin.lastSeen}</th>
                <th>
                  <span className="sr">{text.admin.disable}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((user) => (
                <UserRow key={user.user} user={user} onDisable={() => setLeaving(user)} />
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
      {adding ? <AddUser onClose={() => setAdding(false)} /> : null}
      {leaving === null ? null : (
        <Confirm
          title={text.admin.disable}
          text={text.admin.disableAsk(leaving.name)}
          act={text.admin.disable}
          onYes={() => disable.mutate(leaving.user)}
          onNo={() => setLeaving(null)}
        />
      )}
    </>
  );
}
