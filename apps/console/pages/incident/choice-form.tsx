import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';

import { isComposing } from '../../keyboard/keys.ts';
import { Button, controls, Kbd } from '../../ui/controls.tsx';
import { useText } from '../../i18n/text.tsx';
import { draft, keepDraft } from './drafts.ts';
import styles from './incident.module.css';

const NOTE_MAX = 4_000;

interface ChoiceFormProps<T extends string> {
  readonly label: string;
  readonly choices: readonly (readonly [choice: T, label: string])[];
  /** Chosen from the start. */
  readonly start?: T;
  readonly note: {
    readonly label: string;
    readonly hint: string;
    /** Fewer characters than this are not enough. */
    readonly least: number;
    readonly short: string;
    /** Under which an unsent text is kept. */
    readonly key: string;
  };
  /** Offered while nothing is written. */
  readonly suggestion?: { readonly label: string; readonly text: string } | null;
  readonly submit: string;
  /** Stands under the choices, for one that needs more. */
  readonly renderMore?: (choice: T | null) => ReactNode;
  readonly onSend: (choice: T, note: string) => void;
  readonly onCancel: () => void;
}

/** One choice, made with a digit, and a line that says why; Ctrl+Enter sends, Escape closes. */
export function ChoiceForm<T extends string>(props: ChoiceFormProps<T>): ReactNode {
  const text = useText();
  const { choices: offered, note: asked } = props;
  const [choice, setChoice] = useState<T | null>(props.start ?? null);
  const [note, setNote] = useState(() => draft(asked.key));
  const [short, setShort] = useState(false);
  const choices = useRef<HTMLFieldSetElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    choices.current?.querySelector<HTMLInputElement>('input:checked, input')?.focus();
  }, []);

  const write = (next: string): void => {
    keepDraft(asked.key, next);
    setNote(next);
    if (next.trim().length >= asked.least) setShort(false);
  };
  const send = (): void => {
    const written = note.trim();
    if (choice === null) {
      choices.current?.querySelector('input')?.focus();
      return;
    }
    if (written.length < asked.least) {
      setShort(true);
      field.current?.focus();
      return;
    }
    keepDraft(asked.key, '');
    props.onSend(choice, written);
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
    const typing = event.target instanceof HTMLInputElement && event.target.type !== 'radio';
    if (event.target === field.current || typing) return;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    const picked = digit === undefined ? undefined : offered[Number(digit) - 1];
    if (picked === undefined) return;
    event.preventDefault();
    setChoice(picked[0]);
    field.current?.focus();
  };
  const { suggestion } = props;

  return (
    // Keys of the fields in it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section className={styles.form} aria-label={props.label} onKeyDown={press}>
      <fieldset ref={choices} className={styles.choices}>
        <legend className="sr">{props.label}</legend>
        {offered.map(([id, label], at) => (
          <label key={id} className={styles.choice}>
            <input
              type="radio"
              name="choice"
              checked={choice === id}
              onChange={() => setChoice(id)}
            />
            <Kbd>{at + 1}</Kbd>
            {label}
          </label>
        ))}
      </fieldset>
      {props.renderMore?.(choice)}
      <div>
        <textarea
          ref={field}
          className={controls.input}
          aria-label={asked.label}
          placeholder={asked.label}
          aria-invalid={short}
          maxLength={NOTE_MAX}
          value={note}
          onChange={(event) => write(event.target.value)}
        />
        <span className={short ? controls.wrong : controls.hint} role={short ? 'alert' : undefined}>
          {short ? asked.short : asked.hint}
        </span>
      </div>
      {suggestion != null && note === '' ? (
        <button type="button" className={styles.suggest} onClick={() => write(suggestion.text)}>
          {suggestion.label}
        </button>
      ) : null}
      <div className={styles.formEnd}>
        <Button look="primary" onClick={send}>
          {props.submit}
        </Button>
        <Button onClick={props.onCancel}>{text.act.cancel}</Button>
      </div>
    </section>
  );
}
