import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { ListView, MaintenanceView } from '#libs/protocol';

import { get, post, remove } from '../../api/client.ts';
import { placeName, reachName } from '../../format/names.ts';
import { dateTime, fieldTime, fromFieldTime, millis } from '../../format/time.ts';
import { useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { Button, Empty } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import { Confirm } from '../admin/confirm.tsx';
import { NO_PLACE, PlaceFields, placeBody } from '../sources/place-fields.tsx';

const REFRESH_MS = 10_000;
const HOUR_MS = 3_600_000;
const WEEK_DAYS = '7';

function PlanWindow(props: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { clock } = useDesk();
  const [place, setPlace] = useState(NO_PLACE);
  const [target, setTarget] = useState({ source: '', service: '' });
  const [from, setFrom] = useState(() => fieldTime(clock.now()));
  const [to, setTo] = useState(() => fieldTime(clock.now() + HOUR_MS));
  const [reason, setReason] = useState('');
  const plan = useAct({
    run: () => {
      const iso = (typed: string): string => new Date(fromFieldTime(typed)).toISOString();
      const { source, service } = target;
      return post<MaintenanceView>('/maintenance', {
        ...placeBody(place),
        from: iso(from),
        to: iso(to),
        reason: reason.trim(),
        ...(source.trim() === '' ? {} : { source: source.trim() }),
        ...(service.trim() === '' ? {} : { service: service.trim() }),
      });
    },
    said: ({ locality }) => text.upkeep.planned(placeName(locality, '')),
    refresh: ['maintenance'],
    done: props.onClose,
    inForm: true,
  });
  return (
    <FormDialog
      title={text.upkeep.plan}
      act={text.upkeep.plan}
      pending={plan.isPending}
      failure={plan.error}
      onSubmit={() => plan.mutate(undefined)}
      onClose={props.onClose}
    >
      <PlaceFields centre value={place} onChange={setPlace} />
      <TextField
        label={text.upkeep.sourceField}
        hint={text.upkeep.targetHint}
        maxLength={200}
        value={target.source}
        onChange={(event) => setTarget({ ...target, source: event.target.value })}
      />
      <TextField
        label={text.upkeep.serviceField}
        maxLength={200}
        value={target.service}
        onChange={(event) => setTarget({ ...target, service: event.target.value })}
      />
      <TextField
        label={text.upkeep.from}
        hint={text.upkeep.zone}
        type="datetime-local"
        required
        value={from}
        onChange={(event) => setFrom(event.target.value)}
      />
      <TextField
        label={text.upkeep.to}
        hint={text.upkeep.longest(WEEK_DAYS)}
        type="datetime-local"
        required
        value={to}
        onChange={(event) => setTo(event.target.value)}
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

type Stage = 'planned' | 'running' | 'over';

function stageOf(window: MaintenanceView, now: number): Stage {
  if (window.ended !== null || millis(window.to) <= now) return 'over';
  return millis(window.from) > now ? 'planned' : 'running';
}

function WindowRow(props: {
  readonly window: MaintenanceView;
  readonly onEnd: () => void;
}): ReactNode {
  const text = useText();
  const { clock, may } = useDesk();
  const { window } = props;
  const stage = stageOf(window, clock.now());
  const what = [
    window.source === null ? '' : text.upkeep.source(window.source),
    window.service === null ? '' : text.upkeep.service(window.service),
  ].filter((part) => part !== '');
  return (
    <tr>
      <td>
        <StateMark
          health={stage === 'running' ? 'maintenance' : 'unknown'}
          label={text.upkeep.states[stage]}
        />
      </td>
      <td>{reachName(window.locality, text.account.whole)}</td>
      <td>{what.length === 0 ? text.upkeep.everything : what.join(', ')}</td>
      <td className={table.nowrap}>{dateTime(window.from)}</td>
      <td className={table.nowrap}>{dateTime(window.ended ?? window.to)}</td>
      <td className={table.words}>{window.reason}</td>
      <td className={table.nowrap}>{window.who}</td>
      <td className={table.right}>
        {stage === 'over' || !may.holdBack ? null : (
          <Button onClick={props.onEnd} aria-label={`${text.upkeep.end}: ${window.reason}`}>
            {text.upkeep.end}
          </Button>
        )}
      </td>
    </tr>
  );
}

/** Planned times in which what breaks is held back. */
export function WindowsPart(): ReactNode {
  const text = useText();
  const { may } = useDesk();
  const [planning, setPlanning] = useState(false);
  const [ending, setEnding] = useState<MaintenanceView | null>(null);
  const query = useQuery({
    queryKey: ['maintenance'],
    queryFn: () => get<ListView<MaintenanceView>>('/maintenance'),
    refetchInterval: REFRESH_MS,
  });
  const end = useAct({
    run: (window: MaintenanceView) => remove(`/maintenance/${window.id}`),
    said: () => text.upkeep.ended,
    refresh: ['maintenance'],
  });
  const { columns } = text.upkeep;
  return (
    <>
      <div className={table.tools}>
        <span className={table.space} />
        {may.holdBack ? (
          <Button look="primary" onClick={() => setPlanning(true)}>
            {text.upkeep.plan}
          </Button>
        ) : null}
      </div>
      <p className={table.lead}>{text.upkeep.windowsLead}</p>
      <Loaded query={query} what={text.upkeep.windows}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty icon="upkeep" title={text.upkeep.noWindows} text={text.upkeep.noWindowsText} />
          ) : (
            <div className={table.scroll}>
              <table className={table.table}>
                <thead>
                  <tr>
                    <th>{columns.state}</th>
                    <th>{columns.place}</th>
                    <th>{columns.what}</th>
                    <th>{columns.from}</th>
                    <th>{columns.to}</th>
                    <th>{columns.reason}</th>
                    <th>{columns.who}</th>
                    <th>
                      <span className="sr">{text.upkeep.end}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((window) => (
                    <WindowRow key={window.id} window={window} onEnd={() => setEnding(window)} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
      {planning ? <PlanWindow onClose={() => setPlanning(false)} /> : null}
      {ending === null ? null : (
        <Confirm
          title={text.upkeep.end}
          text={text.upkeep.endWindowAsk(placeName(ending.locality, ''))}
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
