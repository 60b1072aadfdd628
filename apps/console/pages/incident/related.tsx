import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { IncidentRow } from '#libs/protocol';

import { placeName } from '../../format/names.ts';
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
export function relatedTo(row: IncidentRow, book: RowBook): Related {
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
  readonly onMerge: ((id: string) => void) | null;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  if (props.rows.length === 0) return null;
  return (
    <>
      <h3 className={styles.heading}>{props.title}</h3>
      {props.rows.map((row) => (
        <div key={row.id} className={styles.related}>
          <SeverityBadge severity={row.severity} />
          <Link to="/su-co/$id" params={{ id: row.id }}>
            {language === 'vi' ? row.title : row.titleEn}
            <span className={styles.quiet}>
              {' '}
              · {placeName(row.locality, text.duty.unknownPlace)}
            </span>
          </Link>
          {props.onMerge === null ? null : (
            <Button title={text.act.merge} onClick={() => props.onMerge?.(row.id)}>
              {text.act.merge}
            </Button>
          )}
        </div>
      ))}
    </>
  );
}

export function RelatedList(props: { readonly row: IncidentRow; readonly work: Work }): ReactNode {
  const text = useText();
  const { book, mayAct } = useDesk();
  const { row, work } = props;
  const { sameEntity, sameRule } = relatedTo(row, book);
  if (sameEntity.length + sameRule.length === 0) {
    return <p className={styles.quiet}>{text.panel.noRelated}</p>;
  }
  const merge =
    mayAct && isOpen(row)
      ? (id: string) => void work.run([row.id], 'merge', { incidents: [id] })
      : null;
  return (
    <>
      <Group title={text.panel.sameEntity} rows={sameEntity} onMerge={merge} />
      <Group title={text.panel.sameRule} rows={sameRule} onMerge={merge} />
    </>
  );
}
