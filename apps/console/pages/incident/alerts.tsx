import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';

import type { AlertView, IncidentView } from '#libs/protocol';

import { longDuration } from '../../format/duration.ts';
import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { eventTime, fullTime, listTime, millis } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { isOpen } from '../../live/criteria.ts';
import { useDesk } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button, controls } from '../../ui/controls.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import { term } from '../search/query-text.ts';
import { rawLine } from './evidence.tsx';
import styles from './incident.module.css';
import type { Work } from './use-work.ts';

/** The search shows this much around an alert's first and last event. */
const AROUND_MS = 60_000;
const LINES_MAX = 5;

/** What had to come together, in a sentence, and the lines that did; the way to all of them. */
function Why(props: { readonly alert: AlertView; readonly view: IncidentView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { may } = useDesk();
  const { alert, view } = props;
  const words = text.why;
  const group = Object.entries(alert.group);
  const ids = new Set(alert.evidence.map(({ event }) => event));
  const lines = view.evidence.filter(({ id }) => ids.has(id));
  const span = millis(alert.last) - millis(alert.first);
  const search = {
    q: group.map(([field, value]) => term(field, value)).join(' AND '),
    from: new Date(millis(alert.first) - AROUND_MS).toISOString(),
    to: new Date(millis(alert.last) + AROUND_MS).toISOString(),
  };
  return (
    <div className={styles.why}>
      <p>
        {words.sentence(
          alert.rule_code ?? alert.title,
          number(alert.count, language),
          longDuration(span, text.units),
        )}
        {group.length === 0 ? null : (
          <>
            {' '}
            {words.same}{' '}
            {group.map(([field, value]) => (
              <code key={field}>
                {field} = {value}
              </code>
            ))}
          </>
        )}
        {alert.late ? ` ${words.late}` : ''}
      </p>
      {alert.muted === undefined ? null : <p>{words.muted(alert.muted.who, alert.muted.reason)}</p>}
      {lines.length === 0 ? (
        <p className={styles.quiet}>{words.noLines}</p>
      ) : (
        <ol className={styles.whyLines}>
          {lines.slice(0, LINES_MAX).map((event) => (
            <li key={event.id}>
              <time dateTime={event.time}>{eventTime(event.time)}</time>
              <code title={rawLine(event)}>{rawLine(event)}</code>
            </li>
          ))}
        </ol>
      )}
      {alert.rule_author === null ? null : (
        <p className={styles.quiet}>
          {words.credit(alert.rule_author, alert.rule_license ?? words.noLicense)}
        </p>
      )}
      <div className={styles.formEnd}>
        {may.search ? (
          <Link to="/tim-kiem" search={search} className={controls.button}>
            {words.all}
          </Link>
        ) : null}
        <Link to="/luat" search={{ q: alert.rule_code ?? alert.title }} className={controls.button}>
          {words.rule}
        </Link>
      </div>
    </div>
  );
}

function AlertRow(props: {
  readonly alert: AlertView;
  readonly view: IncidentView;
  readonly picked: boolean | null;
  readonly onPick: () => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { clock } = useDesk();
  const [open, setOpen] = useState(false);
  const { alert } = props;
  const now = clock.now();
  return (
    <>
      <tr>
        {props.picked === null ? null : (
          <td>
            <input
              type="checkbox"
              aria-label={text.duty.select(alert.title)}
              checked={props.picked}
              onChange={props.onPick}
            />
          </td>
        )}
        <td>
          <SeverityBadge severity={alert.level} ghost={alert.state !== 'in_force'} />
        </td>
        <td>
          {alert.title}
          <div className={styles.quiet}>
            {alert.rule_code === null ? '' : `${alert.rule_code} · `}
            {placeName(alert.locality, text.duty.unknownPlace)} ·{' '}
            {text.panel.alertState[alert.state]}
            {alert.late ? ` · ${text.duty.late}` : ''}
            {Object.entries(alert.group).map(([field, value]) => (
              <code key={field} title={field}>
                {' '}
                {value}
              </code>
            ))}
          </div>
        </td>
        <td
          className={styles.wideOnly}
          title={`${fullTime(alert.first)} – ${fullTime(alert.last)}`}
        >
          {listTime(alert.first, now)} – {listTime(alert.last, now)}
        </td>
        <td className={cx(styles.right, styles.wideOnly)}>{number(alert.count, language)}</td>
        <td className={styles.right}>
          <Button look="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
            {text.why.ask}
          </Button>
        </td>
      </tr>
      {open ? (
        <tr>
          <td colSpan={props.picked === null ? 5 : 6}>
            <Why alert={alert} view={props.view} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

/** The alerts of the incident and why each fired; ticked ones can be split off. */
export function Alerts(props: { readonly view: IncidentView; readonly work: Work }): ReactNode {
  const text = useText();
  const { mayAct } = useDesk();
  const [picked, setPicked] = useState<readonly string[]>([]);
  const { view, work } = props;
  const maySplit = mayAct && isOpen(view) && view.alertList.length > 1;
  const toggle = (id: string): void =>
    setPicked(picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id]);
  const split = (): void => {
    void work.run([view.id], 'split', { alerts: picked }).then((done) => done && setPicked([]));
  };
  return (
    <>
      <table className={cx(styles.table, styles.alerts)}>
        <thead>
          <tr>
            {maySplit ? (
              <th>
                <span className="sr">{text.panel.splitPick}</span>
              </th>
            ) : null}
            <th>{text.duty.columns.severity}</th>
            <th>{text.panel.tabs.alerts}</th>
            <th className={styles.wideOnly}>{text.panel.facts.span}</th>
            <th className={cx(styles.right, styles.wideOnly)}>{text.panel.facts.events}</th>
            <th>
              <span className="sr">{text.why.ask}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {view.alertList.map((alert) => (
            <AlertRow
              key={alert.id}
              alert={alert}
              view={view}
              picked={maySplit ? picked.includes(alert.id) : null}
              onPick={() => toggle(alert.id)}
            />
          ))}
        </tbody>
      </table>
      {picked.length > 0 && picked.length < view.alertList.length ? (
        <div className={styles.splitBar}>
          <span className={styles.quiet}>
            {text.why.splitWill(String(picked.length), String(view.alertList.length))}
          </span>
          <Button onClick={split}>{text.panel.splitTitle}</Button>
        </div>
      ) : null}
    </>
  );
}
