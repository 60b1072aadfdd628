import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { problemText } from '../../api/problem-text.ts';
import { ago } from '../../format/duration.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk, useLive, useQueue } from '../../shell/desk.tsx';
import { useTicking } from '../../shell/ticking.ts';
import { Button, controls, Empty } from '../../ui/controls.tsx';
import { type DutySearch, isNarrowed } from './duty-search.ts';
import styles from './duty.module.css';

const SKELETON_ROWS = 14;

function SkeletonRows(): ReactNode {
  return (
    <div aria-hidden="true" style={{ alignSelf: 'start', height: '100%' }}>
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        <div key={row} className={styles.skeletonRow}>
          <span className={controls.skeleton} style={{ width: 92 }} />
          <span className={controls.skeleton} style={{ width: 80 }} />
          <span className={controls.skeleton} style={{ width: `${28 + ((row * 13) % 34)}%` }} />
        </div>
      ))}
    </div>
  );
}

/**
 * Why the list is empty: still loading, no server, filters too narrow, no source, or truly nothing
 * open.
 */
export function DutyEmpty(props: {
  readonly search: DutySearch;
  readonly onClear: () => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { queue } = useDesk();
  const { rows, failure, sending, expected, unregistered } = useLive();
  const { counts } = useQueue();
  const age = useTicking(() =>
    queue.heard === null ? text.units.now : ago(performance.now() - queue.heard, text.units),
  );
  if (rows === 'first' || rows === 'partial') return <SkeletonRows />;
  if (rows === 'failed') {
    return (
      <Empty
        icon="warning"
        title={text.fault.failed(text.duty.list.toLowerCase())}
        text={problemText(failure, text, language)}
      >
        <Button look="primary" onClick={() => queue.reload()}>
          {text.act.retry}
        </Button>
      </Empty>
    );
  }
  const here = counts[props.search.v ?? 'open'];
  if (isNarrowed(props.search) && here > 0) {
    return (
      <Empty
        icon="search"
        title={text.duty.narrow}
        text={text.duty.narrowText(number(here, language))}
      >
        <Button look="primary" onClick={props.onClear}>
          {text.duty.filters.clear}
        </Button>
      </Empty>
    );
  }
  if (expected === 0 && unregistered === 0 && counts.open === 0) {
    return (
      <Empty icon="sources" title={text.duty.noSources} text={text.duty.noSourcesText}>
        <Link to="/nguon" className={controls.button}>
          {text.shell.sources}
        </Link>
      </Empty>
    );
  }
  return (
    <Empty
      icon="check"
      good
      title={text.duty.empty}
      text={text.duty.emptyText(age, number(sending ?? 0, language))}
    >
      {unregistered === 0 ? null : (
        <span>{text.duty.unregistered(number(unregistered, language))}</span>
      )}
    </Empty>
  );
}
