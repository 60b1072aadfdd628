import { type ReactNode, useState } from 'react';

import { fieldTime, fromFieldTime, listTime, morningAfter } from '../../format/time.ts';
import { useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { TextField } from '../../ui/field.tsx';
import { ChoiceForm } from './choice-form.tsx';

const HOUR_MS = 3_600_000;
/** The server refuses more (libs/incident). */
const SNOOZE_DAYS_MAX = 7;

type Span = 'hour' | 'four' | 'morning' | 'day' | 'own';

/** Out of sight until a time; deadlines run on, and a new alert brings it back at once. */
export function SnoozeForm(props: {
  readonly incident: string;
  readonly onSend: (until: string, note: string) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const text = useText();
  const { clock } = useDesk();
  const [now] = useState(() => clock.now());
  const [own, setOwn] = useState(() => fieldTime(now + 2 * HOUR_MS));
  const words = text.snooze;
  const until = (span: Span): number => {
    switch (span) {
      case 'hour':
        return clock.now() + HOUR_MS;
      case 'four':
        return clock.now() + 4 * HOUR_MS;
      case 'morning':
        return morningAfter(clock.now());
      case 'day':
        return clock.now() + 24 * HOUR_MS;
      case 'own':
        return fromFieldTime(own);
    }
  };
  return (
    <ChoiceForm<Span>
      label={text.act.snooze}
      choices={[
        ['hour', words.hours('1')],
        ['four', words.hours('4')],
        ['morning', words.until(listTime(morningAfter(now), now))],
        ['day', words.hours('24')],
        ['own', words.own],
      ]}
      start="hour"
      note={{
        label: words.note,
        hint: words.hint,
        least: 0,
        short: '',
        key: `snooze ${props.incident}`,
      }}
      renderMore={(span) =>
        span === 'own' ? (
          <TextField
            label={words.own}
            hideLabel
            type="datetime-local"
            value={own}
            min={fieldTime(now)}
            max={fieldTime(now + SNOOZE_DAYS_MAX * 24 * HOUR_MS)}
            onChange={(event) => setOwn(event.target.value)}
          />
        ) : null
      }
      submit={text.act.snooze}
      onSend={(span, note) => {
        const at = until(span);
        if (Number.isFinite(at)) props.onSend(new Date(at).toISOString(), note);
      }}
      onCancel={props.onCancel}
    />
  );
}
