import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import type { LedgerSpanView, LedgerView } from '#libs/protocol';

import { get } from '../../api/client.ts';
import { longDuration } from '../../format/duration.ts';
import { number } from '../../format/number.ts';
import { sorted } from '../../format/sorted.ts';
import { dateTime, millis } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import styles from './ledger-strip.module.css';

/** Blind spans that are listed in words, the newest first. */
const LISTED_MAX = 8;
const WIDTH = 1_000;

function lasted({ from, to }: { readonly from: string; readonly to: string }): number {
  return millis(to) - millis(from);
}

function Strip(props: { readonly ledger: LedgerView; readonly label: string }): ReactNode {
  const { ledger } = props;
  const start = millis(ledger.from);
  const scale = WIDTH / Math.max(1, lasted(ledger));
  return (
    <svg
      className={styles.strip}
      viewBox={`0 0 ${WIDTH} 16`}
      preserveAspectRatio="none"
      role="img"
      aria-label={props.label}
    >
      {ledger.spans.map((span) => (
        <rect
          key={span.from}
          data-state={span.state}
          x={(millis(span.from) - start) * scale}
          y="0"
          height="16"
          width={Math.max(1, lasted(span) * scale)}
        />
      ))}
    </svg>
  );
}

/** A week of a rule: when it could see what it needs, and when it was blind and why. */
export function LedgerStrip(props: { readonly rule: string }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const words = text.ruleDesk.ledger;
  const query = useQuery({
    queryKey: ['ledger', props.rule],
    queryFn: () => get<LedgerView>('/ledger', { rule: props.rule }),
  });
  const spansIn = (spans: readonly LedgerSpanView[], state: LedgerSpanView['state']) =>
    spans.filter((span) => span.state === state);
  return (
    <section className={styles.ledger}>
      <h3>{words.title}</h3>
      <Loaded query={query} what={words.title}>
        {(ledger) => {
          const blind = spansIn(ledger.spans, 'blind');
          const blindMs = blind.reduce((sum, span) => sum + lasted(span), 0);
          const share = (100 * (lasted(ledger) - blindMs)) / Math.max(1, lasted(ledger));
          const again = spansIn(ledger.spans, 'reevaluated').reduce((n, span) => n + span.again, 0);
          const label = words.seen(text.units.percent(number(share, language, 1)));
          return (
            <>
              <Strip ledger={ledger} label={label} />
              <p>
                {label} {again > 0 ? words.again(number(again, language)) : ''}
              </p>
              {blind.length === 0 ? null : (
                <ul>
                  {sorted(blind, (a, b) => millis(b.from) - millis(a.from))
                    .slice(0, LISTED_MAX)
                    .map((span) => (
                      <li key={span.from}>
                        {words.blind(
                          dateTime(span.from),
                          longDuration(lasted(span), text.units),
                          span.reasons.map((reason) => words.reasons[reason]).join(', '),
                        )}
                      </li>
                    ))}
                </ul>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
