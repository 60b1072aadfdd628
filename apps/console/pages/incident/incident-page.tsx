import { Link, useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';

import type { IncidentStatus } from '#libs/model';
import type { AlertView, IncidentRow, IncidentView } from '#libs/protocol';

import { ApiFailure } from '../../api/client.ts';
import { problemText } from '../../api/problem-text.ts';
import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { fullTime, listTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useKeys } from '../../keyboard/use-keys.ts';
import { isOpen } from '../../live/criteria.ts';
import { useDesk } from '../../shell/desk.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { Button, controls, Count, Empty, Skeleton } from '../../ui/controls.tsx';
import { Icon } from '../../ui/icon.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { ActBar, ActForms } from './act-bar.tsx';
import { Comments } from './comments.tsx';
import { ConflictNotice } from './conflict-notice.tsx';
import { Evidence } from './evidence.tsx';
import { Clocks, FourLines } from './four-lines.tsx';
import { Facts, IncidentId, Presence } from './incident-panel.tsx';
import styles from './incident.module.css';
import { Playbook, progressOf } from './playbook.tsx';
import { RelatedList } from './related.tsx';
import { Timeline } from './timeline.tsx';
import { useIncident } from './use-incident.ts';
import { useWork, type Work } from './use-work.ts';

const STEPS: readonly IncidentStatus[] = [
  'new',
  'acknowledged',
  'in_progress',
  'waiting_locality',
  'resolved',
  'closed',
];

function Steps(props: { readonly row: IncidentRow }): ReactNode {
  const text = useText();
  const { row } = props;
  const steps = STEPS.map((step) =>
    step === 'waiting_locality' && row.status === 'waiting_vendor' ? row.status : step,
  );
  return (
    <ol className={styles.steps}>
      {steps.map((step) => (
        <li key={step} {...(step === row.status ? { 'aria-current': 'step' as const } : {})}>
          {text.statusLong[step]}
          {step === 'closed' && row.verdict !== null ? ` · ${text.verdict[row.verdict]}` : ''}
        </li>
      ))}
    </ol>
  );
}

/** The alerts of the incident; ticked ones can be split off into an incident of their own. */
function Alerts(props: { readonly view: IncidentView; readonly work: Work }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { clock, mayAct } = useDesk();
  const [picked, setPicked] = useState<readonly string[]>([]);
  const { view, work } = props;
  const now = clock.now();
  const maySplit = mayAct && isOpen(view) && view.alertList.length > 1;
  const toggle = (id: string): void =>
    setPicked(picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id]);
  const split = (): void => {
    void work.run([view.id], 'split', { alerts: picked }).then((done) => done && setPicked([]));
  };
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            {maySplit ? (
              <th>
                <span className="sr">{text.panel.splitPick}</span>
              </th>
            ) : null}
            <th>{text.duty.columns.severity}</th>
            <th>{text.panel.tabs.alerts}</th>
            <th>{text.panel.facts.span}</th>
            <th className={styles.right}>{text.panel.facts.events}</th>
          </tr>
        </thead>
        <tbody>
          {view.alertList.map((alert: AlertView) => (
            <tr key={alert.id}>
              {maySplit ? (
                <td>
                  <input
                    type="checkbox"
                    aria-label={text.duty.select(alert.title)}
                    checked={picked.includes(alert.id)}
                    onChange={() => toggle(alert.id)}
                  />
                </td>
              ) : null}
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
                </div>
                <div className="mono">
                  {Object.entries(alert.group)
                    .map(([name, value]) => `${name}=${value}`)
                    .join('  ')}
                </div>
              </td>
              <td title={`${fullTime(alert.first)} – ${fullTime(alert.last)}`}>
                {listTime(alert.first, now)} – {listTime(alert.last, now)}
              </td>
              <td className={styles.right}>{number(alert.count, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {picked.length > 0 && picked.length < view.alertList.length ? (
        <div style={{ paddingTop: 10 }}>
          <Button onClick={split}>{text.panel.splitTitle}</Button>
        </div>
      ) : null}
    </>
  );
}

function Details(props: { readonly view: IncidentView; readonly work: Work }): ReactNode {
  const text = useText();
  const { tab } = useSearch({ from: '/shell/su-co/$id' });
  const navigate = useNavigate();
  const { view, work } = props;
  const value = tab === 'timeline' || tab === 'related' || tab === 'playbook' ? tab : 'evidence';
  return (
    <section className={styles.card} aria-label={text.panel.tabs.evidence}>
      <div className={styles.tabs}>
        <Tabs
          name="incident"
          label={text.panel.title}
          value={value}
          onChange={(next) =>
            void navigate({
              to: '/su-co/$id',
              params: { id: view.id },
              search: { tab: next },
              replace: true,
            })
          }
          items={(['evidence', 'timeline', 'playbook', 'related'] as const).map((id) => ({
            id,
            label: (
              <>
                {text.panel.tabs[id]}
                {id === 'playbook' ? <Count>{progressOf(view)}</Count> : null}
              </>
            ),
          }))}
        />
      </div>
      <TabPanel name="incident" value={value} className={styles.content}>
        {value === 'evidence' ? <Evidence view={view} open /> : null}
        {value === 'timeline' ? <Timeline entries={view.timeline} /> : null}
        {value === 'playbook' ? <Playbook view={view} work={work} /> : null}
        {value === 'related' ? <RelatedList row={view} work={work} /> : null}
      </TabPanel>
    </section>
  );
}

function Body(props: {
  readonly row: IncidentRow;
  readonly view: IncidentView | undefined;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { mayAct, queue } = useDesk();
  const work = useWork();
  const router = useRouter();
  const { row, view } = props;
  useEffect(() => {
    queue.present(row.id, work.form !== null);
    return () => queue.present(null, false);
  }, [queue, row.id, work.form]);
  const act = (run: () => void) => () => (mayAct && isOpen(row) ? run() : undefined);
  useKeys({
    KeyT: act(() => void work.run([row.id], 'acknowledge')),
    KeyV: act(() => work.open('verdict')),
    KeyC: act(() => work.open('escalate')),
    KeyH: act(() => work.open('snooze')),
    KeyP: act(() => work.open('assign')),
    KeyB: act(() => work.open('comment')),
    Escape: () => (work.form === null ? router.history.back() : work.open(null)),
  });
  return (
    <div className={`${styles.page} ${styles.big}`}>
      <section className={`${styles.card} ${styles.pageHead}`}>
        <div className={styles.head}>
          <div className={styles.meta}>
            <SeverityBadge severity={row.severity} />
            <IncidentId id={row.id} />
            <span>{placeName(row.locality, text.duty.unknownPlace)}</span>
          </div>
          <Presence id={row.id} />
          <h2 className={styles.title}>{language === 'vi' ? row.title : row.titleEn}</h2>
          <Steps row={row} />
          <ActBar row={row} work={work} onComment={() => work.open('comment')} />
        </div>
        <ActForms row={row} targets={[row.id]} work={work} onDone={() => {}} />
        <ConflictNotice id={row.id} work={work} />
        <FourLines view={view} />
        <Clocks row={row} />
        <div style={{ height: 10 }} />
      </section>
      <div className={styles.column}>
        <section className={styles.card}>
          <h2>{text.panel.tabs.alerts}</h2>
          <div className={styles.content}>
            {view === undefined ? <Skeleton lines={3} /> : <Alerts view={view} work={work} />}
          </div>
        </section>
        {view === undefined ? null : <Details view={view} work={work} />}
      </div>
      <div className={styles.column}>
        <section className={styles.card}>
          <h2>{text.panel.tabs.comments}</h2>
          <div className={styles.content}>
            {view === undefined ? (
              <Skeleton lines={3} />
            ) : (
              <Comments id={row.id} entries={view.timeline} work={work} />
            )}
          </div>
        </section>
        <section className={styles.card}>
          <h2>{text.panel.facts.status}</h2>
          <div className={styles.content}>
            <Facts row={row} />
          </div>
        </section>
      </div>
    </div>
  );
}

/**
 * One incident on a page of its own; on a phone the four lines come first and the buttons are
 * large.
 */
export function IncidentPage(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { id } = useParams({ from: '/shell/su-co/$id' });
  const router = useRouter();
  const { row, view, failure, retry } = useIncident(id);
  const denied = failure instanceof ApiFailure && [403, 404].includes(failure.status);
  return (
    <PageFrame
      title={id}
      bar={
        <>
          <span className={styles.space} />
          <Button onClick={() => router.history.back()}>
            <Icon name="left" size={16} />
            {text.duty.list}
          </Button>
        </>
      }
    >
      {row !== undefined ? (
        <Body key={id} row={row} view={view} />
      ) : failure === null ? (
        <div className={styles.page}>
          <Skeleton lines={12} />
        </div>
      ) : (
        <Empty
          icon="warning"
          title={denied ? text.shell.notAllowed : text.fault.failed(id)}
          text={problemText(failure, text, language)}
        >
          {denied ? (
            <Link to="/truc" className={controls.button}>
              {text.shell.backToDuty}
            </Link>
          ) : (
            <Button onClick={retry}>{text.act.retry}</Button>
          )}
        </Empty>
      )}
    </PageFrame>
  );
}
