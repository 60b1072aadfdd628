import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';

import type { Verdict } from '#libs/model';

import { useText } from '../../i18n/text.tsx';
import { isComposing } from '../../keyboard/keys.ts';
import { Button, controls, Kbd } from '../../ui/controls.tsx';
import { draft, keepDraft } from './drafts.ts';
import styles from './incident.module.css';

export const VERDICTS: readonly Verdict[] = [
  'true_positive',
  'false_positive',
  'benign',
  'duplicate',
  'inconclusive',
  'collection_fault',
];

const NOTE_MIN = 10;
const NOTE_MAX = 4_000;
let lastNote = '';

/**
 * Closing needs a verdict and a line that says why (console.md R16). 1–6 picks, then the note, then
 * Ctrl+Enter.
 */
export function VerdictForm(props: {
  readonly incident: string;
  readonly onSend: (verdict: Verdict, note: string) => void;
  readonly onCancel: () => void;
}): ReactNode {
  const text = useText();
  const key = `verdict ${props.incident}`;
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [note, setNote] = useState(() => draft(key));
  const [short, setShort] = useState(false);
  const choices = useRef<HTMLFieldSetElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    choices.current?.querySelector('input')?.focus();
  }, []);

  const write = (next: string): void => {
    keepDraft(key, next);
    setNote(next);
    if (next.trim().length >= NOTE_MIN) setShort(false);
  };
  const pick = (choice: Verdict): void => {
    setVerdict(choice);
    field.current?.focus();
  };
  const send = (): void => {
    const written = note.trim();
    if (verdict === null) {
      choices.current?.querySelector('input')?.focus();
      return;
    }
    if (written.length < NOTE_MIN) {
      setShort(true);
      field.current?.focus();
      return;
    }
    lastNote = written;
    keepDraft(key, '');
    props.onSend(verdict, written);
  };
  const press = (event: KeyboardEvent): void => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      props.onCancel();
      return;
    }
    if (event.key === 'Enter' && event.ctrlKey) {
      event.preventDefault();
      send();
      return;
    }
    if (event.target === field.current) return;
    const digit = /^(?:Digit|Numpad)([1-6])$/.exec(event.code)?.[1];
    const choice = digit === undefined ? undefined : VERDICTS[Number(digit) - 1];
    if (choice === undefined) return;
    event.preventDefault();
    pick(choice);
  };

  return (
    // Keys of the fields in it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section className={styles.form} aria-label={text.act.verdict} onKeyDown={press}>
      <fieldset ref={choices} className={styles.choices}>
        <legend className="sr">{text.act.verdict}</legend>
        {VERDICTS.map((choice, at) => (
          <label key={choice} className={styles.choice}>
            <input
              type="radio"
              name="verdict"
              checked={verdict === choice}
              onChange={() => setVerdict(choice)}
            />
            <Kbd>{at + 1}</Kbd>
            {text.verdict[choice]}
          </label>
        ))}
      </fieldset>
      <div>
        <textarea
          ref={field}
          className={controls.input}
          aria-label={text.panel.note}
          placeholder={text.panel.note}
          aria-invalid={short}
          maxLength={NOTE_MAX}
          value={note}
          onChange={(event) => write(event.target.value)}
        />
        <span className={short ? controls.wrong : controls.hint} role={short ? 'alert' : undefined}>
          {short ? text.panel.noteShort : text.panel.noteHint}
        </span>
      </div>
      {lastNote !== '' && note === '' ? (
        <button type="button" className={styles.suggest} onClick={() => write(lastNote)}>
          {text.panel.lastNote(lastNote)}
        </button>
      ) : null}
      <div className={styles.formEnd}>
        <Button look="primary" onClick={send}>
          {text.panel.closeIt}
        </Button>
        <Button onClick={props.onCancel}>{text.act.cancel}</Button>
      </div>
    </section>
  );
}
