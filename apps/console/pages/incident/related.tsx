import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';

import type { IncidentRow } from '#libs/protocol';

import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { isOpen } from '../../live/criteria.ts';
import type { RowBook } from '../../live/row-book.ts';
import { useDesk } from '../../shell/desk.tsx';
import { Button } from '../../ui/controls.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import styles from './incident.module.css';
import type { Work } from './use-work.ts';
import { sorted } from '../../format/sorted.ts';

const RELATED_MAX = 20;

interface Related {
  readonly sameEntity: readonly IncidentRow[];
  readonly sameRule: readonly IncidentRow[];
}

/** Open incidents about the same thing, and of the same rule in other places. */
function relatedTo(row: IncidentRow, book: RowBook): Related {
  const sameEntity: IncidentRow[] = [];
  const sameRule: IncidentRow[] = [];
  for (const other of book.rows()) {
    if (other.id === row.id || !isOpen(other)) continue;
    if (row.entity !== null && other.entity === row.entity) sameEntity.push(other);
    else if (other.rules.some((rule) => row.rules.includes(rule))) sameRule.push(other);
  }
  const newest = (rows: IncidentRow[]): IncidentRow[] =>
    sorted(rows, (a, b) => (a.last < b.last ? 1 : -1)).slice(0, RELATED_MAX);
  return { sameEntity: newest(sameEntity), sameRule: newest(sameRule) };
}

function Group(props: {
  readonly title: string;
  readonly rows: readonly IncidentRow[];
  readonly picked: readonly string[] | null;
  readonly onPick: (id: string) => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { picked } = props;
  if (props.rows.length === 0) return null;
  return (
    <>
      <h3 className={styles.heading}>{props.title}</h3>
      {props.rows.map((row) => (
        <div key={row.id} className={styles.related}>
          {picked === null ? null : (
            <input
              type="checkbox"
              aria-label={text.duty.select(row.id)}
              checked={picked.includes(row.id)}
              onChange={() => props.onPick(row.id)}
            />
          )}
          <SeverityBadge severity={row.severity} />
          <Link to="/su-co/$id" params={{ id: row.id }}>
            {language === 'vi' ? row.title : row.titleEn}
            <span className={styles.quiet}>
              {' '}
              · {placeName(row.locality, text.duty.unknownPlace)}
            </span>
          </Link>
        </div>
      ))}
    </>
  );
}

/** What a merge would do, said before it is done; it can be undone like every act. */
function MergeBar(props: {
  readonly row: IncidentRow;
  readonly rows: readonly IncidentRow[];
  readonly onMerge: () => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { row, rows } = props;
  const alerts = rows.reduce((sum, one) => sum + one.alerts, row.alerts);
  const held = rows.filter(({ assignee }) => assignee !== null && assignee !== row.assignee);
  return (
    <div className={styles.mergeBar} role="status">
      <p>
        {text.merging.will(rows.map(({ id }) => id).join(', '), row.id, number(alerts, language))}
        {held.length === 0
          ? ''
          : ` ${text.merging.held(held.map(({ assignee }) => assignee ?? '').join(', '))}`}
      </p>
      <Button look="primary" onClick={props.onMerge}>
        {text.panel.mergeTitle(number(rows.length, language))}
      </Button>
    </div>
  );
}

/** Incidents that may be the same trouble; those picked go into this one. */
export function RelatedList(props: { readonly row: IncidentRow; readonly work: Work }): ReactNode {
  const text = useText();
  const { book, mayAct } = useDesk();
  const [picked, setPicked] = useState<readonly string[]>([]);
  const { row, work } = props;
  const { sameEntity, sameRule } = relatedTo(row, book);
  if (sameEntity.length + sameRule.length === 0) {
    return <p className={styles.quiet}>{text.panel.noRelated}</p>;
  }
  const may = mayAct && isOpen(row);
  const chosen = [...sameEntity, ...sameRule].filter(({ id }) => picked.includes(id));
  const pick = (id: string): void =>
    setPicked(picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id]);
  const merge = (): void => {
    const incidents = chosen.map(({ id }) => id);
    void work.run([row.id], 'merge', { incidents }).then((done) => done && setPicked([]));
  };
  const choice = may ? picked : null;
  return (
    <>
      <Group title={text.panel.sameEntity} rows={sameEntity} picked={choice} onPick={pick} />
      <Group title={text.panel.sameRule} rows={sameRule} picked={choice} onPick={pick} />
      {chosen.length === 0 ? null : <MergeBar row={row} rows={chosen} onMerge={merge} />}
    </>
  );
}
