import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';

import type { EventView } from '#libs/protocol';

import { localitiesQuery } from '../../api/lists.ts';
import { eventTime, fullTime } from '../../format/time.ts';
import { useText } from '../../i18n/text.tsx';
import { Button, IconButton } from '../../ui/controls.tsx';
import { Menu } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toast.tsx';
import { rawLine } from '../incident/evidence.tsx';
import { term } from './query-text.ts';
import type { Span } from './search-search.ts';
import styles from './search.module.css';
import { sorted } from '../../format/sorted.ts';
import { WhyNot } from './why-not.tsx';

/** Half of the span that "around this event" searches. */
const AROUND_MS = 15 * 60_000;

export interface EventActs {
  /** Adds a condition to the query. */
  readonly add: (condition: string) => void;
  /** Puts this in place of the query. */
  readonly only: (query: string) => void;
  readonly around: (span: Span) => void;
  readonly top: (field: string) => void;
}

function said(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.length > 0) return value.map(said).join(', ');
  return JSON.stringify(value) ?? '';
}

function first(event: EventView, names: readonly string[]): string {
  for (const name of names) {
    const value = event.fields[name];
    if (value !== undefined && value !== null && value !== '') return said(value);
  }
  return '–';
}

/** The same menu on every value (console.md R19). */
function Value(props: {
  readonly event: EventView;
  readonly field: string;
  readonly value: unknown;
  readonly acts: EventActs;
}): ReactNode {
  const text = useText();
  const toast = useToast();
  const { field, acts, event } = props;
  const words = text.search.values;
  const value = said(props.value);
  const at = Date.parse(event.time);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(value);
    toast({ text: text.act.copied });
  };
  return (
    <Menu
      label={words.open(field)}
      renderTrigger={(button) => (
        <button
          type="button"
          className={styles.value}
          aria-label={`${words.open(field)}: ${value}`}
          {...button}
        >
          {value}
        </button>
      )}
      groups={[
        {
          items: [
            { label: words.only, run: () => acts.add(term(field, value)) },
            { label: words.not, run: () => acts.add(`NOT ${term(field, value)}`) },
            { label: words.just, run: () => acts.only(term(field, value)) },
            { label: words.has, run: () => acts.add(`${field}:*`) },
          ],
        },
        {
          items: [
            {
              label: words.around,
              run: () => acts.around({ from: at - AROUND_MS, to: at + AROUND_MS }),
            },
            { label: words.top, run: () => acts.top(field) },
            { label: words.copy, run: () => void copy() },
          ],
        },
      ]}
    />
  );
}

function Expanded(props: { readonly event: EventView; readonly acts: EventActs }): ReactNode {
  const text = useText();
  const { event } = props;
  const fields = sorted(Object.entries(event.fields), ([a], [b]) => (a < b ? -1 : 1)).filter(
    ([name, value]) => value !== undefined && name !== 'event.original' && name !== 'message',
  );
  const [asking, setAsking] = useState(false);
  return (
    <div className={styles.expanded}>
      <pre>{rawLine(event)}</pre>
      <Button look="quiet" aria-expanded={asking} onClick={() => setAsking(!asking)}>
        {text.whyNot.ask}
      </Button>
      {asking ? <WhyNot event={event} /> : null}
      <dl>
        {fields.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {(Array.isArray(value) ? value : [value]).map((one, at) => (
                <Value key={at} event={event} field={name} value={one} acts={props.acts} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** The province by its name: a commune's code begins nowhere near its province's. */
function placeOf(event: EventView, names: ReadonlyMap<string, string>): string {
  const code = first(event, ['gov.locality.province', 'gov.locality.code']);
  return names.get(code) ?? code;
}

function EventRow(props: {
  readonly event: EventView;
  readonly acts: EventActs;
  readonly names: ReadonlyMap<string, string>;
}): ReactNode {
  const text = useText();
  const [open, setOpen] = useState(false);
  const { event } = props;
  const line = rawLine(event);
  return (
    <>
      <tr data-open={open ? '' : undefined}>
        <td className={styles.toggle}>
          <IconButton
            icon={open ? 'down' : 'right'}
            label={open ? text.search.collapse : text.search.expand}
            onClick={() => setOpen(!open)}
          />
        </td>
        <td className={styles.time}>
          <time dateTime={event.time} title={fullTime(event.time)}>
            {eventTime(event.time)}
          </time>
        </td>
        <td className={styles.one}>
          {first(event, ['host.name', 'gov.source.id', 'event.dataset'])}
        </td>
        <td className={styles.one}>{placeOf(event, props.names)}</td>
        <td className={styles.line} title={line.slice(0, 500)} onClick={() => setOpen(!open)}>
          {line}
        </td>
      </tr>
      {open ? (
        <tr className={styles.detail}>
          <td colSpan={5}>
            <Expanded event={event} acts={props.acts} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

/**
 * Events, newest first: time, source, locality, line; each opens to the raw line and its fields.
 */
export function EventList(props: {
  readonly events: readonly EventView[];
  readonly acts: EventActs;
}): ReactNode {
  const text = useText();
  const { columns } = text.search;
  const { data: provinces } = useQuery(localitiesQuery(null));
  const names = useMemo(
    () => new Map((provinces?.rows ?? []).map(({ code, name }) => [code, name])),
    [provinces],
  );
  return (
    <table className={styles.events} aria-label={text.search.list}>
      <thead>
        <tr>
          <th className={styles.toggle}>
            <span className="sr">{text.search.expand}</span>
          </th>
          <th className={styles.time}>{columns.time}</th>
          <th className={styles.short}>{columns.source}</th>
          <th className={styles.short}>{columns.locality}</th>
          <th>{columns.message}</th>
        </tr>
      </thead>
      <tbody>
        {props.events.map((event) => (
          <EventRow key={event.id} event={event} acts={props.acts} names={names} />
        ))}
      </tbody>
    </table>
  );
}
