import { useVirtualizer } from '@tanstack/react-virtual';
import {
  forwardRef,
  type ReactNode,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import type { Sort } from '../../live/criteria.ts';
import type { Grouping } from '../../live/criteria.ts';
import { ROW_HEIGHT, useSettings } from '../../shell/settings.ts';
import { cx } from '../../ui/class-names.ts';
import { Button } from '../../ui/controls.tsx';
import {
  CARD_HEIGHT_PX,
  COLUMN_SETS,
  COLUMN_SORT,
  type ColumnSet,
  columnSetFor,
  RIGHT_COLUMNS,
} from './columns.ts';
import styles from './duty.module.css';
import { groupOf, type Items } from './group-items.ts';
import { GroupRow } from './group-row.tsx';
import { QueueRow } from './queue-row.tsx';

/**
 * Header and the strip for new rows, which is reserved so that nothing ever moves or hides a row.
 */
const HEAD_HEIGHT = 54;
const OVERSCAN = 3;
const PAGE_ROWS = 50;

export interface ListControl {
  /** Brings the row into view without moving more than needed. */
  readonly reveal: (index: number) => void;
  readonly toTop: () => void;
  readonly atTop: () => boolean;
  readonly focus: () => void;
}

interface ListProps {
  readonly lines: Items;
  readonly grouping: Grouping | null;
  readonly cursor: string | null;
  readonly ticks: ReadonlySet<string>;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly onPick: (id: string) => void;
  readonly onTick: (id: string, extend: boolean) => void;
  readonly onTickAll: (ids: readonly string[], on: boolean) => void;
  readonly onToggle: (key: string) => void;
  readonly onOpen: (id: string) => void;
  readonly onHover: (over: boolean) => void;
  /** Shown in place of rows when there are none. */
  readonly empty: ReactNode;
  readonly strip: ReactNode;
}

function Head(props: {
  readonly columns: ColumnSet;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
}): ReactNode {
  const text = useText();
  return (
    <div role="row" className={styles.head} aria-rowindex={1}>
      {COLUMN_SETS[props.columns].map((name) => {
        const sort = COLUMN_SORT[name];
        const label = text.duty.columns[name];
        const right = RIGHT_COLUMNS.includes(name) && styles.right;
        if (sort === undefined) {
          const hidden = name === 'tick' || name === 'owner';
          return (
            <span role="columnheader" key={name} className={cx(right)}>
              <span className={hidden ? 'sr' : styles.text}>{label}</span>
            </span>
          );
        }
        const active = props.sort === sort;
        const rising = sort === 'due' || sort === 'locality' || sort === 'status';
        return (
          <span
            role="columnheader"
            key={name}
            className={cx(right)}
            aria-sort={active ? (rising ? 'ascending' : 'descending') : 'none'}
          >
            <button
              type="button"
              tabIndex={-1}
              title={text.duty.sortBy(label)}
              onClick={() => props.onSort(sort)}
            >
              {label}
              {active ? (rising ? ' ↑' : ' ↓') : ''}
            </button>
          </span>
        );
      })}
    </div>
  );
}

/** The lines that are seen: incidents, and groups between them. */
function Lines(
  props: ListProps & {
    readonly ids: readonly string[];
    /** Place of the first of them in the whole list. */
    readonly first: number;
    readonly columns: ColumnSet;
  },
): ReactNode {
  const { lines, grouping, ticks, first } = props;
  return props.ids.map((id, at) => {
    const group = groupOf(id);
    if (group === null || grouping === null) {
      return (
        <QueueRow
          key={id}
          id={id}
          index={first + at}
          level={grouping === null ? undefined : 2}
          columns={props.columns}
          current={id === props.cursor}
          ticked={ticks.has(id)}
          onPick={props.onPick}
          onTick={props.onTick}
          onOpen={props.onOpen}
        />
      );
    }
    const members = lines.members(group);
    return (
      <GroupRow
        key={id}
        by={grouping}
        group={group}
        members={members}
        index={first + at}
        open={lines.isOpen(group)}
        current={id === props.cursor}
        ticked={ticks.size > 0 && members.every((member) => ticks.has(member))}
        onToggle={props.onToggle}
        onTick={props.onTickAll}
      />
    );
  });
}

/** Rows in frozen order, painted only where they are seen. */
export const QueueList = forwardRef<ListControl, ListProps>(function QueueList(props, control) {
  const text = useText();
  const settings = useSettings();
  const paged = settings.layout === 'pages';
  const scroller = useRef<HTMLDivElement>(null);
  const [columns, setColumns] = useState<ColumnSet>('normal');
  const [page, setPage] = useState(0);
  const rowHeight = columns === 'narrow' ? CARD_HEIGHT_PX : ROW_HEIGHT[settings.density];
  const { grouping } = props;
  const order = props.lines.items;
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler is off
  const virtual = useVirtualizer({
    count: paged ? 0 : order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => order[index] ?? index,
    overscan: OVERSCAN,
    scrollMargin: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
    useFlushSync: false,
  });
  useLayoutEffect(() => virtual.measure(), [virtual, rowHeight]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const watch = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setColumns(columnSetFor(entry.contentRect.width));
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useImperativeHandle(control, () => ({
    reveal: (index) => {
      if (paged) setPage(Math.floor(index / PAGE_ROWS));
      else virtual.scrollToIndex(index, { align: 'auto' });
    },
    toTop: () => {
      setPage(0);
      scroller.current?.scrollTo({ top: 0 });
    },
    atTop: () => (scroller.current?.scrollTop ?? 0) < rowHeight && page === 0,
    focus: () => scroller.current?.focus(),
  }));

  const pages = Math.max(1, Math.ceil(order.length / PAGE_ROWS));
  const shownPage = Math.min(page, pages - 1);
  const items = virtual.getVirtualItems();
  const first = paged ? shownPage * PAGE_ROWS : (items[0]?.index ?? 0);
  const ids = paged
    ? order.slice(first, first + PAGE_ROWS)
    : items.map((item) => order[item.index] ?? '');
  const active = props.cursor !== null && ids.includes(props.cursor) ? `row-${props.cursor}` : null;

  return (
    <div className={styles.listBox}>
      {props.strip}
      <div
        ref={scroller}
        role={grouping === null ? 'grid' : 'treegrid'}
        tabIndex={0}
        data-region="list"
        data-region-focus=""
        className={cx(styles.grid, styles[columns])}
        aria-label={text.duty.list}
        aria-rowcount={order.length + 1}
        aria-multiselectable="true"
        {...(active === null ? {} : { 'aria-activedescendant': active })}
        onMouseEnter={() => props.onHover(true)}
        onMouseLeave={() => props.onHover(false)}
      >
        <Head columns={columns} sort={props.sort} onSort={props.onSort} />
        {order.length === 0 ? null : (
          <div
            role="rowgroup"
            style={paged ? {} : { height: virtual.getTotalSize(), position: 'relative' }}
          >
            <div
              role="presentation"
              style={
                paged
                  ? {}
                  : { transform: `translateY(${(items[0]?.start ?? HEAD_HEIGHT) - HEAD_HEIGHT}px)` }
              }
            >
              <Lines {...props} ids={ids} first={first} columns={columns} />
            </div>
          </div>
        )}
      </div>
      {order.length === 0 ? <div className={styles.state}>{props.empty}</div> : null}
      {paged ? <Pager page={shownPage} pages={pages} onPage={setPage} /> : null}
    </div>
  );
});

function Pager(props: {
  readonly page: number;
  readonly pages: number;
  readonly onPage: (page: number) => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  return (
    <div className={styles.pager}>
      <Button disabled={props.page === 0} onClick={() => props.onPage(props.page - 1)}>
        {text.duty.pagePrevious}
      </Button>
      <span>{text.duty.page(number(props.page + 1, language), number(props.pages, language))}</span>
      <Button disabled={props.page >= props.pages - 1} onClick={() => props.onPage(props.page + 1)}>
        {text.duty.pageNext}
      </Button>
    </div>
  );
}
