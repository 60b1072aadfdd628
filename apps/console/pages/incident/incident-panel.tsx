import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { IncidentRow, IncidentView } from '#libs/protocol';

import { UNKNOWN_PROVINCE } from '../../api/places.ts';
import { problemText } from '../../api/problem-text.ts';
import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { listTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk, useLive } from '../../shell/desk.tsx';
import { Avatar, Button, Empty, IconButton, Skeleton } from '../../ui/controls.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { useToast } from '../../ui/toast.tsx';
import { ActBar, ActForms } from './act-bar.tsx';
import { Comments } from './comments.tsx';
import { ConflictNotice } from './conflict-notice.tsx';
import { EntityValue } from './entity.tsx';
import { Evidence } from './evidence.tsx';
import { Clocks, FourLines } from './four-lines.tsx';
import { PANEL_TABS, type PanelTab } from './incident-search.ts';
import styles from './incident.module.css';
import { Playbook, progressOf } from './playbook.tsx';
import { RelatedList } from './related.tsx';
import { Timeline } from './timeline.tsx';
import { useIncident } from './use-incident.ts';
import type { Work } from './use-work.ts';

export function IncidentId(props: { readonly id: string }): ReactNode {
  const text = useText();
  const toast = useToast();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(props.id);
    toast({ text: text.act.copied });
  };
  return (
    <button
      type="button"
      className={styles.id}
      title={`${text.act.copy} ${props.id}`}
      onClick={() => void copy()}
    >
      {props.id}
    </button>
  );
}

/** Who else has this incident open now, and whether they are writing (console.md R15). */
export function Presence(props: { readonly id: string }): ReactNode {
  const text = useText();
  const { session } = useDesk();
  const { people } = useLive();
  const others = people.filter(
    ({ incident, user }) => incident === props.id && user !== session.user,
  );
  if (others.length === 0) return null;
  return (
    <p className={styles.presence} role="status">
      {others.map(({ user, name, working }) => (
        <span key={user}>
          <Avatar name={name} present />
          {working ? text.duty.working(name) : text.duty.watching(name)}
        </span>
      ))}
    </p>
  );
}

export function Facts(props: { readonly row: IncidentRow }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { clock, may } = useDesk();
  const { row } = props;
  const now = clock.now();
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      text.panel.facts.locality,
      row.locality.province === UNKNOWN_PROVINCE && may.assignSources ? (
        <Link to="/nguon" search={{ phan: 'unknown' }}>
          {text.merging.assignPlace}
        </Link>
      ) : (
        placeName(row.locality, text.duty.unknownPlace)
      ),
    ],
    [text.panel.facts.scope, text.scope[row.scope]],
    [
      text.panel.facts.entity,
      row.entity === null ? '–' : <EntityValue row={row} entity={row.entity} />,
    ],
    [text.panel.facts.rules, row.rules.join(', ')],
    [text.panel.facts.events, number(row.events, language)],
    [text.panel.facts.span, `${listTime(row.first, now)} – ${listTime(row.last, now)}`],
    [text.panel.facts.owner, row.assignee ?? text.duty.noOwner],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {row.parent === null ? null : (
        <>
          <dt>{text.panel.facts.parent}</dt>
          <dd>
            <Link to="/su-co/$id" params={{ id: row.parent }}>
              {row.parent}
            </Link>
          </dd>
        </>
      )}
    </dl>
  );
}

function TabContent(props: {
  readonly tab: PanelTab;
  readonly row: IncidentRow;
  readonly view: IncidentView | undefined;
  readonly work: Work;
}): ReactNode {
  const { view } = props;
  if (props.tab === 'related') return <RelatedList row={props.row} work={props.work} />;
  if (props.tab === 'comments') {
    return <Comments id={props.row.id} entries={view?.timeline} work={props.work} />;
  }
  if (view === undefined) return <Skeleton lines={6} />;
  if (props.tab === 'playbook') return <Playbook view={view} work={props.work} />;
  if (props.tab === 'timeline') return <Timeline view={view} />;
  return (
    <>
      <Facts row={props.row} />
      <div style={{ height: 12 }} />
      <Evidence view={view} />
    </>
  );
}

export interface PanelProps {
  readonly id: string;
  readonly tab: PanelTab;
  readonly onTab: (tab: PanelTab) => void;
  readonly onStep: (step: 1 | -1) => void;
  readonly onClose: () => void;
  readonly onComment: () => void;
  /** Gives the keyboard back to the list. */
  readonly onDone: () => void;
  /** What a form acts on: the ticked rows, else this one. */
  readonly targets: readonly string[];
  readonly work: Work;
}

/** The incident under the cursor, at once from its row; the rest fills in without a jump. */
export function IncidentPanel(props: PanelProps): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { row, view, failure, retry } = useIncident(props.id);
  const { work } = props;
  if (row === undefined) {
    return failure === null ? (
      <div className={styles.content}>
        <Skeleton lines={10} />
      </div>
    ) : (
      <Empty icon="warning" title={props.id} text={problemText(failure, text, language)}>
        <Button onClick={retry}>{text.act.retry}</Button>
        <Button onClick={props.onClose}>{text.panel.closePanel}</Button>
      </Empty>
    );
  }
  const comments = view?.timeline.filter((entry) => entry.what === 'commented').length ?? 0;
  const progress = progressOf(view);
  return (
    <div className={styles.panel}>
      <div className={styles.head}>
        <div className={styles.meta}>
          <SeverityBadge severity={row.severity} />
          <IncidentId id={row.id} />
          <span className={styles.space} />
          <span className={styles.steppers}>
            <IconButton icon="left" label={text.act.previous} onClick={() => props.onStep(-1)} />
            <IconButton icon="right" label={text.act.next} onClick={() => props.onStep(1)} />
            <IconButton icon="close" label={text.panel.closePanel} onClick={props.onClose} />
          </span>
        </div>
        <Presence id={row.id} />
        <h2 className={styles.title}>{language === 'vi' ? row.title : row.titleEn}</h2>
        <ActBar row={row} work={work} onComment={props.onComment} />
      </div>
      <div className={styles.body}>
        <ActForms row={row} targets={props.targets} work={work} onDone={props.onDone} />
        <ConflictNotice id={row.id} work={work} />
        <FourLines view={view} />
        <Clocks row={row} />
        <div className={styles.tabs}>
          <Tabs
            small
            name="panel"
            label={text.panel.title}
            value={props.tab}
            onChange={props.onTab}
            items={PANEL_TABS.map((id) => ({
              id,
              label: (
                <>
                  {text.panel.tabs[id]}
                  {id === 'playbook' && progress !== '' ? <small>{progress}</small> : null}
                  {id === 'comments' && comments > 0 ? <small>{comments}</small> : null}
                </>
              ),
            }))}
          />
        </div>
        <TabPanel name="panel" value={props.tab} className={styles.content}>
          <TabContent tab={props.tab} row={row} view={view} work={work} />
        </TabPanel>
      </div>
    </div>
  );
}
