import type { FormEvent, ReactNode } from 'react';

import { problemText } from '../api/problem-text.ts';
import { useLanguage, useText } from '../i18n/text.tsx';
import { Button, controls } from './controls.tsx';
import { Dialog } from './dialog.tsx';
import styles from './form-dialog.module.css';

/** A form over the page; what the server refuses is said in it, and nothing typed is lost. */
export function FormDialog(props: {
  readonly title: string;
  readonly act: string;
  readonly pending: boolean;
  readonly failure: Error | null;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    props.onSubmit();
  };
  return (
    <Dialog title={props.title} open onClose={props.onClose}>
      <form className={styles.form} onSubmit={submit}>
        {props.children}
        <div role="alert" className={controls.wrong}>
          {props.failure === null ? null : problemText(props.failure, text, language)}
        </div>
        <div className={styles.end}>
          <Button look="primary" type="submit" disabled={props.pending}>
            {props.act}
          </Button>
          <Button onClick={props.onClose}>{text.act.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
