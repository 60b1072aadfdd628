import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { Probe, Service } from '#libs/model';
import type { ListView, ServiceView } from '#libs/protocol';

import { get, put } from '../../api/client.ts';
import { placeName } from '../../format/names.ts';
import { useText } from '../../i18n/text.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useAct } from '../../ui/use-act.ts';
import { NO_PLACE, PlaceFields, placeBody } from './place-fields.tsx';

const SERVICES_MAX = 1_000;

/** Enters a service that people use. */
export function ServiceForm(props: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const words = text.entering;
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [place, setPlace] = useState(NO_PLACE);
  const save = useAct({
    run: () =>
      put<Service>(`/services/${encodeURIComponent(id.trim())}`, {
        name: name.trim(),
        ...placeBody(place),
      }),
    said: (saved) => words.saved(saved.name),
    refresh: ['services'],
    done: props.onClose,
    inForm: true,
  });
  return (
    <FormDialog
      title={words.addService}
      act={words.addService}
      pending={save.isPending}
      failure={save.error}
      onSubmit={() => save.mutate(undefined)}
      onClose={props.onClose}
    >
      <TextField
        label={words.service}
        required
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label={words.id}
        hint={words.idHint}
        required
        maxLength={100}
        value={id}
        onChange={(event) => setId(event.target.value)}
      />
      <PlaceFields centre value={place} onChange={setPlace} />
    </FormDialog>
  );
}

/** Enters a probe of a service. */
export function ProbeForm(props: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const words = text.entering;
  const services = useQuery({
    queryKey: ['services'],
    queryFn: () => get<ListView<ServiceView>>('/services', { limit: SERVICES_MAX }),
  });
  const [service, setService] = useState('');
  const [kind, setKind] = useState('http');
  const [target, setTarget] = useState('');
  const [interval, setInterval] = useState('60');
  const save = useAct({
    run: () =>
      put<Probe>(`/probes/${encodeURIComponent(`${service}-${kind}`)}`, {
        service,
        kind,
        target: target.trim(),
        intervalS: Number(interval),
      }),
    said: (probe) => words.saved(probe.target),
    refresh: ['probes', 'services'],
    done: props.onClose,
    inForm: true,
  });
  const rows = services.data?.rows ?? [];
  return (
    <FormDialog
      title={words.addProbe}
      act={words.addProbe}
      pending={save.isPending || rows.length === 0}
      failure={save.error}
      onSubmit={() => save.mutate(undefined)}
      onClose={props.onClose}
    >
      <SelectField
        label={words.service}
        {...(services.data !== undefined && rows.length === 0 ? { hint: words.noServices } : {})}
        required
        value={service}
        onChange={(event) => setService(event.target.value)}
        options={[
          ['', '–'],
          ...rows.map(
            (one) => [one.id, `${one.name}, ${placeName(one.locality, one.id)}`] as const,
          ),
        ]}
      />
      <SelectField
        label={words.kind}
        value={kind}
        onChange={(event) => setKind(event.target.value)}
        options={[
          ['http', 'HTTP'],
          ['tcp', 'TCP'],
        ]}
      />
      <TextField
        label={words.target}
        hint={words.targetHint}
        required
        maxLength={2000}
        value={target}
        onChange={(event) => setTarget(event.target.value)}
      />
      <TextField
        label={words.interval}
        type="number"
        min={5}
        max={86_400}
        required
        value={interval}
        onChange={(event) => setInterval(event.target.value)}
      />
    </FormDialog>
  );
}
