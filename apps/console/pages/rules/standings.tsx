import type { ReactNode } from 'react';

import type { StandingsView, StandingView } from '#libs/protocol';

import { longDuration } from '../../format/duration.ts';
import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { clockTime, dateTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useRuleWords } from './rule-words.ts';
import styles from './why.module.css';

const OPS = { gt: '>', gte: '≥', lt: '<', lte: '≤', eq: '=', neq: '≠' } as const;

/** How much of what is asked for is there, 0 to 1; null where there is no least. */
function shareOf({ needs, measured, members }: StandingView): number | null {
  const least = needs.find(({ op }) => op === 'gte' || op === 'gt');
  if (least !== undefined) return Math.min(1, measured / Math.max(1, least.value));
  if (members.length === 0) return null;
  return members.filter(({ seen }) => seen).length / members.length;
}

function Standing(props: { readonly row: StandingView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const words = useRuleWords().standing;
  const { row } = props;
  const say = (n: number): string => number(n, language, 1);
  const percent = (share: number): string => text.units.percent(say(share * 100));
  const share = shareOf(row);
  const needs = row.needs.map(({ op, value }) => `${OPS[op]} ${say(value)}`).join(', ');
  const group = Object.entries(row.group);
  return (
    <li className={styles.standing}>
      <div className={styles.line}>
        <b>{placeName(row.locality, '–')}</b>
        {group.map(([field, value]) => (
          <code key={field}>
            {field}: {value}
          </code>
        ))}
      </div>
      {share === null ? null : (
        <div className={styles.meter} data-full={row.lacks === null ? '' : undefined} aria-hidden>
          <span style={{ width: `${share * 100}%` }} />
        </div>
      )}
      <div className={styles.line}>
        {needs === '' ? null : (
          <span>
            {words.measured(say(row.measured), needs, longDuration(row.spanS * 1000, text.units))}
          </span>
        )}
        {row.ratio === null ? null : (
          <span>{words.share(percent(row.ratio.share), percent(row.ratio.gte))}</span>
        )}
        {row.baseline === null ? null : <span>{words.baseline(say(row.baseline))}</span>}
        {row.members.map(({ rule, title, seen }) => (
          <StateMark
            key={rule}
            health={seen ? 'ok' : 'unknown'}
            label={`${title}: ${seen ? words.seen : words.unseen}`}
          />
        ))}
        <span className={styles.quiet} title={dateTime(row.at)}>
          {words.until(clockTime(row.at))}
        </span>
        <b>{row.lacks === null ? words.holds : words.lacks[row.lacks]}</b>
      </div>
    </li>
  );
}

/** How far windows of a correlation are from their threshold: an event's own, or the nearest. */
export function Standings(props: {
  readonly standings: StandingsView;
  readonly ofEvent?: boolean;
}): ReactNode {
  const words = useRuleWords().standing;
  const { known, rows } = props.standings;
  const ofEvent = props.ofEvent === true;
  return (
    <section className={styles.standings}>
      {ofEvent ? <b>{words.ofEvent}</b> : <h3>{words.title}</h3>}
      {rows.length === 0 ? (
        <p className={styles.quiet}>
          {known ? (ofEvent ? words.noneOfEvent : words.none) : words.unknown}
        </p>
      ) : (
        <ol>
          {rows.map((row, at) => (
            <Standing key={at} row={row} />
          ))}
        </ol>
      )}
    </section>
  );
}
