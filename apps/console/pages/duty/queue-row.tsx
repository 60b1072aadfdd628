import { memo, type MouseEvent, type ReactNode } from 'react';

import type { IncidentRow } from '#libs/protocol';

import { useText } from '../../i18n/text.tsx';
import { useDesk, useRow } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import { StatusDot } from '../../ui/status-dot.tsx';
import {
  Changing,
  DueCell,
  EventsCell,
  IncidentCell,
  OwnerCell,
  PlaceCell,
  SinceCell,
} from './cells.tsx';
import { COLUMN_SETS, type ColumnName, type ColumnSet, RIGHT_COLUMNS } from './columns.ts';
import styles from './duty.module.css';

export interface RowProps {
  readonly id: string;
  /** Place in the whole list, from 0. */
  readonly index: number;
  /** Depth in a list that is grouped. */
  readonly level: number | undefined;
  readonly columns: ColumnSet;
  readonly current: boolean;
  readonly ticked: boolean;
  readonly onPick: (id: string) => void;
  readonly onTick: (id: string, extend: boolean) => void;
  readonly onOpen: (id: string) => void;
}

function goneText(
  row: IncidentRow,
  matches: boolean,
  text: ReturnType<typeof useText>,
): string | null {
  if (matches) return null;
  if (row.status !== 'closed') return text.duty.moved;
  return row.assignee === null ? text.duty.gone : text.duty.goneBy(row.assignee);
}

function Cell(props: {
  readonly name: ColumnName;
  readonly row: IncidentRow;
  readonly gone: string | null;
  readonly columns: ColumnSet;
}): ReactNode {
  const { row } = props;
  switch (props.name) {
    case 'severity':
      return <SeverityBadge severity={row.severity} ghost={props.gone !== null} />;
    case 'status':
      return (
        <Changing value={row.status}>
          <StatusDot status={row.status} />
        </Changing>
      );
    case 'incident':
      return <IncidentCell row={row} gone={props.gone} />;
    case 'locality':
      return <PlaceCell row={row} columns={props.columns} />;
    case 'entity':
      return (
        <span className={cx(styles.text, styles.entity)} title={row.entity ?? undefined}>
          {row.entity ?? '–'}
        </span>
      );
    case 'events':
      return <EventsCell row={row} />;
    case 'last':
      return <SinceCell at={row.last} />;
    case 'due':
      return <DueCell row={row} />;
    case 'owner':
      return <OwnerCell row={row} />;
    case 'tick':
      return null;
  }
}

/** One incident; paints only when its own row, the cursor or its tick changed. */
export const QueueRow = memo(function QueueRow(props: RowProps): ReactNode {
  const text = useText();
  const { view, book } = useDesk();
  const row = useRow(props.id);
  const gone = row === undefined ? text.duty.moved : goneText(row, view.matches(row), text);
  const tick = (event: MouseEvent): void => {
    event.stopPropagation();
    props.onTick(props.id, event.shiftKey);
  };
  return (
    // The grid has the keys (aria-activedescendant).
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      role="row"
      id={`row-${props.id}`}
      className={cx(
        styles.row,
        gone !== null && styles.ghost,
        props.level !== undefined && styles.member,
      )}
      aria-rowindex={props.index + 2}
      {...(props.level === undefined ? {} : { 'aria-level': props.level })}
      aria-selected={props.current}
      data-ticked={props.ticked || undefined}
      onClick={() => props.onPick(props.id)}
      onDoubleClick={() => props.onOpen(props.id)}
    >
      {COLUMN_SETS[props.columns].map((name) =>
        name === 'tick' ? (
          <span role="gridcell" key={name} className={styles.tick}>
            <input
              type="checkbox"
              tabIndex={-1}
              checked={props.ticked}
              readOnly
              aria-label={text.duty.select(props.id)}
              onClick={tick}
            />
          </span>
        ) : (
          <span
            role="gridcell"
            key={name}
            className={cx(
              RIGHT_COLUMNS.includes(name) && styles.right,
              name === 'owner' && styles.owner,
              name === 'incident' && styles.text,
            )}
          >
            {row === undefined ? (
              name === 'incident' ? (
                <span className={styles.gone}>{gone}</span>
              ) : null
            ) : (
              <Cell name={name} row={row} gone={gone} columns={props.columns} />
            )}
            {name === 'incident' && book.pending(props.id) ? (
              <span className="sr">{text.duty.queued}</span>
            ) : null}
          </span>
        ),
      )}
    </div>
  );
});
