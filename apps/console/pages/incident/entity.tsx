import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { IncidentRow } from '#libs/protocol';

import { number } from '../../format/number.ts';
import { millis } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { isOpen } from '../../live/criteria.ts';
import type { RowBook } from '../../live/row-book.ts';
import { useDesk } from '../../shell/desk.tsx';
import { Menu, type MenuGroup } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toast.tsx';
import styles from './incident.module.css';

const AROUND_MS = 15 * 60_000;

/** Other open incidents about the same thing, and in how many provinces. */
function elsewhere(row: IncidentRow, book: RowBook): { others: number; provinces: number } {
  const provinces = new Set<string>();
  let others = 0;
  for (const other of book.rows()) {
    if (other.id === row.id || other.entity !== row.entity || !isOpen(other)) continue;
    others += 1;
    provinces.add(other.locality.province);
  }
  return { others, provinces: provinces.size };
}

/** What the incident is about, where else it is, and what can be done with it (console.md R19). */
export function EntityValue(props: {
  readonly row: IncidentRow;
  readonly entity: string;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { book, may } = useDesk();
  const navigate = useNavigate();
  const toast = useToast();
  const { row, entity } = props;
  const { others, provinces } = elsewhere(row, book);
  const words = text.entity;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(entity);
    toast({ text: text.act.copied });
  };
  const inLogs = (): void => {
    const search = {
      q: JSON.stringify(entity),
      from: new Date(millis(row.first) - AROUND_MS).toISOString(),
      to: new Date(millis(row.last) + AROUND_MS).toISOString(),
    };
    void navigate({ to: '/tim-kiem', search });
  };
  const groups: MenuGroup[] = [
    {
      items: [
        {
          label: words.queue,
          run: () => void navigate({ to: '/truc', search: { q: entity } }),
        },
        ...(may.search ? [{ label: words.logs, run: inLogs }] : []),
        { label: text.act.copy, run: () => void copy() },
      ],
    },
  ];
  return (
    <>
      <Menu
        label={words.open(entity)}
        groups={groups}
        renderTrigger={(button) => (
          <button
            type="button"
            className={styles.entityValue}
            aria-label={words.open(entity)}
            {...button}
          >
            {entity}
          </button>
        )}
      />
      {others === 0 ? null : (
        <span className={styles.quiet}>
          {words.elsewhere(number(others, language), number(provinces, language))}
        </span>
      )}
    </>
  );
}
