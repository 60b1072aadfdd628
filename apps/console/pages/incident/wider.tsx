import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { IncidentRow, IncidentView } from '#libs/protocol';

import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { isOpen } from '../../live/criteria.ts';
import { useDesk } from '../../shell/desk.tsx';
import { Button } from '../../ui/controls.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import styles from './incident.module.css';
import type { Work } from './use-work.ts';

function Part(props: { readonly row: IncidentRow }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { row } = props;
  return (
    <div className={styles.related}>
      <SeverityBadge severity={row.severity} />
      <Link to="/su-co/$id" params={{ id: row.id }}>
        {language === 'vi' ? row.title : row.titleEn}
        <span className={styles.quiet}>
          {' '}
          · {placeName(row.locality, text.duty.unknownPlace)} · {text.statusLong[row.status]}
        </span>
      </Link>
    </div>
  );
}

/**
 * Why an incident stands for others and which these are; of one that is part of a wider one, which
 * that is, and how to say that it is not.
 */
export function Wider(props: { readonly view: IncidentView; readonly work: Work }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { mayAct } = useDesk();
  const { view, work } = props;
  const { outage, wider, parts, parent } = view;
  const isPart = parent !== null && view.closedBy !== 'merged';
  if (outage === null && !isPart) return null;
  return (
    <section className={styles.card}>
      <h2>{text.wider.title}</h2>
      <div className={styles.content}>
        {isPart ? (
          <p>
            {text.wider.partOf}{' '}
            {wider === null ? (
              parent
            ) : (
              <Link to="/su-co/$id" params={{ id: wider.id }}>
                {language === 'vi' ? wider.title : wider.titleEn}
              </Link>
            )}
          </p>
        ) : null}
        {isPart && mayAct && isOpen(view) ? (
          <Button onClick={() => void work.run([view.id], 'release')}>{text.act.release}</Button>
        ) : null}
        {outage === null ? null : (
          <>
            <h3 className={styles.heading}>{text.wider.why(text.scope[view.scope])}</h3>
            {outage.reasons[language].map((reason) => (
              <p key={reason}>{reason}</p>
            ))}
            <h3 className={styles.heading}>{text.wider.parts(number(parts.length, language))}</h3>
            {parts.map((row) => (
              <Part key={row.id} row={row} />
            ))}
          </>
        )}
      </div>
    </section>
  );
}
