import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';

import type { SourceView, UnknownSenderView } from '#libs/protocol';

import { post } from '../../api/client.ts';
import { unknownQuery } from '../../api/lists.ts';
import { problemText } from '../../api/problem-text.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { Button, controls, Empty } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import table from '../../ui/table.module.css';
import { useToast } from '../../ui/toast.tsx';
import { NO_PLACE, PlaceFields, placeBody } from './place-fields.tsx';
import styles from './sources.module.css';
import { Since } from './since.tsx';

/** Kinds of log that an unknown sender is most often; every other is recognized line by line. */
const DATASETS = [
  'fortinet.fortigate',
  'nginx.access',
  'nginx.error',
  'apache.access',
  'apache.error',
  'system.auth',
  'keycloak.event',
  'wso2.carbon',
] as const;

function Assign(props: {
  readonly sender: UnknownSenderView;
  readonly onClose: () => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const toast = useToast();
  const cache = useQueryClient();
  const { sender } = props;
  const [place, setPlace] = useState(NO_PLACE);
  const [name, setName] = useState(sender.address);
  const [dataset, setDataset] = useState('');
  const assign = useMutation({
    mutationFn: () =>
      post<SourceView>('/sources/unknown/assign', {
        address: sender.address,
        ...placeBody(place),
        name: name.trim(),
        ...(dataset === '' ? {} : { dataset }),
      }),
    onSuccess: () => {
      toast({ text: text.sources.assigned(name) });
      void cache.invalidateQueries();
      props.onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    assign.mutate();
  };
  return (
    <Dialog title={text.sources.assignTitle(sender.address)} open onClose={props.onClose}>
      <form className={styles.form} onSubmit={submit}>
        <pre className={styles.sample}>{sender.sample}</pre>
        <PlaceFields value={place} onChange={setPlace} />
        <TextField
          label={text.sources.name}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label={text.sources.dataset}
          value={dataset}
          onChange={(event) => setDataset(event.target.value)}
          options={[['', text.sources.datasetAuto], ...DATASETS.map((one) => [one, one] as const)]}
        />
        <div role="alert" className={controls.wrong}>
          {assign.error === null ? null : problemText(assign.error, text, language)}
        </div>
        <div className={styles.end}>
          <Button look="primary" type="submit" disabled={assign.isPending}>
            {text.sources.assign}
          </Button>
          <Button onClick={props.onClose}>{text.act.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Addresses that send and are in no register; one click opens their assignment. */
export function UnknownTable(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { may } = useDesk();
  const query = useQuery(unknownQuery);
  const [chosen, setChosen] = useState<UnknownSenderView | null>(null);
  const { columns } = text.sources;
  return (
    <Loaded query={query} what={text.sources.unknown}>
      {({ rows }) =>
        rows.length === 0 ? (
          <Empty icon="check" good title={text.sources.noneUnknown} />
        ) : (
          <>
            <p className={table.lead}>{text.sources.unknownLead}</p>
            <table className={table.table}>
              <thead>
                <tr>
                  <th>{columns.address}</th>
                  <th>{columns.input}</th>
                  <th className={table.right}>{columns.events}</th>
                  <th style={{ width: '50%' }}>{columns.sample}</th>
                  <th className={table.right}>{columns.last}</th>
                  <th>
                    <span className="sr">{text.sources.assign}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((sender) => (
                  <tr key={`${sender.input} ${sender.address}`}>
                    <td>
                      <code>{sender.address}</code>
                    </td>
                    <td className={table.nowrap}>{sender.input}</td>
                    <td className={table.right}>{number(sender.events, language)}</td>
                    <td className={table.one} title={sender.sample}>
                      <code>{sender.sample}</code>
                    </td>
                    <td className={table.right}>
                      <Since at={sender.last} />
                    </td>
                    <td className={table.right}>
                      {may.assignSources ? (
                        <Button
                          aria-label={text.sources.assignTitle(sender.address)}
                          onClick={() => setChosen(sender)}
                        >
                          {text.sources.assign}
                        </Button>
                      ) : null}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {chosen === null ? null : (
              <Assign key={chosen.address} sender={chosen} onClose={() => setChosen(null)} />
            )}
          </>
        )
      }
    </Loaded>
  );
}
