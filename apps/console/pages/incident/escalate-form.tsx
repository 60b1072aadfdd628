import type { ReactNode } from 'react';

import type { ActionName, IncidentRow } from '#libs/protocol';

import { useText } from '../../i18n/text.tsx';
import type { Act } from '../../live/acts.ts';
import { SEVERITY_ORDER, severityRank } from '../../live/criteria.ts';
import { ChoiceForm } from './choice-form.tsx';
import { NEXT_STATUS } from './next-status.ts';

const NOTE_MIN = 10;

type Way = 'waiting_locality' | 'waiting_vendor' | 'severity';

/**
 * Hands the incident on: to the unit, to the vendor, or one severity up; always with what is asked.
 */
export function EscalateForm(props: {
  readonly row: IncidentRow;
  readonly onSend: (action: ActionName, fields: Act['fields']) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const text = useText();
  const { row } = props;
  const worse = SEVERITY_ORDER[severityRank(row.severity) - 1];
  const words = text.escalate;
  const ways: (readonly [Way, string])[] = (['waiting_locality', 'waiting_vendor'] as const)
    .filter((status) => NEXT_STATUS[row.status].includes(status))
    .map((status) => [status, words[status]]);
  if (worse !== undefined) ways.push(['severity', words.severity(text.severity[worse])]);
  return (
    <ChoiceForm
      label={text.act.escalate}
      choices={ways}
      note={{
        label: words.note,
        hint: words.hint,
        least: NOTE_MIN,
        short: text.panel.noteShort,
        key: `escalate ${row.id}`,
      }}
      submit={text.act.escalate}
      onSend={(way, note) => {
        if (way !== 'severity') props.onSend('status', { status: way, text: note });
        else if (worse !== undefined) props.onSend('severity', { severity: worse, text: note });
      }}
      onCancel={props.onCancel}
    />
  );
}
