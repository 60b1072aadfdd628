import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { EventView, TopView } from '#libs/protocol';

import { get } from '../../api/client.ts';
import { fold } from '../../format/fold.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { Button, controls } from '../../ui/controls.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { term } from './query-text.ts';
import type { Span } from './search-search.ts';
import styles from './search.module.css';
import { sorted } from '../../format/sorted.ts';

/** Fields listed at most. */
const FIELDS_MAX = 500;
const TOP = 10;
/** Every event has its own value here: what is commonest says nothing. */
const EACH_ITS_OWN = new Set(['message', 'event.original', '@timestamp', 'event.ingested']);

/** Fields that the loaded events have, the commonest first. */
function fieldsOf(events: readonly EventView[]): readonly string[] {
  const seen = new Map<string, number>();
  for (const event of events) {
    for (const [name, value] of Object.entries(event.fields)) {
      if (value !== undefined && !EACH_ITS_OWN.has(name)) {
        seen.set(name, (seen.get(name) ?? 0) + 1);
      }
    }
  }
  return sorted(seen, (a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, FIELDS_MAX)
    .map(([name]) => name);
}

function TopValues(props: {
  readonly field: string;
  readonly query: string;
  readonly span: Span;
  readonly onAdd: (condition: string) => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { field, query, span } = props;
  const asked = { field, query, limit: TOP, ...isoSpan(span) };
  const top = useQuery({
    queryKey: ['top', asked],
    queryFn: () => get<TopView>('/events/top', asked),
  });
  return (
    <Loaded query={top} what={text.search.top(field)}>
      {({ values, distinct, sampled }) => {
        const most = values[0]?.count ?? 1;
        return (
          <div className={styles.topBox}>
            {values.length === 0 ? <p className={controls.hint}>{text.search.noValues}</p> : null}
            <ul className={styles.top}>
              {values.map(({ value, count }) => (
                <li key={value}>
                  <meter
                    min={0}
                    max={most}
                    value={count}
                    aria-label={`${value}: ${number(count, language)}`}
                  />
                  <span className={styles.topValue} title={value}>
                    {value}
                  </span>
                  <span className={styles.topCount}>{number(count, language)}</span>
                  <Button
                    look="icon"
                    aria-label={text.search.filterFor(value)}
                    title={text.search.filterFor(value)}
                    onClick={() => props.onAdd(term(field, value))}
                  >
                    +
                  </Button>
                  <Button
                    look="icon"
                    aria-label={text.search.filterOut(value)}
                    title={text.search.filterOut(value)}
                    onClick={() => props.onAdd(`NOT ${term(field, value)}`)}
                  >
                    −
                  </Button>
                </li>
              ))}
            </ul>
            <p className={controls.hint}>
              {text.search.distinct(number(distinct, language))}
              {sampled ? ` · ${text.search.sampled}` : ''}
            </p>
          </div>
        );
      }}
    </Loaded>
  );
}

export function isoSpan(span: Span): { readonly from: string; readonly to: string } {
  return { from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() };
}

/** Fields of the result; one opens to its commonest values, each with a filter for and against. */
export function FieldSidebar(props: {
  readonly events: readonly EventView[];
  readonly query: string;
  readonly span: Span;
  readonly open: string | null;
  readonly onOpen: (field: string | null) => void;
  readonly onAdd: (condition: string) => void;
}): ReactNode {
  const text = useText();
  const [find, setFind] = useState('');
  const names = text.search.fields;
  const wanted = fold(find);
  const fields = fieldsOf(props.events).filter((name) =>
    fold(`${name} ${names[name] ?? ''}`).includes(wanted),
  );
  return (
    <aside className={styles.sidebar} aria-label={text.search.fieldsTitle} data-region="panel">
      <input
        className={controls.input}
        aria-label={text.search.findField}
        placeholder={text.search.findField}
        value={find}
        maxLength={100}
        onChange={(event) => setFind(event.target.value)}
      />
      <ul className={styles.fields}>
        {fields.map((name) => (
          <li key={name}>
            <button
              type="button"
              aria-expanded={props.open === name}
              onClick={() => props.onOpen(props.open === name ? null : name)}
            >
              <code>{name}</code>
              {names[name] === undefined ? null : <small>{names[name]}</small>}
            </button>
            {props.open === name ? (
              <TopValues field={name} query={props.query} span={props.span} onAdd={props.onAdd} />
            ) : null}
          </li>
        ))}
      </ul>
    </aside>
  );
}
