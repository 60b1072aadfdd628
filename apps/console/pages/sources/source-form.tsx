import { type ReactNode, useState } from 'react';

import type { LogSource } from '#libs/model';

import { put } from '../../api/client.ts';
import { useText } from '../../i18n/text.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useAct } from '../../ui/use-act.ts';
import { NO_PLACE, PlaceFields, placeBody } from './place-fields.tsx';

/** Words of a field, separated by spaces or commas. */
function wordsOf(typed: string): string[] {
  return typed.split(/[\s,]+/).filter((word) => word !== '');
}

/** Enters a log source into the register. */
export function SourceForm(props: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const [typed, setTyped] = useState({
    id: '',
    name: '',
    dataset: '',
    addresses: '',
    hosts: '',
    silence: '0',
  });
  const [place, setPlace] = useState(NO_PLACE);
  const save = useAct({
    run: () =>
      put<LogSource>(`/sources/${encodeURIComponent(typed.id.trim())}`, {
        name: typed.name.trim(),
        ...placeBody(place),
        addresses: wordsOf(typed.addresses),
        hosts: wordsOf(typed.hosts),
        silenceFloorS: Number(typed.silence),
        ...(typed.dataset.trim() === '' ? {} : { dataset: typed.dataset.trim() }),
      }),
    said: ({ name }) => text.entering.saved(name),
    refresh: ['sources', 'localities', 'unknown-senders'],
    done: props.onClose,
    inForm: true,
  });
  const field = (
    name: keyof typeof typed,
    label: string,
    more: { readonly hint?: string; readonly required?: boolean } = {},
  ): ReactNode => (
    <TextField
      label={label}
      maxLength={200}
      {...more}
      value={typed[name]}
      onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
    />
  );
  const words = text.entering;
  return (
    <FormDialog
      title={words.addSource}
      act={words.addSource}
      pending={save.isPending}
      failure={save.error}
      onSubmit={() => save.mutate(undefined)}
      onClose={props.onClose}
    >
      {field('name', text.sources.name, { required: true })}
      {field('id', words.id, { required: true, hint: words.idHint })}
      <PlaceFields centre value={place} onChange={setPlace} />
      {field('addresses', words.addresses, { hint: words.listHint })}
      {field('hosts', words.hosts, { hint: words.listHint })}
      {field('dataset', text.sources.dataset, { hint: text.sources.datasetAuto })}
      {field('silence', words.silence, { hint: words.silenceHint })}
    </FormDialog>
  );
}
