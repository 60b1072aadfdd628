import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { ListView, ParkedView } from '#libs/protocol';

import { get, post } from '../../api/client.ts';
import { number } from '../../format/number.ts';
import { fullTime, listTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button, Empty } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';

const REFRESH_MS = 5_000;

interface Done {
  readonly done: number;
}

/** Asked before data is lost: why is kept in the record. */
function DropForm(props: { readonly id: string; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const [reason, setReason] = useState('');
  const words = text.parked;
  const drop = useAct({
    run: () => post<Done>('/parked/drop', { ids: [props.id], reason: reason.trim() }),
    said: ({ done }) => words.dropped(number(done, language)),
    refresh: ['parked'],
    done: props.onClose,
    inForm: true,
  });
  return (
    <FormDialog
      title={words.dropTitle}
      act={words.drop}
      pending={drop.isPending}
      failure={drop.error}
      onSubmit={() => drop.mutate(undefined)}
      onClose={props.onClose}
    >
      <p>{words.dropText}</p>
      <TextField
        label={words.reason}
        required
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}

function ParkedRow(props: {
  readonly parked: ParkedView;
  readonly busy: boolean;
  readonly onRetry: () => void;
  readonly onDrop: () => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { clock } = useDesk();
  const { kind, reader, reason, detail, events, since, retries } = props.parked;
  const words = text.parked;
  const what = kind === 'batch' ? words.batch(number(events, language)) : words.event;
  return (
    <tr>
      <td className={table.nowrap} title={fullTime(since)}>
        {listTime(since, clock.now())}
      </td>
      <td className={table.words}>
        {what}, {words.readers[reader]}
      </td>
      <td className={table.words}>
        {words.reasons[reason] ?? reason}
        {detail === null ? null : <div className={cx(table.quiet, table.words)}>{detail}</div>}
      </td>
      <td className={table.right}>{number(retries, language)}</td>
      <td className={table.nowrap}>
        <Button disabled={props.busy} onClick={props.onRetry}>
          {words.retry}
        </Button>{' '}
        <Button look="danger" disabled={props.busy} onClick={props.onDrop}>
          {words.drop}
        </Button>
      </td>
    </tr>
  );
}

/** What could not be taken: seen, sent again or let go by a person. */
export function ParkedPart(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const [dropping, setDropping] = useState<string | null>(null);
  const words = text.parked;
  const query = useQuery({
    queryKey: ['parked'],
    queryFn: () => get<ListView<ParkedView>>('/parked'),
    refetchInterval: REFRESH_MS,
  });
  const retry = useAct({
    run: (ids: readonly string[]) => post<Done>('/parked/retry', { ids }),
    said: ({ done }) => (done === 0 ? words.stays : words.retried(number(done, language))),
    refresh: ['parked'],
  });
  const rows = query.data?.rows ?? [];
  const { columns } = words;
  return (
    <>
      <div className={table.tools}>
        <span className={table.quiet}>{words.count(number(query.data?.total ?? 0, language))}</span>
        <span className={table.space} />
        <Button
          disabled={retry.isPending || rows.length === 0}
          onClick={() => retry.mutate(rows.map(({ id }) => id))}
        >
          {words.retryAll}
        </Button>
      </div>
      <p className={table.lead}>{words.lead}</p>
      <Loaded query={query} what={words.tab}>
        {() =>
          rows.length === 0 ? (
            <Empty icon="check" title={words.none} text={words.noneText} />
          ) : (
            <div className={table.scroll}>
              <table className={table.table}>
                <thead>
                  <tr>
                    <th>{columns.since}</th>
                    <th>{columns.what}</th>
                    <th>{columns.why}</th>
                    <th className={table.right}>{columns.retries}</th>
                    <th>{columns.act}</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((parked) => (
                    <ParkedRow
                      key={parked.id}
                      parked={parked}
                      busy={retry.isPending}
                      onRetry={() => retry.mutate([parked.id])}
                      onDrop={() => setDropping(parked.id)}
                    />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
      {dropping === null ? null : <DropForm id={dropping} onClose={() => setDropping(null)} />}
    </>
  );
}
