import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { BacktestReportView, BacktestView } from '#libs/protocol';

import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { sorted } from '../../format/sorted.ts';
import { dateTime, millis, shortDate } from '../../format/time.ts';
import { useLanguage } from '../../i18n/text.tsx';
import { cx } from '../../ui/class-names.ts';
import { Notice } from '../../ui/controls.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import table from '../../ui/table.module.css';
import styles from './backtest.module.css';
import { useRuleWords } from './rule-words.ts';

const DAY_MS = 86_400_000;
/** Dates under the bars: more than these do not fit side by side. */
const DATES_MAX = 8;
const PLACES_MAX = 12;

interface Day {
  readonly at: number;
  readonly alerts: number;
}

/** Every day of the span with its alerts, those without any too. */
function daysOf(run: BacktestView, report: BacktestReportView): Day[] {
  const byDay = new Map<string, number>();
  for (const { day, alerts } of report.counts) byDay.set(day, (byDay.get(day) ?? 0) + alerts);
  const days: Day[] = [];
  const zone = 7 * 3_600_000;
  const dayOf = (at: number): number => Math.floor((at + zone) / DAY_MS);
  for (let day = dayOf(millis(run.from)); day <= dayOf(millis(run.to) - 1); day += 1) {
    const name = new Date(day * DAY_MS).toISOString().slice(0, 10);
    days.push({ at: day * DAY_MS, alerts: byDay.get(name) ?? 0 });
  }
  return days;
}

function Days(props: { readonly days: readonly Day[] }): ReactNode {
  const { language } = useLanguage();
  const words = useRuleWords().backtest;
  const { days } = props;
  const most = Math.max(1, ...days.map(({ alerts }) => alerts));
  const step = Math.ceil(days.length / DATES_MAX);
  return (
    <section>
      <h3>{words.perDay}</h3>
      <ol className={styles.days}>
        {days.map(({ at, alerts }, nth) => {
          const day = shortDate(at);
          const label = words.dayOf(day, number(alerts, language));
          return (
            <li key={at} title={label}>
              <span className="sr">{label}</span>
              <span aria-hidden="true" className={styles.amount}>
                {alerts === 0 ? '' : number(alerts, language)}
              </span>
              <span
                aria-hidden="true"
                className={cx(styles.bar, alerts === 0 && styles.barNone)}
                style={{ height: `${Math.max(2, (alerts / most) * 72)}px` }}
              />
              <span aria-hidden="true" className={styles.date}>
                {nth % step === 0 ? day : ''}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Places(props: { readonly report: BacktestReportView }): ReactNode {
  const { language } = useLanguage();
  const words = useRuleWords().backtest;
  const byPlace = new Map<string, number>();
  for (const { locality, alerts } of props.report.counts) {
    const name = placeName(locality, '–');
    byPlace.set(name, (byPlace.get(name) ?? 0) + alerts);
  }
  const rows = sorted([...byPlace], (a, b) => b[1] - a[1]);
  const most = rows[0]?.[1] ?? 1;
  return (
    <section>
      <h3>{words.perPlace}</h3>
      <ul className={styles.places}>
        {rows.slice(0, PLACES_MAX).map(([name, alerts]) => (
          <li key={name}>
            <span>{name}</span>
            <span className={styles.share} style={{ width: `${(alerts / most) * 100}%` }} />
            <b>{number(alerts, language)}</b>
          </li>
        ))}
        {rows.length > PLACES_MAX ? (
          <li className={table.quiet}>… {number(rows.length - PLACES_MAX, language)}</li>
        ) : null}
      </ul>
    </section>
  );
}

function Examples(props: { readonly report: BacktestReportView }): ReactNode {
  const { language } = useLanguage();
  const words = useRuleWords().backtest;
  const { examples } = props.report;
  return (
    <section>
      <h3>{words.examples(number(examples.length, language))}</h3>
      <div className={table.scroll}>
        <table className={table.table}>
          <thead>
            <tr>
              <th>{words.first}</th>
              <th>
                <span className="sr">{words.alertsColumn}</span>
              </th>
              <th>{words.place}</th>
              <th>{words.what}</th>
              <th className={table.right}>{words.events}</th>
              <th>
                <span className="sr">{words.search}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {examples.map((alert) => (
              <tr key={alert.id}>
                <td className={table.nowrap}>{dateTime(alert.first)}</td>
                <td>
                  <SeverityBadge severity={alert.level} />
                </td>
                <td className={table.nowrap}>{placeName(alert.locality, '–')}</td>
                <td className={table.words}>
                  <code>
                    {Object.entries(alert.group)
                      .map(([name, value]) => `${name}: ${value}`)
                      .join(' · ')}
                  </code>
                </td>
                <td className={table.right}>{number(alert.count, language)}</td>
                <td className={table.nowrap}>
                  <Link
                    to="/tim-kiem"
                    search={{
                      q: Object.entries(alert.group)
                        .map(([name, value]) => `${name}:${JSON.stringify(value)}`)
                        .join(' AND '),
                      from: alert.first,
                      to: new Date(millis(alert.last) + 1_000).toISOString(),
                    }}
                  >
                    {words.search}
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Alerts by day and by locality, and the first of them. */
export function BacktestResult(props: {
  readonly run: BacktestView;
  readonly report: BacktestReportView;
}): ReactNode {
  const { language } = useLanguage();
  const words = useRuleWords().backtest;
  const { run, report } = props;
  const days = daysOf(run, report);
  const span = (millis(run.to) - millis(run.from)) / DAY_MS;
  const perDay = number(report.alerts / Math.max(1, span), language, 1);
  return (
    <>
      <p className={styles.headline}>
        {report.alerts === 0
          ? words.noAlerts
          : words.alerts(number(report.alerts, language), perDay)}
      </p>
      <p className={table.quiet}>
        {words.read(number(report.scanned, language), number(report.matched, language))}
      </p>
      {report.complete ? null : <Notice>{words.incomplete}</Notice>}
      {report.alerts === 0 ? null : (
        <>
          <Days days={days} />
          <Places report={report} />
          <Examples report={report} />
        </>
      )}
    </>
  );
}
