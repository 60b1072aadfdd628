import { Link, useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';

import type { IncidentStatus } from '#libs/model';
import type { IncidentRow, IncidentView } from '#libs/protocol';

import { ApiFailure } from '../../api/client.ts';
import { problemText } from '../../api/problem-text.ts';
import { placeName } from '../../format/names.ts';
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
import { Alerts } from './alerts.tsx';
import { Comments } from './comments.tsx';
import { ConflictNotice } from './conflict-notice.tsx';
import { Evidence } from './evidence.tsx';
import { Clocks, FourLines } from './four-lines.tsx';
import { Facts, IncidentId, Presence } from './incident-panel.tsx';
import styles from './incident.module.css';
import { Playbook, progressOf } from './playbook.tsx';
import { RelatedList } from './related.tsx';
import { Timeline } from './timeline.tsx';
import { Wider } from './wider.tsx';
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
        {value === 'timeline' ? <Timeline view={view} /> : null}
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
        {view === undefined ? null : <Wider view={view} work={work} />}
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
            <Comments id={row.id} entries={view?.timeline} work={work} />
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
