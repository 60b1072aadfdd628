import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';

import type { Headline, IncidentRow, SummaryView } from '#libs/protocol';

import { get } from '../../api/client.ts';
import { CENTRE_PROVINCE } from '../../api/places.ts';
import { shortDuration } from '../../format/duration.ts';
import { fold } from '../../format/fold.ts';
import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { date, dateTime, millis, shortDate, weekdayTime } from '../../format/time.ts';
import { shiftWeek, weekNumber, weekOf } from '../../format/week.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button } from '../../ui/controls.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import styles from './summary.module.css';
import { TileMap } from './tile-map.tsx';
import { sorted } from '../../format/sorted.ts';

/** A headline number; `better` says which direction is good news. */
function Figure(props: {
  readonly headline: Headline;
  readonly label: string;
  readonly better: 'up' | 'down';
  readonly digits?: number;
  readonly shown?: (value: string) => string;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { value, change, note } = props.headline;
  const say = (n: number): string => number(n, language, props.digits ?? 0);
  const shown = props.shown ?? ((one: string) => one);
  const amount = change === null ? '' : say(Math.abs(change));
  const good = change !== null && change > 0 === (props.better === 'up');
  const words =
    change === null
      ? text.summary.noChange
      : change === 0
        ? text.summary.same
        : change > 0
          ? text.summary.up(amount)
          : text.summary.down(amount);
  return (
    <div>
      <b>{value === null ? '–' : shown(say(value))}</b>
      <span>
        {props.label}{' '}
        {change === null || change === 0 ? null : (
          <span className={cx(good ? styles.good : styles.bad)} title={words}>
            <svg viewBox="0 0 10 9" aria-hidden="true">
              <path d={change > 0 ? 'M5 0l5 9H0z' : 'M5 9L0 0h10z'} />
            </svg>
            {amount}
          </span>
        )}
        <span className="sr">{words}</span>
      </span>
      <small>{value === null ? text.summary.noNumber : note[language]}</small>
    </div>
  );
}

/** The place of an incident, where its sentence does not name it already. */
function placeAfter(row: IncidentRow, title: string, text: ReturnType<typeof useText>): string {
  const named = fold(title);
  const { communeName, provinceName } = row.locality;
  const told = [communeName, provinceName].every(
    (name) => name === undefined || named.includes(fold(name)),
  );
  return told && provinceName !== '' ? '' : `, ${placeName(row.locality, text.duty.unknownPlace)}`;
}

function Top(props: { readonly summary: SummaryView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { top } = props.summary;
  const { columns } = text.summary;
  if (top.length === 0) return <p className={styles.quiet}>{text.summary.noTop}</p>;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th>{columns.time}</th>
          <th>{columns.what}</th>
          <th>{columns.verdict}</th>
          <th className={styles.right}>{columns.lasted}</th>
        </tr>
      </thead>
      <tbody>
        {top.map((row) => (
          <tr key={row.id}>
            <td className={styles.nowrap}>{weekdayTime(row.first, language)}</td>
            <td>
              <Link to="/su-co/$id" params={{ id: row.id }}>
                {language === 'vi' ? row.title : row.titleEn}
              </Link>
              {placeAfter(row, language === 'vi' ? row.title : row.titleEn, text)}
            </td>
            <td>
              {row.verdict === null ? text.statusLong[row.status] : text.verdict[row.verdict]}
            </td>
            <td className={cx(styles.right, styles.nowrap)}>
              {row.last === row.first
                ? '–'
                : shortDuration(millis(row.last) - millis(row.first), text.units)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ByLocality(props: { readonly summary: SummaryView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const [asTable, setAsTable] = useState(false);
  const { localities } = props.summary;
  const { columnsTable } = text.summary;
  const ordered = sorted(
    localities,
    (a, b) =>
      Number(a.sends) - Number(b.sends) ||
      b.incidents - a.incidents ||
      fold(a.name).localeCompare(fold(b.name)),
  );
  return (
    <section className={styles.place}>
      <div className={styles.placeHead}>
        <h2>{text.summary.map}</h2>
        <Button look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? text.summary.tileMap : text.summary.table}
        </Button>
      </div>
      {asTable ? (
        <table className={styles.table}>
          <thead>
            <tr>
              <th>{columnsTable.locality}</th>
              <th>{columnsTable.sends}</th>
              <th className={styles.right}>{columnsTable.incidents}</th>
            </tr>
          </thead>
          <tbody>
            {ordered.map((locality) => (
              <tr key={locality.code}>
                <td>{locality.name}</td>
                <td>{locality.sends ? text.summary.sends : text.summary.sendsNot}</td>
                <td className={styles.right}>{number(locality.incidents, language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <TileMap localities={localities} />
      )}
      <p className={styles.note}>{text.summary.mapNote}</p>
    </section>
  );
}

function Sheet(props: { readonly summary: SummaryView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { summary } = props;
  const words = text.summary;
  const week = weekNumber(summary.period);
  const whole = summary.scope.province === CENTRE_PROVINCE;
  const to = millis(summary.to) - 1;
  return (
    <article className={styles.sheet}>
      <div className={styles.top}>
        <span>{text.center}</span>
        <span>
          {words.week(week, shortDate(summary.from), date(to))} ·{' '}
          {words.made(dateTime(summary.made))}
        </span>
      </div>
      <h2 className={styles.heading}>{words.heading(week)}</h2>
      <p className={styles.sub}>
        {whole
          ? `${words.country} · ${words.coverage(number(summary.localities.length, language))} · `
          : `${placeName(summary.scope, text.duty.unknownPlace)} · `}
        <b>{words.sending(number(summary.sending, language))}</b>,{' '}
        <b>{words.notSending(number(summary.notSending, language))}</b>
      </p>
      <p className={styles.lead}>{summary.lead[language]}</p>
      <div className={styles.figures}>
        <Figure headline={summary.incidents} label={words.incidents} better="down" />
        <Figure headline={summary.outageMinutes} label={words.outage} better="down" />
        <Figure
          headline={summary.otpSuccessPercent}
          label={words.otp}
          better="up"
          digits={1}
          shown={(value) => text.units.percent(value)}
        />
        <Figure
          headline={summary.acknowledgeMinutesMedian}
          label={words.acknowledge}
          better="down"
          shown={(value) => words.minutes(value)}
        />
      </div>
      <div className={styles.two}>
        <div>
          <section>
            <h2>{words.decisions}</h2>
            {summary.decisions.length === 0 ? (
              <p className={styles.quiet}>{words.noDecisions}</p>
            ) : (
              <ol>
                {summary.decisions.map((decision) => (
                  <li key={decision.vi}>{decision[language]}</li>
                ))}
              </ol>
            )}
          </section>
          <section>
            <h2>{words.top}</h2>
            <Top summary={summary} />
          </section>
          <section>
            <h2>{words.severity}</h2>
            <ul className={styles.severities}>
              {(['critical', 'high', 'medium', 'low', 'informational'] as const).map((severity) => (
                <li key={severity}>
                  <SeverityBadge severity={severity} />
                  <b>{number(summary.bySeverity[severity], language)}</b>
                </li>
              ))}
            </ul>
            <p className={styles.note}>
              {words.figures(number(summary.events, language))}{' '}
              {summary.falseAlarmPercent === null
                ? ''
                : words.falseAlarm(
                    text.units.percent(number(summary.falseAlarmPercent, language, 1)),
                  )}
            </p>
          </section>
        </div>
        <ByLocality summary={summary} />
      </div>
    </article>
  );
}

/** One printable page for a leader: two sentences, four numbers, then what needs a decision. */
export function SummaryPage(): ReactNode {
  const text = useText();
  const { ky } = useSearch({ from: '/shell/bao-cao' });
  const navigate = useNavigate();
  const asked = ky !== undefined && /^\d{4}-W\d{2}$/.test(ky) ? ky : undefined;
  const query = useQuery({
    queryKey: ['summary', asked],
    queryFn: () => get<SummaryView>('/summary', { period: asked }),
    placeholderData: keepPreviousData,
  });
  const { clock } = useDesk();
  const current = weekOf(clock.now());
  const period = asked ?? query.data?.period ?? current;
  const go = (by: number): void => {
    void navigate({ to: '/bao-cao', search: { ky: shiftWeek(period, by) } });
  };
  return (
    <PageFrame
      title={text.summary.title}
      bar={
        <>
          <div className={styles.picker}>
            <Button look="icon" aria-label={text.summary.previous} onClick={() => go(-1)}>
              <Icon name="left" size={18} />
            </Button>
            <b>{text.summary.period(weekNumber(period), period.slice(0, 4))}</b>
            <Button
              look="icon"
              aria-label={text.summary.next}
              disabled={period >= current}
              onClick={() => go(1)}
            >
              <Icon name="right" size={18} />
            </Button>
          </div>
          <span className={styles.space} />
          <Button look="primary" onClick={() => globalThis.print()}>
            {text.summary.print}
          </Button>
        </>
      }
    >
      <div className={styles.page}>
        <Loaded query={query} what={text.summary.title}>
          {(summary) => <Sheet summary={summary} />}
        </Loaded>
      </div>
    </PageFrame>
  );
}
