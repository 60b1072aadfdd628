import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';

import type { EventView, IncidentView } from '#libs/protocol';

import { number } from '../../format/number.ts';
import { eventTime, fullTime, millis } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button, controls } from '../../ui/controls.tsx';
import styles from './incident.module.css';
import { sorted } from '../../format/sorted.ts';

/** A search around the evidence reaches this far beyond it, on both sides. */
const AROUND_MS = 15 * 60_000;

function shown(value: unknown): string {
  if (Array.isArray(value) && value.length > 0) return value.map(shown).join(', ');
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** The line as it came (masked), else the whole event. */
export function rawLine(event: EventView): string {
  const raw = event.fields['event.original'] ?? event.fields['message'];
  return raw === undefined ? JSON.stringify(event.fields) : shown(raw);
}

export function FieldTable(props: { readonly fields: EventView['fields'] }): ReactNode {
  return (
    <dl className={styles.eventFields}>
      {sorted(Object.entries(props.fields), ([a], [b]) => (a < b ? -1 : 1))
        .filter(([name]) => name !== 'message' && name !== 'event.original')
        .map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{shown(value)}</dd>
          </div>
        ))}
    </dl>
  );
}

function EvidenceEvent(props: {
  readonly event: EventView;
  readonly wrap: boolean;
  readonly startOpen: boolean;
}): ReactNode {
  const text = useText();
  const [open, setOpen] = useState(props.startOpen);
  const { event } = props;
  const dataset = event.fields['event.dataset'];
  return (
    <li className={styles.event}>
      <button
        type="button"
        className={styles.eventHead}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <time dateTime={event.time} title={fullTime(event.time)}>
          {eventTime(event.time)}
        </time>
        {dataset === undefined ? null : <span>{shown(dataset)}</span>}
        <span className={styles.space} />
        {open ? text.act.hide : text.panel.fields}
      </button>
      <div className={cx(open && styles.split)}>
        <pre
          className={cx(styles.raw, props.wrap || open ? styles.wrapped : styles.oneLine)}
          aria-label={text.panel.raw}
        >
          {rawLine(event)}
        </pre>
        {open ? <FieldTable fields={event.fields} /> : null}
      </div>
    </li>
  );
}

/**
 * The events that the alerts rest on: the raw line beside its fields, and the way to all of them in
 * Search.
 */
export function Evidence(props: {
  readonly view: IncidentView;
  readonly open?: boolean;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const [wrap, setWrap] = useState(false);
  const { evidence, first, last, entity } = props.view;
  if (evidence.length === 0) return <p className={styles.quiet}>{text.panel.noEvidence}</p>;
  const search = {
    q: entity === null ? '' : `"${entity}"`,
    from: new Date(millis(first) - AROUND_MS).toISOString(),
    to: new Date(millis(last) + AROUND_MS).toISOString(),
  };
  return (
    <>
      <div className={styles.toolbar}>
        <span className={styles.quiet}>
          {text.panel.lastEvents(number(evidence.length, language))}
        </span>
        <span className={styles.space} />
        <Button look="quiet" aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
          {text.panel.wrap}
        </Button>
        <Link to="/tim-kiem" search={search} className={controls.button}>
          {text.act.openSearch}
        </Link>
      </div>
      <ul className={styles.list}>
        {evidence.map((event, at) => (
          <EvidenceEvent
            key={event.id}
            event={event}
            wrap={wrap}
            startOpen={props.open === true && at === 0}
          />
        ))}
      </ul>
    </>
  );
}
