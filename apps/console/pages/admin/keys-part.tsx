import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';

import type { KeyView, ListView, NewKeyView } from '#libs/protocol';

import { get, post, remove } from '../../api/client.ts';
import { problemText } from '../../api/problem-text.ts';
import { reachName } from '../../format/names.ts';
import { date, dateTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button, controls, Empty, Notice } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import table from '../../ui/table.module.css';
import { useToast } from '../../ui/toast.tsx';
import { NO_PLACE, PlaceFields, placeBody } from '../sources/place-fields.tsx';
import styles from './admin.module.css';
import { Confirm } from './confirm.tsx';

/** Keys shown at once. */
const KEYS_MAX = 500;
const KEY_DAYS_MAX = 365;

/** The one moment in which a key can be read. */
function FreshKey(props: { readonly made: NewKeyView; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const toast = useToast();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(props.made.text);
    toast({ text: text.act.copied });
  };
  return (
    <Dialog title={text.admin.keyFor(props.made.name)} open firm onClose={props.onClose}>
      <div className={styles.key}>
        <Notice>{text.admin.keyOnce}</Notice>
        <code>{props.made.text}</code>
        <div className={styles.end}>
          <Button look="primary" onClick={() => void copy()}>
            {text.act.copy}
          </Button>
          <Button onClick={props.onClose}>{text.act.close}</Button>
        </div>
      </div>
    </Dialog>
  );
}

function AddKey(props: {
  readonly onMade: (made: NewKeyView) => void;
  readonly onClose: () => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<KeyView['kind']>('ingest');
  const [place, setPlace] = useState(NO_PLACE);
  const [source, setSource] = useState('');
  const [days, setDays] = useState('');
  const add = useMutation({
    mutationFn: () =>
      post<NewKeyView>('/keys', {
        kind,
        name: name.trim(),
        ...placeBody(place),
        ...(source.trim() === '' ? {} : { source: source.trim() }),
        ...(days === '' ? {} : { days: Number(days) }),
      }),
    onSuccess: props.onMade,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Dialog title={text.admin.addKey} open onClose={props.onClose}>
      <form className={styles.form} onSubmit={submit}>
        <TextField
          label={text.admin.keyName}
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label={text.admin.kind}
          value={kind}
          onChange={(event) => setKind(event.target.value === 'api' ? 'api' : 'ingest')}
          options={[
            ['ingest', text.admin.kinds.ingest],
            ['api', text.admin.kinds.api],
          ]}
        />
        <PlaceFields centre value={place} onChange={setPlace} />
        <TextField
          label={text.admin.source}
          hint={text.admin.sourceHint}
          maxLength={200}
          value={source}
          onChange={(event) => setSource(event.target.value)}
        />
        <TextField
          label={text.admin.days}
          hint={text.admin.daysHint}
          type="number"
          min={1}
          max={KEY_DAYS_MAX}
          value={days}
          onChange={(event) => setDays(event.target.value)}
        />
        <div role="alert" className={controls.wrong}>
          {add.error === null ? null : problemText(add.error, text, language)}
        </div>
        <div className={styles.end}>
          <Button look="primary" type="submit" disabled={add.isPending}>
            {text.admin.addKey}
          </Button>
          <Button onClick={props.onClose}>{text.act.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function KeyRow(props: { readonly one: KeyView; readonly onRevoke: () => void }): ReactNode {
  const text = useText();
  const { one } = props;
  return (
    <tr className={cx(one.revoked !== null && table.quiet)}>
      <td>{one.name}</td>
      <td className={table.nowrap}>{text.admin.kinds[one.kind]}</td>
      <td>{reachName(one.scope, text.account.whole, text.duty.unknownPlace)}</td>
      <td>{one.source ?? '–'}</td>
      <td className={table.nowrap}>
        {one.by}, {date(one.created)}
      </td>
      <td className={table.nowrap}>
        {one.expires === null ? text.admin.noExpiry : date(one.expires)}
      </td>
      <td className={table.nowrap}>
        {one.lastUsed === null ? text.admin.never : dateTime(one.lastUsed)}
      </td>
      <td className={table.right}>
        {one.revoked === null ? (
          <Button onClick={props.onRevoke} aria-label={`${text.admin.revoke}: ${one.name}`}>
            {text.admin.revoke}
          </Button>
        ) : (
          text.admin.revoked
        )}
      </td>
    </tr>
  );
}

function KeyTable(props: {
  readonly rows: readonly KeyView[];
  readonly onRevoke: (key: KeyView) => void;
}): ReactNode {
  const text = useText();
  if (props.rows.length === 0) return <Empty icon="admin" title={text.admin.noKeys} />;
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th>{text.admin.keyName}</th>
          <th>{text.admin.kind}</th>
          <th>{text.admin.scope}</th>
          <th>{text.admin.source}</th>
          <th>{text.admin.by}</th>
          <th>{text.admin.expires}</th>
          <th>{text.admin.lastUsed}</th>
          <th>
            <span className="sr">{text.admin.revoke}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((one) => (
          <KeyRow key={one.id} one={one} onRevoke={() => props.onRevoke(one)} />
        ))}
      </tbody>
    </table>
  );
}

/** Keys of senders and programs; a key's text is shown once, when it is made. */
export function KeysPart(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const toast = useToast();
  const cache = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<NewKeyView | null>(null);
  const [going, setGoing] = useState<KeyView | null>(null);
  const query = useQuery({
    queryKey: ['keys'],
    queryFn: () => get<ListView<KeyView>>('/keys', { limit: KEYS_MAX }),
  });
  const again = (): void => void cache.invalidateQueries({ queryKey: ['keys'] });
  const revoke = useMutation({
    mutationFn: (key: KeyView) => remove(`/keys/${encodeURIComponent(key.id)}`),
    onSuccess: (_, key) => {
      toast({ text: text.admin.revokedNow(key.name) });
      again();
    },
    onError: (failure) => toast({ text: problemText(failure, text, language) }),
    onSettled: () => setGoing(null),
  });
  return (
    <>
      <div className={table.tools}>
        <span className={table.space} />
        <Button look="primary" onClick={() => setAdding(true)}>
          {text.admin.addKey}
        </Button>
      </div>
      <Loaded query={query} what={text.admin.keys}>
        {({ rows }) => <KeyTable rows={rows} onRevoke={setGoing} />}
      </Loaded>
      {adding ? (
        <AddKey
          onClose={() => setAdding(false)}
          onMade={(key) => {
            setAdding(false);
            setMade(key);
            again();
          }}
        />
      ) : null}
      {made === null ? null : <FreshKey made={made} onClose={() => setMade(null)} />}
      {going === null ? null : (
        <Confirm
          title={text.admin.revoke}
          text={text.admin.revokeAsk(going.name)}
          act={text.admin.revoke}
          onYes={() => revoke.mutate(going)}
          onNo={() => setGoing(null)}
        />
      )}
    </>
  );
}
