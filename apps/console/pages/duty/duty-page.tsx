import { type ReactNode, useState } from 'react';

import { useText } from '../../i18n/text.tsx';
import type { Sort } from '../../live/criteria.ts';
import { useDesk, useQueue } from '../../shell/desk.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { IncidentPanel } from '../incident/incident-panel.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { useChime } from './chime.ts';
import { DutyBar } from './duty-bar.tsx';
import { DutyEmpty } from './duty-empty.tsx';
import styles from './duty.module.css';
import { Filters } from './filters.tsx';
import { OfflineBar, useResumeToast } from './offline-bar.tsx';
import { QueueList } from './queue-list.tsx';
import { usePanelWidth } from './splitter.tsx';
import { Announcer, Strip } from './strip.tsx';
import { type Duty, DutyParts } from './duty.ts';
import { useDuty } from './use-duty.ts';
import { useDutyCommands } from './use-duty-commands.ts';

/** What stands above the rows: the connection when it is broken, then filters or the bulk bar. */
function Top({ duty }: { readonly duty: Duty }): ReactNode {
  const { order } = useQueue();
  const { ticks } = duty;
  return (
    <div className={styles.top}>
      <OfflineBar />
      {ticks.ids.size > 0 ? (
        <BulkBar
          ids={[...ticks.ids]}
          all={order}
          cursor={duty.cursor}
          work={duty.work}
          onTicks={ticks.set}
          onForm={duty.openForm}
        />
      ) : (
        <Filters search={duty.search} change={duty.change} />
      )}
    </div>
  );
}

function Side(props: {
  readonly duty: Duty;
  readonly id: string;
  readonly parts: DutyParts;
}): ReactNode {
  const text = useText();
  const [width, splitter] = usePanelWidth();
  const { duty, parts } = props;
  const { setSide } = parts;
  return (
    <aside
      ref={setSide}
      className={styles.side}
      style={{ width }}
      aria-label={text.panel.title}
      data-region="panel"
    >
      {splitter}
      <IncidentPanel
        id={props.id}
        tab={duty.work.form === 'comment' ? 'comments' : (duty.search.tab ?? 'timeline')}
        onTab={(tab) => duty.change({ tab }, true)}
        onStep={duty.step}
        onClose={duty.closePanel}
        onComment={() => duty.openForm('comment')}
        onDone={() => parts.list?.focus()}
        targets={duty.targets}
        work={duty.work}
      />
    </aside>
  );
}

/** The duty queue: a list that never moves under the hand, and the incident beside it. */
export function DutyPage(): ReactNode {
  const text = useText();
  const { view } = useDesk();
  const { alarming } = useQueue();
  const [parts] = useState(() => new DutyParts());
  const { setList, setFind, setHovered } = parts;
  const duty = useDuty(parts);
  const { search, change, cursor } = duty;
  useDutyCommands(duty);
  useResumeToast();
  useChime();
  const sortBy = (sort: Sort): void => {
    if (sort === view.criteria.sort) view.rebuild();
    else change({ sort });
  };
  return (
    <PageFrame
      title={text.duty.title}
      alarming={alarming}
      bar={
        <DutyBar
          tab={search.v ?? 'open'}
          onTab={(next) => change({ v: next === 'open' ? undefined : next })}
          find={search.q ?? ''}
          onFind={(q) => change({ q: q === '' ? undefined : q }, true)}
          findRef={setFind}
          onPause={duty.pause}
        />
      }
    >
      <div className={styles.page}>
        <div className={styles.column}>
          <Top duty={duty} />
          <QueueList
            ref={setList}
            lines={duty.lines}
            grouping={search.nhom ?? null}
            cursor={cursor}
            ticks={duty.ticks.ids}
            sort={search.sort ?? 'severity'}
            onSort={sortBy}
            onPick={duty.openPanel}
            onTick={duty.tick}
            onTickAll={duty.tickAll}
            onToggle={duty.toggleGroup}
            onOpen={duty.openPage}
            onHover={setHovered}
            strip={<Strip onShow={duty.showFresh} />}
            empty={<DutyEmpty search={search} onClear={duty.clearFilters} />}
          />
        </div>
        {duty.panelOpen && cursor !== null ? <Side duty={duty} id={cursor} parts={parts} /> : null}
      </div>
      <Announcer />
    </PageFrame>
  );
}
