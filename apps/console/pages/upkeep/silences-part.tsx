import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { ListView, SilenceView } from '#libs/protocol';

import { get, post, remove } from '../../api/client.ts';
import { placeName, reachName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { dateTime, fieldTime, fromFieldTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { Button, Empty } from '../../ui/controls.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import { Confirm } from '../admin/confirm.tsx';
import { rulesQuery } from '../rules/rule-queries.ts';
import { NO_PLACE, PlaceFields, placeBody } from '../sources/place-fields.tsx';

const REFRESH_MS = 10_000;
const FOUR_HOURS_MS = 14_400_000;
const LONGEST_DAYS = '30';

function AddSilence(props: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { clock } = useDesk();
  const [place, setPlace] = useState(NO_PLACE);
  const [rule, setRule] = useState('');
  const [kind, setKind] = useState('');
  const [value, setValue] = useState('');
  const [until, setUntil] = useState(() => fieldTime(clock.now() + FOUR_HOURS_MS));
  const [reason, setReason] = useState('');
  const rules = useQuery(rulesQuery);
  const add = useAct({
    run: () =>
      post<SilenceView>('/silences', {
        ...placeBody(place),
        until: new Date(fromFieldTime(until)).toISOString(),
        reason: reason.trim(),
        ...(rule === '' ? {} : { rule }),
        ...(kind === '' ? {} : { entity: { kind, value: value.trim() } }),
      }),
    said: ({ locality }) => text.upkeep.silenced(placeName(locality, '')),
    refresh: ['silences'],
    done: props.onClose,
    inForm: true,
  });
  return (
    <FormDialog
      title={text.upkeep.silence}
      act={text.upkeep.silence}
      pending={add.isPending}
      failure={add.error}
      onSubmit={() => add.mutate(undefined)}
      onClose={props.onClose}
    >
      <PlaceFields centre value={place} onChange={setPlace} />
      <SelectField
        label={text.upkeep.rule}
        value={rule}
        onChange={(event) => setRule(event.target.value)}
        options={[
          ['', text.upkeep.anyRule],
          ...(rules.data?.rows ?? []).map(
            ({ id, code, title, titleVi }) =>
              [id, `${code ?? ''} ${language === 'vi' ? titleVi || title : title}`.trim()] as const,
          ),
        ]}
      />
      <SelectField
        label={text.upkeep.entityKind}
        value={kind}
        onChange={(event) => setKind(event.target.value)}
        options={[['', text.upkeep.anyEntity], ...Object.entries(text.upkeep.entities)]}
      />
      {kind === '' ? null : (
        <TextField
          label={text.upkeep.entity}
          required
          maxLength={500}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
      )}
      <TextField
        label={text.upkeep.until}
        hint={`${text.upkeep.zone}. ${text.upkeep.longest(LONGEST_DAYS)}`}
        type="datetime-local"
        required
        value={until}
        onChange={(event) => setUntil(event.target.value)}
      />
      <TextField
        label={text.upkeep.reason}
        required
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}

function SilenceRow(props: {
  readonly silence: SilenceView;
  readonly onEnd: () => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { may } = useDesk();
  const { rule, entity, locality, ...silence } = props.silence;
  const what = [
    rule === null ? '' : `${rule.code ?? ''} ${rule.title}`.trim(),
    entity === null ? '' : `${text.upkeep.entities[entity.kind] ?? entity.kind} ${entity.value}`,
  ].filter((part) => part !== '');
  return (
    <tr>
      <td className={table.words}>
        {what.length === 0 ? text.upkeep.everything : what.join(' · ')}
      </td>
      <td>{reachName(locality, text.account.whole)}</td>
      <td className={table.nowrap}>{dateTime(silence.from)}</td>
      <td className={table.nowrap}>{dateTime(silence.until)}</td>
      <td className={table.right}>{number(silence.muted, language)}</td>
      <td className={table.words}>{silence.reason}</td>
      <td className={table.nowrap}>{silence.who}</td>
      <td className={table.right}>
        {may.holdBack && silence.active ? (
          <Button onClick={props.onEnd} aria-label={`${text.upkeep.end}: ${silence.reason}`}>
            {text.upkeep.end}
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

/** What people decided not to be told of for a while. */
export function SilencesPart(): ReactNode {
  const text = useText();
  const { may } = useDesk();
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<SilenceView | null>(null);
  const query = useQuery({
    queryKey: ['silences'],
    queryFn: () => get<ListView<SilenceView>>('/silences'),
    refetchInterval: REFRESH_MS,
  });
  const end = useAct({
    run: (silence: SilenceView) => remove(`/silences/${silence.id}`),
    said: () => text.upkeep.ended,
    refresh: ['silences'],
  });
  const { columns } = text.upkeep;
  return (
    <>
      <div className={table.tools}>
        <span className={table.space} />
        {may.holdBack ? (
          <Button look="primary" onClick={() => setAdding(true)}>
            {text.upkeep.silence}
          </Button>
        ) : null}
      </div>
      <p className={table.lead}>{text.upkeep.silencesLead}</p>
      <Loaded query={query} what={text.upkeep.silences}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty
              icon="check"
              good
              title={text.upkeep.noSilences}
              text={text.upkeep.noSilencesText}
            />
          ) : (
            <div className={table.scroll}>
              <table className={table.table}>
                <thead>
                  <tr>
                    <th>{columns.what}</th>
                    <th>{columns.place}</th>
                    <th>{columns.from}</th>
                    <th>{columns.to}</th>
                    <th className={table.right}>{columns.muted}</th>
                    <th>{columns.reason}</th>
                    <th>{columns.who}</th>
                    <th>
                      <span className="sr">{text.upkeep.end}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((silence) => (
                    <SilenceRow
                      key={silence.id}
                      silence={silence}
                      onEnd={() => setEnding(silence)}
                    />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
      {adding ? <AddSilence onClose={() => setAdding(false)} /> : null}
      {ending === null ? null : (
        <Confirm
          title={text.upkeep.end}
          text={text.upkeep.endSilenceAsk(placeName(ending.locality, ''))}
          act={text.upkeep.end}
          onYes={() => {
            end.mutate(ending);
            setEnding(null);
          }}
          onNo={() => setEnding(null)}
        />
      )}
    </>
  );
}
