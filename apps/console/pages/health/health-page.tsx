import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { HealthLine, HealthView } from '#libs/protocol';

import { get } from '../../api/client.ts';
import { CENTRE_PROVINCE } from '../../api/places.ts';
import { number } from '../../format/number.ts';
import { clockTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { type Health, StateMark } from '../../ui/state-mark.tsx';
import table from '../../ui/table.module.css';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { DeliveriesPart } from './deliveries-part.tsx';
import { ParkedPart } from './parked-part.tsx';
import styles from './health.module.css';

const REFRESH_MS = 5_000;
const GROUPS = ['source', 'door', 'stage', 'job', 'store', 'machine'] as const;
const MARKS: Readonly<Record<HealthLine['state'], Health>> = {
  ok: 'ok',
  degraded: 'degraded',
  down: 'down',
  off: 'unknown',
};

function Lines(props: { readonly lines: readonly HealthLine[] }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  return (
    <ul className={styles.lines}>
      {props.lines.map((line) => (
        <li key={line.id} data-state={line.state}>
          <StateMark health={MARKS[line.state]} label={text.health.state[line.state]} />
          <b>{line.name[language]}</b>
          <span>{line.text[language]}</span>
        </li>
      ))}
    </ul>
  );
}

/** One line for every door, stage, job and store, in words a duty officer understands. */
function Status(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const query = useQuery({
    queryKey: ['health'],
    queryFn: () => get<HealthView>('/health'),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Loaded query={query} what={text.health.title}>
      {(health) => {
        const { version } = health;
        const platform = text.health.platforms[health.platform];
        const bad = health.lines.filter(
          (line) => line.state === 'down' || line.state === 'degraded',
        );
        return (
          <div className={styles.page}>
            <p className={styles.sum} data-well={bad.length === 0 ? '' : undefined}>
              <Icon name={bad.length === 0 ? 'check' : 'warning'} />
              <b>
                {bad.length === 0
                  ? text.health.allWell
                  : text.health.some(number(bad.length, language))}
              </b>
              <span>
                {text.health.version(version, platform)} · {text.health.at(clockTime(health.at))}
              </span>
            </p>
            {GROUPS.map((group) => {
              const lines = health.lines.filter((line) => line.group === group);
              return lines.length === 0 ? null : (
                <section key={group} className={styles.group}>
                  <h2>{text.health.groups[group]}</h2>
                  <Lines lines={lines} />
                </section>
              );
            })}
          </div>
        );
      }}
    </Loaded>
  );
}

/** How the watchtower itself does, and who was told of what. */
export function HealthPage(): ReactNode {
  const text = useText();
  const { phan, st = '' } = useSearch({ from: '/shell/suc-khoe' });
  const navigate = useNavigate();
  const { may, session } = useDesk();
  // A batch holds events of any place: only who sees all places decides about it.
  const decides = may.administer && session.scope.province === CENTRE_PROVINCE;
  const items = [
    { id: 'status', label: text.deliveries.status },
    { id: 'deliveries', label: text.deliveries.tab },
    ...(decides ? [{ id: 'parked', label: text.parked.tab }] : []),
  ];
  const part = items.find(({ id }) => id === phan)?.id ?? 'status';
  return (
    <PageFrame
      title={text.health.title}
      bar={
        <Tabs
          name="health"
          label={text.deliveries.tabs}
          value={part}
          onChange={(next) => void navigate({ to: '/suc-khoe', search: { phan: next } })}
          items={items}
        />
      }
    >
      <TabPanel name="health" value={part} className={part === 'status' ? undefined : table.box}>
        {part === 'status' ? <Status /> : null}
        {part === 'parked' ? <ParkedPart /> : null}
        {part === 'deliveries' ? (
          <DeliveriesPart
            state={st}
            onState={(next) =>
              void navigate({ to: '/suc-khoe', search: { phan: 'deliveries', st: next } })
            }
          />
        ) : null}
      </TabPanel>
    </PageFrame>
  );
}
