import type { ReactNode } from 'react';

import type { Verdict } from '#libs/model';

import { useText } from '../../i18n/text.tsx';
import { ChoiceForm } from './choice-form.tsx';

const VERDICTS: readonly Verdict[] = [
  'true_positive',
  'false_positive',
  'benign',
  'duplicate',
  'inconclusive',
  'collection_fault',
];

const NOTE_MIN = 10;
let lastNote = '';

/** Closing needs a verdict and a line that says why (console.md R16); the last line is offered. */
export function VerdictForm(props: {
  readonly incident: string;
  readonly onSend: (verdict: Verdict, note: string) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const text = useText();
  return (
    <ChoiceForm
      label={text.act.verdict}
      choices={VERDICTS.map((verdict) => [verdict, text.verdict[verdict]])}
      note={{
        label: text.panel.note,
        hint: text.panel.noteHint,
        least: NOTE_MIN,
        short: text.panel.noteShort,
        key: `verdict ${props.incident}`,
      }}
      suggestion={lastNote === '' ? null : { label: text.panel.lastNote(lastNote), text: lastNote }}
      submit={text.panel.closeIt}
      onSend={(verdict, note) => {
        lastNote = note;
        props.onSend(verdict, note);
      }}
      onCancel={props.onCancel}
    />
  );
}
