import { memo, type MouseEvent, type ReactNode } from 'react';

import type { IncidentRow } from '#libs/protocol';

import { UNKNOWN_PROVINCE } from '../../api/places.ts';
import { shortDuration } from '../../format/duration.ts';
import { number } from '../../format/number.ts';
import { millis } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { SEVERITY_ORDER, severityRank } from '../../live/criteria.ts';
import type { Grouping } from '../../live/criteria.ts';
import { useDesk } from '../../shell/desk.tsx';
import { useTicking } from '../../shell/ticking.ts';
import { cx } from '../../ui/class-names.ts';
import { Count } from '../../ui/controls.tsx';
import { Icon } from '../../ui/icon.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import { groupItem } from './group-items.ts';
import styles from './duty.module.css';

/** Members that are looked at to say how bad and how fresh a group is. */
const LOOKED_AT_MAX = 2_000;

/** What the group is called, and an example where the name alone says little. */
function useTitle(by: Grouping, key: string, first: IncidentRow | undefined) {
  const text = useText();
  const { language } = useLanguage();
  const example = language === 'vi' ? first?.title : first?.titleEn;
  switch (by) {
    case 'rule':
      return { name: key === '' ? text.groups.noRule : key, example };
    case 'entity':
      return { name: key === '' ? text.groups.noEntity : key, example };
    case 'owner':
      return { name: key === '' ? text.duty.noOwner : key, example: undefined };
    case 'locality': {
      const name = first?.locality.provinceName ?? '';
      const known = key !== UNKNOWN_PROVINCE && key !== '';
      return { name: known ? name || key : text.duty.unknownPlace, example: undefined };
    }
  }
}

export interface GroupRowProps {
  readonly by: Grouping;
  readonly group: string;
  readonly members: readonly string[];
  /** Place in the whole list, from 0. */
  readonly index: number;
  readonly open: boolean;
  readonly current: boolean;
  readonly ticked: boolean;
  readonly onToggle: (key: string) => void;
  readonly onTick: (ids: readonly string[], on: boolean) => void;
}

/** Incidents that have one thing in common: how many, how bad the worst, how fresh the newest. */
export const GroupRow = memo(function GroupRow(props: GroupRowProps): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { book, clock } = useDesk();
  const { members, group } = props;
  const rows = (): IncidentRow[] =>
    members
      .slice(0, LOOKED_AT_MAX)
      .map((id) => book.shown(id))
      .filter((row) => row !== undefined);
  const worst = useTicking(() => Math.min(9, ...rows().map((row) => severityRank(row.severity))));
  const newest = useTicking(() => {
    const last = rows().reduce((latest, row) => (row.last > latest ? row.last : latest), '');
    return last === '' ? '–' : shortDuration(clock.now() - millis(last), text.units);
  });
  const { name, example } = useTitle(props.by, group, book.shown(members[0] ?? ''));
  const severity = SEVERITY_ORDER[worst];
  const tick = (event: MouseEvent): void => {
    event.stopPropagation();
    props.onTick(members, !props.ticked);
  };
  return (
    // The grid has the keys (aria-activedescendant).
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      role="row"
      id={`row-${groupItem(group)}`}
      className={cx(styles.row, styles.groupRow)}
      aria-rowindex={props.index + 2}
      aria-level={1}
      aria-expanded={props.open}
      aria-selected={props.current}
      data-ticked={props.ticked || undefined}
      onClick={() => props.onToggle(group)}
    >
      <span role="gridcell" className={styles.tick}>
        <input
          type="checkbox"
          tabIndex={-1}
          checked={props.ticked}
          readOnly
          aria-label={text.groups.select(name, number(members.length, language))}
          onClick={tick}
        />
      </span>
      <span role="gridcell">
        {severity === undefined ? null : <SeverityBadge severity={severity} />}
      </span>
      <span role="gridcell" className={styles.groupName}>
        <Icon name={props.open ? 'down' : 'right'} size={16} />
        <b className={cx(props.by === 'entity' && styles.entity)}>{name}</b>
        <Count>{number(members.length, language)}</Count>
        {example === undefined ? null : <small>{example}</small>}
      </span>
      <span role="gridcell" className={styles.right}>
        {newest}
      </span>
    </div>
  );
});
