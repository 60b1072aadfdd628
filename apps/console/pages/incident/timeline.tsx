import type { ReactNode } from 'react';

import type { IncidentView, TimelineView } from '#libs/protocol';

import { clockTime, dateTime, fullTime, listTime, millis } from '../../format/time.ts';
import { useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import styles from './incident.module.css';
import { sorted } from '../../format/sorted.ts';

type Text = ReturnType<typeof useText>;

const PRODUCT = 'system';
/** Recorded this much after it happened: both times are worth saying. */
const APART_MS = 60_000;

function named(words: Readonly<Record<string, string>>, key: string | undefined): string {
  return key === undefined ? '' : (words[key] ?? key);
}

/** One entry as a sentence without its author. */
function sentence(entry: TimelineView, text: Text): string {
  const { facts } = entry;
  const words = text.timeline;
  switch (entry.what) {
    case 'assigned':
      return words.assigned(facts['to'] ?? facts['new'] ?? facts['assignee'] ?? '');
    case 'status':
      return words.status(named(text.statusLong, facts['to'] ?? facts['new']));
    case 'verdict':
      return words.verdict(named(text.verdict, facts['verdict'] ?? facts['new']));
    case 'severity':
      return words.severity(named(text.severity, facts['to'] ?? facts['new']));
    case 'snoozed':
      return words.snoozed(facts['to'] === undefined ? '' : dateTime(facts['to']));
    case 'gathered':
      return facts['into'] === undefined ? words.gathers : words.gathered(facts['into']);
    case 'step':
      return words.step(facts['step'] ?? '', facts['to'] !== 'open');
    case 'alert_changed': {
      const severity = facts['to'];
      if (severity === undefined) return words.alert_changed;
      return words.severityNow(named(text.severity, severity));
    }
    case 'opened':
    case 'alert_joined':
    case 'alert_superseded':
    case 'alert_withdrawn':
    case 'acknowledged':
    case 'commented':
    case 'merged':
    case 'split':
    case 'reopened':
    case 'undone':
    case 'notified':
    case 'recovered':
    case 'woken':
    case 'released':
      return words[entry.what];
  }
}

function Entry(props: {
  readonly entry: TimelineView;
  readonly rules: ReadonlyMap<string, string>;
  readonly now: number;
}): ReactNode {
  const text = useText();
  const { entry } = props;
  const byProduct = entry.who === PRODUCT;
  const said = sentence(entry, text);
  const apart = Math.abs(millis(entry.at) - millis(entry.time)) > APART_MS;
  const written = entry.facts['text'];
  const rule = props.rules.get(entry.facts['rule'] ?? '');
  const hot = entry.what === 'opened' || entry.what === 'severity' || entry.what === 'reopened';
  return (
    <li className={styles.entry} data-hot={hot ? '' : undefined}>
      <time dateTime={entry.at} title={fullTime(entry.at)}>
        {listTime(entry.at, props.now)}
      </time>
      <i />
      <div>
        <p>
          {byProduct ? null : <b>{entry.who} </b>}
          {said}
          {byProduct && rule !== undefined ? <span className={styles.quiet}> · {rule}</span> : null}
          {apart ? (
            <span className={styles.quiet}> · {text.timeline.happened(clockTime(entry.time))}</span>
          ) : null}
        </p>
        {written === undefined ? null : <p className={styles.said}>{written}</p>}
      </div>
    </li>
  );
}

/** Everything that happened to an incident, newest first. */
export function Timeline(props: { readonly view: IncidentView }): ReactNode {
  const text = useText();
  const { clock } = useDesk();
  const { timeline, alertList } = props.view;
  if (timeline.length === 0) return <p className={styles.quiet}>{text.panel.noTimeline}</p>;
  const now = clock.now();
  const rules = new Map(
    alertList.map((alert) => [alert.rule_id, `${alert.rule_code ?? ''} ${alert.title}`.trim()]),
  );
  const newest = sorted(
    timeline.map((entry, at) => ({ entry, at })),
    (a, b) => millis(b.entry.at) - millis(a.entry.at) || b.at - a.at,
  );
  return (
    <ol className={styles.list} style={{ gap: 0 }}>
      {newest.map(({ entry, at }) => (
        <Entry key={at} entry={entry} rules={rules} now={now} />
      ))}
    </ol>
  );
}
