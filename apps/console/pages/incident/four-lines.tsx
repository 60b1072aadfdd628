import type { ReactNode } from 'react';

import type { IncidentRow, IncidentView } from '#libs/protocol';

import { longDuration } from '../../format/duration.ts';
import { fullTime, millis } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { DUE_SOON_MS } from '../../live/criteria.ts';
import { useDesk } from '../../shell/desk.tsx';
import { useTicking } from '../../shell/ticking.ts';
import { cx } from '../../ui/class-names.ts';
import { Skeleton } from '../../ui/controls.tsx';
import { Icon } from '../../ui/icon.tsx';
import styles from './incident.module.css';

/**
 * What a person reads before any field: what happened, who is affected, what to do now, whom to
 * call.
 */
export function FourLines(props: { readonly view: IncidentView | undefined }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  if (props.view === undefined) {
    return (
      <div className={styles.four}>
        <Skeleton lines={7} />
      </div>
    );
  }
  const card = props.view.card[language];
  return (
    <div className={styles.four}>
      <dl>
        <dt>{text.panel.what}</dt>
        <dd>{card.what}</dd>
        <dt>{text.panel.who}</dt>
        <dd>{card.who}</dd>
        <dt>{text.panel.steps}</dt>
        <dd>
          <ol>
            {card.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </dd>
        <dt>{text.panel.call}</dt>
        <dd>{card.call}</dd>
      </dl>
    </div>
  );
}

function Clock(props: { readonly name: string; readonly at: string }): ReactNode {
  const text = useText();
  const { clock } = useDesk();
  const at = millis(props.at);
  const said = useTicking(() => {
    const left = at - clock.now();
    const duration = longDuration(Math.abs(left), text.units);
    return left < 0 ? text.clock.over(duration) : text.clock.left(duration);
  });
  const tone = useTicking(() => {
    const left = at - clock.now();
    return left < 0 ? 'over' : left < DUE_SOON_MS ? 'soon' : 'far';
  });
  const names: Readonly<Record<string, unknown>> = text.clock;
  const name = names[props.name];
  return (
    <div
      className={cx(
        styles.clock,
        tone === 'soon' && styles.clockSoon,
        tone === 'over' && styles.clockOver,
      )}
      title={fullTime(props.at)}
    >
      <Icon name="clock" size={16} />
      <span>
        {typeof name === 'string' ? name : props.name}, <b>{said}</b>
      </span>
    </div>
  );
}

/** Every running deadline in words. */
export function Clocks(props: { readonly row: IncidentRow }): ReactNode {
  const clocks = Object.entries(props.row.clocks);
  if (clocks.length === 0 || props.row.status === 'closed') return null;
  return (
    <div className={styles.clocks}>
      {clocks.map(([name, at]) => (
        <Clock key={name} name={name} at={at} />
      ))}
    </div>
  );
}
