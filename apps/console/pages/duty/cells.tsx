import { type ReactNode, useState } from 'react';

import type { IncidentRow } from '#libs/protocol';

import { UNKNOWN_PROVINCE } from '../../api/places.ts';
import { shortDuration } from '../../format/duration.ts';
import { number } from '../../format/number.ts';
import { fullTime, millis } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { DUE_SOON_MS, nearestClock } from '../../live/criteria.ts';
import { useDesk, useLive } from '../../shell/desk.tsx';
import { useTicking } from '../../shell/ticking.ts';
import { cx } from '../../ui/class-names.ts';
import { Avatar } from '../../ui/controls.tsx';
import type { ColumnSet } from './columns.ts';
import styles from './duty.module.css';

/** Tints for a moment when its value becomes another one; never on the first paint. */
export function Changing(props: {
  readonly value: string | number;
  readonly children: ReactNode;
}): ReactNode {
  const [seen, setSeen] = useState({ value: props.value, changed: false });
  if (seen.value !== props.value) setSeen({ value: props.value, changed: true });
  return (
    <span key={props.value} className={seen.changed ? 'tint' : undefined}>
      {props.children}
    </span>
  );
}

export function IncidentCell(props: {
  readonly row: IncidentRow;
  readonly gone: string | null;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { row } = props;
  const title = language === 'vi' ? row.title : row.titleEn || row.title;
  const wide = row.scope === 'vendor' || row.scope === 'national';
  return (
    <span className={styles.text} title={title}>
      {props.gone === null ? null : <span className={styles.gone}>{props.gone}</span>}
      {wide || row.scope === 'province' ? (
        <span className={cx(styles.scope, wide && styles.scopeWide)}>{text.scope[row.scope]}</span>
      ) : null}
      {title}
      {row.parent === null ? null : (
        <span className={styles.kids}>{text.duty.partOf(row.parent)}</span>
      )}
      {row.children > 0 ? (
        <span className={styles.kids}>{text.duty.parts(row.children)}</span>
      ) : row.alerts > 1 ? (
        <span className={styles.kids} title={text.duty.children(row.alerts)}>
          {row.alerts}
        </span>
      ) : null}
    </span>
  );
}

export function PlaceCell(props: {
  readonly row: IncidentRow;
  readonly columns: ColumnSet;
}): ReactNode {
  const text = useText();
  const { locality, entity } = props.row;
  const province =
    locality.province === UNKNOWN_PROVINCE
      ? text.duty.unknownPlace
      : locality.provinceName || locality.province;
  const detail =
    locality.communeName ?? locality.commune ?? (props.columns === 'wide' ? null : entity);
  return (
    <span
      className={cx(styles.text, styles.place)}
      title={detail === null ? province : `${province} · ${detail}`}
    >
      {province}
      {detail === null ? null : <small> · {detail}</small>}
    </span>
  );
}

/** How long ago, in the product's time. */
export function SinceCell(props: { readonly at: string }): ReactNode {
  const text = useText();
  const { clock } = useDesk();
  const said = useTicking(() => shortDuration(clock.now() - millis(props.at), text.units));
  return (
    <span className={styles.text} title={fullTime(props.at)}>
      {said}
    </span>
  );
}

/** The nearest deadline: quiet while far, amber within the hour, red when passed. */
export function DueCell(props: { readonly row: IncidentRow }): ReactNode {
  const text = useText();
  const { clock } = useDesk();
  const due = nearestClock(props.row);
  const at = due === null ? 0 : millis(due.at);
  const said = useTicking(() => {
    if (due === null) return null;
    const left = at - clock.now();
    const duration = shortDuration(Math.abs(left), text.units);
    return left < 0 ? text.clock.over(duration) : duration;
  });
  const tone = useTicking(() => {
    const left = at - clock.now();
    return left < 0 ? 'over' : left < DUE_SOON_MS ? 'soon' : 'far';
  });
  if (due === null || said === null) return <span className={styles.none}>–</span>;
  return (
    <span
      className={cx(
        styles.due,
        tone === 'soon' && styles.dueSoon,
        tone === 'over' && styles.dueOver,
      )}
      title={fullTime(due.at)}
    >
      {said}
    </span>
  );
}

export function EventsCell(props: { readonly row: IncidentRow }): ReactNode {
  const { language } = useLanguage();
  return <Changing value={props.row.events}>{number(props.row.events, language)}</Changing>;
}

/** Who works on it, ringed while somebody looks at it now. */
export function OwnerCell(props: { readonly row: IncidentRow }): ReactNode {
  const text = useText();
  const { session } = useDesk();
  const { people } = useLive();
  const { row } = props;
  const here = people.find((person) => person.incident === row.id && person.user !== session.user);
  const name = row.assignee ?? here?.name ?? null;
  if (name === null) {
    return (
      <span className={styles.none} title={text.duty.noOwner}>
        –
      </span>
    );
  }
  const presence =
    here === undefined
      ? null
      : here.working
        ? text.duty.working(here.name)
        : text.duty.watching(here.name);
  const owner = row.assignee === null ? text.duty.noOwner : text.duty.owner(row.assignee);
  const said = presence === null ? owner : `${owner}, ${presence}`;
  return (
    <span title={said}>
      <Avatar name={name} present={here !== undefined} />
      <span className="sr">{said}</span>
    </span>
  );
}
