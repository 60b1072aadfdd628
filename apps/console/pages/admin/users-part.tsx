import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { Role } from '#libs/model';
import type { LinkView, ListView, NewUserView, UserView } from '#libs/protocol';

import { get, post } from '../../api/client.ts';
import { reachName } from '../../format/names.ts';
import { dateTime } from '../../format/time.ts';
import { useText } from '../../i18n/text.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button } from '../../ui/controls.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import { NO_PLACE, PlaceFields, placeBody } from '../sources/place-fields.tsx';
import { FreshLink, UserActs } from './user-acts.tsx';

/** People shown at once. */
const USERS_MAX = 500;
const ROLES: readonly Role[] = ['analyst', 'locality', 'manager', 'admin'];

function AddUser(props: {
  readonly onAdded: (added: NewUserView) => void;
  readonly onClose: () => void;
}): ReactNode {
  const text = useText();
  const [user, setUser] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('analyst');
  const [place, setPlace] = useState(NO_PLACE);
  const add = useAct({
    run: () => post<NewUserView>('/users', { user, name, role, ...placeBody(place) }),
    said: (added) => text.admin.created(added.name),
    refresh: ['users'],
    done: props.onAdded,
    inForm: true,
  });
  return (
    <FormDialog
      title={text.admin.addUser}
      act={text.admin.addUser}
      pending={add.isPending}
      failure={add.error}
      onSubmit={() => add.mutate(undefined)}
      onClose={props.onClose}
    >
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
        hint={text.people.noPassword}
        value={role}
        onChange={(event) => setRole(ROLES.find((one) => one === event.target.value) ?? 'analyst')}
        options={ROLES.map((one) => [one, text.account.role[one]] as const)}
      />
      <PlaceFields centre value={place} onChange={setPlace} />
    </FormDialog>
  );
}

function UserRow(props: { readonly user: UserView }): ReactNode {
  const text = useText();
  const { user } = props;
  return (
    <tr className={cx(user.disabled && table.quiet)}>
      <td className={table.nowrap}>{user.user}</td>
      <td>{user.name}</td>
      <td>{text.account.role[user.role]}</td>
      <td>{reachName(user.scope, text.account.whole, text.duty.unknownPlace)}</td>
      <td>{user.disabled ? text.admin.off : text.admin.on}</td>
      <td className={table.nowrap}>
        {user.lastSignIn === null ? text.admin.never : dateTime(user.lastSignIn)}
      </td>
      <td className={table.right}>
        <UserActs user={user} />
      </td>
    </tr>
  );
}

/** People who may sign in, with their role and place. */
export function UsersPart(): ReactNode {
  const text = useText();
  const [adding, setAdding] = useState(false);
  const [link, setLink] = useState<LinkView | null>(null);
  const query = useQuery({
    queryKey: ['users'],
    queryFn: () => get<ListView<UserView>>('/users', { limit: USERS_MAX }),
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
          <div className={table.scroll}>
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
                    <span className="sr">{text.act.more}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((user) => (
                  <UserRow key={user.user} user={user} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
      {adding ? (
        <AddUser
          onClose={() => setAdding(false)}
          onAdded={(added) => {
            setAdding(false);
            setLink(added.link);
          }}
        />
      ) : null}
      {link === null ? null : <FreshLink link={link} onClose={() => setLink(null)} />}
    </>
  );
}
