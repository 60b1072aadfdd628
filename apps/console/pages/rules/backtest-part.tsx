import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';

import type { BacktestView, ListView, RuleDetailView } from '#libs/protocol';

import { get, post } from '../../api/client.ts';
import { CENTRE_PROVINCE } from '../../api/places.ts';
import { problemText } from '../../api/problem-text.ts';
import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { dateTime, fieldTime, fromFieldTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { Button, controls } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import { NO_PLACE, PlaceFields, placeBody } from '../sources/place-fields.tsx';
import { BacktestResult } from './backtest-result.tsx';
import styles from './backtest.module.css';
import { useRuleWords } from './rule-words.ts';

const DAY_MS = 86_400_000;
const DAYS_MAX = 31;
/** What a run covers when nobody chose. */
const DAYS_FIRST = 7;
const LOOK_MS = 1_000;
const SHOWN_MAX = 10;

const MARKS = {
  waiting: 'unknown',
  running: 'degraded',
  done: 'ok',
  canceled: 'unknown',
  refused: 'down',
  failed: 'down',
} as const;

function isOpen({ state }: BacktestView): boolean {
  return state === 'waiting' || state === 'running';
}

/** The newest that found something out. */
function finished(runs: readonly BacktestView[]): BacktestView | undefined {
  return runs.find(({ report }) => report !== null);
}

/** Backtests of a rule since the server started, looked at again while one is under way. */
function backtestsOf(rule: string) {
  return {
    queryKey: ['backtests', rule],
    queryFn: () => get<ListView<BacktestView>>('/backtests', { rule, limit: SHOWN_MAX }),
    refetchInterval: (query: {
      readonly state: { readonly data: ListView<BacktestView> | undefined };
    }) => (query.state.data?.rows.some(isOpen) === true ? LOOK_MS : false),
  };
}

function Begin(props: { readonly rule: string; readonly draft?: string }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const words = useRuleWords().backtest;
  const { clock, session } = useDesk();
  const centre = session.scope.province === CENTRE_PROVINCE;
  const [from, setFrom] = useState(() => fieldTime(clock.now() - DAYS_FIRST * DAY_MS));
  const [to, setTo] = useState(() => fieldTime(clock.now()));
  const [place, setPlace] = useState(
    centre ? { ...NO_PLACE, province: CENTRE_PROVINCE } : NO_PLACE,
  );
  const [bad, setBad] = useState(false);
  const begin = useAct({
    run: () =>
      post<BacktestView>(`/rules/${encodeURIComponent(props.rule)}/backtests`, {
        from: new Date(fromFieldTime(from)).toISOString(),
        to: new Date(fromFieldTime(to)).toISOString(),
        ...(place.province === '' ? {} : placeBody(place)),
        ...(props.draft === undefined ? {} : { draft: props.draft }),
      }),
    said: () => words.begun,
    refresh: ['backtests'],
    inForm: true,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const span = fromFieldTime(to) - fromFieldTime(from);
    const fits = span > 0 && span <= DAYS_MAX * DAY_MS;
    setBad(!fits);
    if (fits) begin.mutate(undefined);
  };
  const time = (label: string, value: string, set: (typed: string) => void): ReactNode => (
    <TextField
      label={label}
      type="datetime-local"
      required
      value={value}
      onChange={(event) => set(event.target.value)}
    />
  );
  return (
    <form className={styles.begin} onSubmit={submit}>
      <div className={styles.asked}>
        {time(words.from, from, setFrom)}
        {time(words.to, to, setTo)}
        {centre ? <PlaceFields centre value={place} onChange={setPlace} /> : null}
      </div>
      <div role="alert" className={controls.wrong}>
        {bad ? words.bad : begin.error === null ? null : problemText(begin.error, text, language)}
      </div>
      <div>
        <Button look="primary" type="submit" disabled={begin.isPending}>
          {props.draft === undefined ? words.run : words.runDraft}
        </Button>
      </div>
    </form>
  );
}

function Run(props: { readonly run: BacktestView; readonly open: boolean }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const words = useRuleWords().backtest;
  const { run } = props;
  const stop = useAct({
    run: () => post<BacktestView>(`/backtests/${encodeURIComponent(run.id)}/cancel`, {}),
    said: () => words.canceled,
    refresh: ['backtests'],
  });
  const percent = text.units.percent(number(Math.floor(run.progress * 100), language));
  const place =
    run.locality.province === CENTRE_PROVINCE ? text.account.whole : placeName(run.locality, '');
  return (
    <details className={styles.run} open={props.open}>
      <summary>
        <StateMark health={MARKS[run.state]} label={words.states[run.state]} />
        <b>{words.span(dateTime(run.from), dateTime(run.to), place)}</b>
        {run.draft ? <span className={styles.tag}>{words.draft}</span> : null}
        <span className={table.quiet}>{words.by(run.by, dateTime(run.at))}</span>
      </summary>
      <div className={styles.runBody}>
        {isOpen(run) ? (
          <div className={styles.progress}>
            <progress
              max={1}
              value={run.progress}
              aria-label={`${words.states[run.state]}, ${words.done(percent)}`}
            />
            <span>{percent}</span>
            <Button onClick={() => stop.mutate(undefined)} disabled={stop.isPending}>
              {words.cancel}
            </Button>
          </div>
        ) : null}
        {run.problems.map((problem) => (
          <p key={problem} className={controls.wrong}>
            <code>{problem}</code>
          </p>
        ))}
        {run.report === null ? null : <BacktestResult run={run} report={run.report} />}
      </div>
    </details>
  );
}

/** What a rule, or a draft of it, would have said of stored logs. */
export function BacktestPart(props: {
  readonly rule: RuleDetailView;
  readonly draft?: string;
}): ReactNode {
  const words = useRuleWords().backtest;
  const { rule, draft } = props;
  const query = useQuery(backtestsOf(rule.id));
  return (
    <div className={styles.backtest}>
      <p className={table.quiet}>{words.lead}</p>
      <Begin rule={rule.id} {...(draft === undefined ? {} : { draft })} />
      <Loaded query={query} what={words.tab}>
        {({ rows }) =>
          rows.length === 0 ? (
            <p className={table.quiet}>{words.none}</p>
          ) : (
            <div className={styles.runs} aria-live="polite">
              {rows.map((run, at) => (
                <Run key={run.id} run={run} open={at === 0 || run.id === finished(rows)?.id} />
              ))}
            </div>
          )
        }
      </Loaded>
    </div>
  );
}
